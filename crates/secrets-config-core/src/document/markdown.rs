//! The variables as a Markdown table.

use std::fmt;

use super::{Drift, fallback::Fallback, setting::Setting};
use crate::Schema;

/// Shows every variable in a table for a README.
///
/// # Examples
///
/// ```
/// # use secrets_config_core::{Config, document::Drift};
/// # fn check<Settings: Config>(committed: &str) -> Result<(), Drift> {
/// // in a test: `committed` is `include_str!("../README.md")`
/// Settings::markdown().check(committed)
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Markdown(&'static Schema);

impl Markdown {
    /// The line before the table in a larger file.
    pub const BEGIN: &'static str = "<!-- settings -->";
    /// The line after the table in a larger file.
    pub const END: &'static str = "<!-- /settings -->";

    #[inline]
    pub(crate) fn new(schema: &'static Schema) -> Self {
        Self(schema)
    }

    /// Checks that `committed` is this table, or has it between [`BEGIN`](Self::BEGIN) and [`END`](Self::END).
    ///
    /// # Errors
    ///
    /// A [`Drift`] that shows the lines that differ.
    #[inline]
    pub fn check(&self, committed: &str) -> Result<(), Drift> {
        let name = self.0.name;
        let (begin, end) = (Self::BEGIN, Self::END);
        let update = format!(
            "put what `{name}::markdown()` displays between `{begin}` and `{end}`, or alone in the file"
        );
        let table = self.to_string();
        let Some((before, section, after)) = section(committed) else {
            return Drift::check(committed, table, update);
        };
        Drift::check(section.trim(), table, update).map_err(|drift| {
            let whole = format!("{before}{begin}\n\n{}\n{end}{after}", drift.updated());
            drift.with_updated(whole)
        })
    }
}

impl fmt::Display for Markdown {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| Variable | Status | Default | Expected | About |")?;
        writeln!(f, "| --- | --- | --- | --- | --- |")?;
        for setting in Setting::all(self.0) {
            let mut expected = vec![setting.asks_for()];
            expected.extend(setting.notes());
            let expected = expected.join("; ").replace('<', "&lt;");
            let cells = [
                code(&setting.variable),
                setting.status(),
                setting.fallback.as_ref().map(Fallback::to_string).as_deref().map(code).unwrap_or_default(),
                expected,
                setting.doc.to_owned(),
            ];
            writeln!(f, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))?;
        }
        Ok(())
    }
}

/// Cuts a file at the two markers: what is before, between and after them.
#[inline]
fn section(file: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = file.split_once(Markdown::BEGIN)?;
    let (section, after) = rest.split_once(Markdown::END)?;
    Some((before, section, after))
}

#[inline]
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}
