//! Everything that is wrong with the configuration, in one piece.

mod exit;
mod style;
mod text;

use std::{error::Error, fmt};

use serde_core::ser::{Serialize, SerializeStruct, Serializer};

use self::style::Style;
use crate::Problem;

/// Holds every problem of one start.
///
/// `Display` is for a person, [`lines`](Self::lines) for a log collector, `Serialize` for a machine: its JSON form has a
/// schema in `docs/report.schema.json`. No byte of a secret is in any of them, nor in the `Debug` form, and there is no
/// source that could carry one.
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

    /// Returns one line a problem.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.problems.iter().map(ToString::to_string)
    }

    /// Returns what `Display` shows, with the colours of a terminal.
    #[must_use]
    pub fn coloured(&self) -> impl fmt::Display {
        Coloured(self)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(f, self, Style::Plain)
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

struct Coloured<'a>(&'a Report);

impl fmt::Display for Coloured<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(f, self.0, Style::Coloured)
    }
}
