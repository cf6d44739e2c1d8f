//! Why we differ where we do.

use super::row::Row;

pub(crate) struct Difference {
    reason: &'static str,
    /// Ids of cases, or features that they are about.
    pub(crate) rows: &'static [&'static str],
}

impl Difference {
    /// Returns what in the entry covers the case.
    pub(crate) fn entry_for(&self, row: &Row) -> Option<&'static str> {
        self.rows.iter().copied().find(|entry| *entry == row.id || *entry == row.feature)
    }
}

pub(crate) const DELIBERATE: &[Difference] = &[];
pub(crate) const API_SHAPE: &[Difference] = &[];
/// Where we break our own rule. Nothing may stay here.
pub(crate) const WRONG: &[Difference] = &[];
