//! The places a variable can be looked up in.
#![expect(clippy::disallowed_methods, reason = "the one module that reads the environment and files")]

mod directory;
mod dotenv;
#[cfg(feature = "figment")]
mod figment;
mod file;
mod source;

use std::{
    borrow::Cow,
    collections::HashMap,
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use zeroize::{Zeroize, Zeroizing};

use self::{
    directory::{Directory, DirectoryError},
    dotenv::Dotenv,
};
pub(crate) use self::{
    file::{FileError, MAX_FILE_BYTES, read_file},
    source::Source,
};
use crate::{Kind, Origin};

/// A source that is open.
pub(crate) enum Layer {
    Environment,
    Pairs(HashMap<String, Zeroizing<String>>),
    Dotenv {
        path: PathBuf,
        dotenv: Dotenv,
    },
    Directory {
        path: PathBuf,
        directory: Directory,
    },
    /// A source that is not there or cannot be used, and so holds nothing.
    Nothing {
        place: String,
    },
    #[cfg(feature = "figment")]
    Figment(Box<::figment::Figment>),
}

/// One name of a field, in every way a source may spell it.
#[derive(Clone, Copy)]
pub(crate) struct Name<'a> {
    /// The variable, prefixes included.
    pub(crate) variable: &'a str,
    /// The nested structs above the field.
    pub(crate) folders: &'a [&'static str],
    /// The variable without prefixes.
    pub(crate) leaf: &'a str,
    /// The field's own name.
    #[cfg_attr(not(feature = "figment"), expect(dead_code, reason = "a figment looks values up by it"))]
    pub(crate) field: &'a str,
}

/// A text that was found.
pub(crate) struct Found {
    pub(crate) text: Text,
    pub(crate) origin: Origin,
    /// The name it was found by, if that is not the field's first.
    pub(crate) variable: Option<String>,
}

/// The text of a variable.
#[derive(PartialEq)]
pub(crate) enum Text {
    Unicode(Zeroizing<String>),
    NotUnicode,
}

/// Why a source that has a variable cannot give it.
pub(crate) struct Failed {
    pub(crate) kind: Kind,
    pub(crate) origin: Origin,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) hint: Option<String>,
}

impl Failed {
    /// Leaves the path out: it may be the secret, put into the wrong variable.
    pub(crate) fn without_path(self, place: String) -> Self {
        let hint = match &self.origin {
            Origin::File { variable, .. } => format!("{variable} is to hold the path of a file"),
            _ => "it is to be the path of a file".to_owned(),
        };
        Self { origin: Origin::Hidden { place }, hint: Some(hint), ..self }
    }
}

impl Found {
    fn new(text: Text, origin: Origin) -> Self {
        Self { text, origin, variable: None }
    }

    pub(crate) fn is_blank(&self) -> bool {
        matches!(&self.text, Text::Unicode(text) if text.chars().all(char::is_whitespace))
    }
}

impl Layer {
    pub(crate) fn get(&self, name: &Name<'_>) -> Result<Option<Found>, Failed> {
        match self {
            Self::Environment => {
                Ok(env::var_os(name.variable).map(|text| Found::new(Text::from(text), Origin::Environment)))
            }
            Self::Pairs(pairs) => {
                let text = pairs.get(name.variable).cloned();
                Ok(text.map(|text| Found::new(Text::Unicode(text), Origin::Pairs)))
            }
            Self::Dotenv { path, dotenv } => Ok(dotenv.get(name.variable).map(|(text, line)| {
                Found::new(Text::Unicode(text.clone()), Origin::Dotenv { path: path.clone(), line })
            })),
            Self::Directory { directory, .. } => get_from_directory(directory, name),
            Self::Nothing { .. } => Ok(None),
            #[cfg(feature = "figment")]
            Self::Figment(figment) => figment::get(figment, name),
        }
    }

    /// Returns the path that `NAME_FILE` holds, if it is set and holds one.
    pub(crate) fn get_path(&self, variable: &str) -> Result<Option<PathBuf>, Failed> {
        let name = Name { variable, folders: &[], leaf: variable, field: "" };
        let found = match self {
            // A directory has the value itself, a figment no variables.
            Self::Directory { .. } | Self::Nothing { .. } => None,
            #[cfg(feature = "figment")]
            Self::Figment(_) => None,
            Self::Environment | Self::Pairs(_) | Self::Dotenv { .. } => self.get(&name)?,
        };
        match found {
            None => Ok(None),
            Some(found) if found.is_blank() => Ok(None),
            Some(Found { text: Text::Unicode(path), .. }) => Ok(Some(PathBuf::from(path.trim_ascii()))),
            Some(Found { text: Text::NotUnicode, origin, .. }) => Err(Failed {
                kind: Kind::NotUnicode,
                origin,
                expected: format!("the path of a file in {variable}").into(),
                hint: None,
            }),
        }
    }

    /// Says where this is, for a variable that is not there.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Environment => "environment".to_owned(),
            Self::Pairs(_) => "given pairs".to_owned(),
            Self::Dotenv { path, .. } => path.display().to_string(),
            Self::Directory { path, .. } => format!("directory {}", path.display()),
            Self::Nothing { place } => place.clone(),
            #[cfg(feature = "figment")]
            Self::Figment(figment) => figment::place(figment),
        }
    }

    /// Returns the names of everything that is set, for hints after a failure. Values are wiped, not kept.
    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Self::Environment => env::vars_os().filter_map(name_of).collect(),
            Self::Pairs(pairs) => pairs.keys().cloned().collect(),
            Self::Dotenv { dotenv, .. } => dotenv.names().map(str::to_owned).collect(),
            Self::Directory { directory, .. } => directory.names(),
            Self::Nothing { .. } => Vec::new(),
            #[cfg(feature = "figment")]
            Self::Figment(_) => Vec::new(),
        }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place())
    }
}

impl From<OsString> for Text {
    fn from(text: OsString) -> Self {
        match text.into_string() {
            Ok(text) => Self::Unicode(Zeroizing::new(text)),
            Err(text) => {
                text.into_encoded_bytes().zeroize();
                Self::NotUnicode
            }
        }
    }
}

/// Reads any text as a `.env` file, with and without expansion.
#[cfg(fuzzing)]
pub(crate) fn fuzz_dotenv(text: &str) {
    let environment = |name: &str| (name.len() % 2 == 0).then(|| Zeroizing::new(name.to_owned()));
    drop(Dotenv::parse(text, None));
    drop(Dotenv::parse(text, Some(&environment)));
}

fn name_of((name, value): (OsString, OsString)) -> Option<String> {
    value.into_encoded_bytes().zeroize();
    name.into_string().ok()
}

/// Reads the file that a `NAME_FILE` variable names.
pub(crate) fn read_named_file(variable: String, path: PathBuf) -> Result<Found, Failed> {
    let read = read_file(&path);
    let origin = Origin::File { variable, path };
    match read {
        Ok(text) => Ok(Found::new(text, origin)),
        Err(error) => Err(unusable(origin, &error)),
    }
}

/// A file in the directory, or in the sub-directories of the nested structs.
fn get_from_directory(directory: &Directory, name: &Name<'_>) -> Result<Option<Found>, Failed> {
    let flat = directory.get(&[], name.variable).map_err(unusable_directory)?;
    let nested = if name.folders.is_empty() {
        None
    } else {
        directory.get(name.folders, name.leaf).map_err(unusable_directory)?
    };
    match (flat, nested) {
        (Some((_, flat)), Some((_, nested))) => Err(conflict(&[flat, nested])),
        (flat, nested) => {
            Ok(flat.or(nested).map(|(text, path)| Found::new(text, Origin::Directory { path })))
        }
    }
}

fn unusable_directory(error: DirectoryError) -> Failed {
    match error {
        DirectoryError::Conflict { paths } => conflict(&paths),
        DirectoryError::Outside { path } => Failed {
            kind: Kind::File,
            origin: Origin::Directory { path },
            expected: "a file inside the directory".into(),
            hint: Some("it is a link that leads out of it".to_owned()),
        },
        DirectoryError::File { path, error } => unusable(Origin::Directory { path }, &error),
    }
}

fn conflict(paths: &[PathBuf]) -> Failed {
    let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    Failed {
        kind: Kind::Conflict,
        origin: Origin::Directory { path: paths[0].parent().map(Path::to_owned).unwrap_or_default() },
        expected: format!("one of {}, not more", names.join(", ")).into(),
        hint: None,
    }
}

fn unusable(origin: Origin, error: &FileError) -> Failed {
    Failed {
        kind: Kind::File,
        origin,
        expected: "a readable file of at most 1 MiB".into(),
        hint: Some(error.hint()),
    }
}
