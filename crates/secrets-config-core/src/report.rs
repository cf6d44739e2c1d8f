//! Everything that is wrong with the configuration, in one piece.

mod text;

use std::{error::Error, fmt};

use serde_core::ser::{Serialize, SerializeStruct, Serializer};

use crate::Problem;

/// Holds every problem of one start, for a person (`Display`) and for a machine (`Serialize`).
///
/// No byte of a secret is in it, nor in its `Debug` form, and it has no source that could carry one.
#[derive(Clone, Debug)]
pub struct Report {
    settings: &'static str,
    problems: Vec<Problem>,
}

impl Report {
    /// The exit status of a process that cannot start with its configuration: `EX_CONFIG` of `sysexits.h`.
    pub const EXIT_STATUS: i32 = 78;

    pub(crate) fn new(settings: &'static str, problems: Vec<Problem>) -> Self {
        Self { settings, problems }
    }

    /// Returns the problems in the order of the struct.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(f, self.settings, &self.problems)
    }
}

impl Error for Report {}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 2)?;
        report.serialize_field("settings", self.settings)?;
        report.serialize_field("problems", &self.problems)?;
        report.end()
    }
}
