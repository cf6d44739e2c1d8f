//! Where a value was looked for, or came from.

use std::{fmt, path::PathBuf};

/// Names the place a value was looked for or found in.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Origin {
    /// A variable of the process environment.
    Environment,
    /// A file named by a `…_FILE` variable.
    File {
        /// The variable that names the file.
        variable: String,
        /// The file.
        path: PathBuf,
    },
    /// A pair given by the caller, in a test say.
    Pairs,
    /// The default in the struct.
    Default,
    /// Nowhere: an `Option` that no source answered for.
    Unset,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment"),
            Self::File { variable, path } => write!(f, "file {} ({variable})", path.display()),
            Self::Pairs => f.write_str("given pairs"),
            Self::Default => f.write_str("default"),
            Self::Unset => f.write_str("unset"),
        }
    }
}
