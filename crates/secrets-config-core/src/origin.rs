//! Where a value was looked for, or came from.

use std::{
    fmt,
    path::{Path, PathBuf},
};

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
    /// A line of a `.env` file.
    Dotenv {
        /// The file.
        path: PathBuf,
        /// The line of the key; the first is 1.
        line: usize,
    },
    /// A file of a secrets directory.
    Directory {
        /// The file.
        path: PathBuf,
    },
    /// A value of a figment.
    Figment {
        /// What figment calls the place.
        place: String,
        /// The key in it.
        key: String,
    },
    /// A pair given by the caller, in a test say.
    Pairs,
    /// A file whose path is not shown, since it may be the secret by mistake.
    Hidden {
        /// Where the path was found.
        place: String,
    },
    /// The default in the struct.
    Default,
    /// Nowhere: an `Option` that no source answered for.
    Unset,
}

impl Origin {
    /// Returns the file that holds the value and nothing else.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } | Self::Directory { path } => Some(path),
            _ => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment"),
            Self::File { variable, path } => write!(f, "file {} ({variable})", path.display()),
            Self::Dotenv { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Directory { path } => write!(f, "file {}", path.display()),
            Self::Figment { place, key } => write!(f, "{place}, key {key}"),
            Self::Hidden { place } => write!(f, "a file that is named in {place}"),
            Self::Pairs => f.write_str("given pairs"),
            Self::Default => f.write_str("default"),
            Self::Unset => f.write_str("unset"),
        }
    }
}
