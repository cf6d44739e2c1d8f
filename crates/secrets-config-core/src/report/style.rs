//! Colours, or none.

use std::fmt;

/// Whether colours are wanted.
#[derive(Clone, Copy)]
pub(super) enum Style {
    Plain,
    Coloured,
}

/// What a piece of the report is.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Heading,
    Variable,
    Kind,
    Hint,
    Aside,
}

impl Style {
    /// Returns `text`, which shows as `part` and keeps the width it is given.
    pub(super) fn paint(self, part: Part, text: &dyn fmt::Display) -> impl fmt::Display {
        Painted { code: self.code(part), text }
    }

    fn code(self, part: Part) -> Option<u8> {
        const BOLD: u8 = 1;
        const DIM: u8 = 2;
        const RED: u8 = 31;
        const CYAN: u8 = 36;
        match (self, part) {
            (Self::Plain, _) => None,
            (Self::Coloured, Part::Heading | Part::Variable) => Some(BOLD),
            (Self::Coloured, Part::Kind) => Some(RED),
            (Self::Coloured, Part::Hint) => Some(CYAN),
            (Self::Coloured, Part::Aside) => Some(DIM),
        }
    }
}

struct Painted<'a> {
    code: Option<u8>,
    text: &'a dyn fmt::Display,
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            None => self.text.fmt(f),
            Some(code) => {
                write!(f, "\x1b[{code}m")?;
                self.text.fmt(f)?;
                f.write_str("\x1b[0m")
            }
        }
    }
}
