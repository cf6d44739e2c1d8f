//! The places a variable can be looked up in.
#![expect(clippy::disallowed_methods, reason = "the one module that reads the environment and files")]

mod directory;
mod dotenv;
mod environment;
#[cfg(feature = "figment")]
mod figment;
mod file;
mod pairs;

use std::{
    borrow::Cow,
    ffi::OsString,
    path::{Path, PathBuf},
};

use zeroize::{Zeroize, Zeroizing};

#[cfg(fuzzing)]
pub(crate) use self::dotenv::fuzz as fuzz_dotenv;
#[cfg(feature = "figment")]
pub(crate) use self::figment::FigmentLayer;
pub(crate) use self::file::read_file;
use self::file::{FileError, MAX_FILE_BYTES};
pub(crate) use self::{
    directory::DirectoryLayer, dotenv::DotenvLayer, environment::Environment, pairs::Pairs,
};
use crate::{Alias, Kind, Origin, Problem};

/// A source of texts.
///
/// A loader holds its sources as objects, so that a program is built with no more of them than it names.
pub(crate) trait Layer: Send + Sync {
    /// Opens the source, before anything is looked up in it. What is wrong with it goes to `problems`; it then holds
    /// nothing.
    fn open(&mut self, problems: &mut Vec<Problem>) {
        let _nothing_to_open = problems;
    }

    /// Looks a variable up, in a source that has variables.
    fn variable(&self, name: &str) -> Option<Found> {
        let _has_no_variables = name;
        None
    }

    /// Looks a field up, in a source that calls it by another name than its variable.
    fn entry(&self, name: &Name<'_>) -> Result<Option<Found>, Box<Failed>> {
        let _has_variables = name;
        Ok(None)
    }

    /// Says where this is, for a variable that is not there.
    fn place(&self) -> String;

    /// Returns the names of everything that is set, for hints after a failure. Values are wiped, not kept.
    fn names(&self) -> Vec<String>;
}

/// One name of a field, in every way a source may spell it.
#[derive(Clone, Copy)]
pub(crate) struct Name<'a> {
    /// The variable, prefixes included.
    pub(crate) variable: &'a str,
    /// The nested structs above the field.
    pub(crate) steps: &'a [Step],
    /// The variable without prefixes.
    pub(crate) leaf: &'a str,
    /// The field's own name.
    #[cfg_attr(not(feature = "figment"), expect(dead_code, reason = "a figment looks values up by it"))]
    pub(crate) field: &'a str,
}

impl Name<'_> {
    /// Returns the nested structs above the field that are folders of a secrets directory.
    #[inline]
    pub(crate) fn folders(&self) -> Vec<&'static str> {
        self.steps.iter().filter(|step| step.is_folder).map(|step| step.name).collect()
    }
}

/// A nested struct on the way to a field.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    /// A flattened struct is no folder of its own.
    pub(crate) is_folder: bool,
}

/// A text that was found.
pub(crate) struct Found {
    pub(crate) text: Text,
    /// Nothing stands for the environment, which is where nearly every text is from.
    pub(crate) origin: Option<Box<Origin>>,
    /// The name it was found by, if that is not the field's first.
    pub(crate) alias: Option<&'static Alias>,
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

    /// A file that should hold a value and does not give it.
    fn unusable(origin: Origin, error: &FileError) -> Self {
        Self {
            kind: Kind::File,
            origin,
            expected: "a readable file of at most 1 MiB".into(),
            hint: Some(error.hint()),
        }
    }
}

impl Found {
    fn new(text: Text, origin: Origin) -> Self {
        Self { text, origin: Some(Box::new(origin)), alias: None }
    }

    fn in_environment(text: Text) -> Self {
        Self { text, origin: None, alias: None }
    }

    pub(crate) fn by(self, alias: &'static Alias) -> Self {
        Self { alias: Some(alias), ..self }
    }

    pub(crate) fn origin(&self) -> &Origin {
        self.origin.as_deref().unwrap_or(&Origin::Environment)
    }

    pub(crate) fn is_blank(&self) -> bool {
        matches!(&self.text, Text::Unicode(text) if is_blank(text))
    }
}

/// Whether there is nothing in `text` but white space.
#[inline]
pub(crate) fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
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

/// Reads the file that a `NAME_FILE` variable names.
pub(crate) fn read_named_file(variable: String, path: PathBuf) -> Result<Found, Box<Failed>> {
    let read = read_file(&path);
    let origin = Origin::File { variable, path };
    match read {
        Ok(text) => Ok(Found::new(text, origin)),
        Err(error) => Err(Box::new(Failed::unusable(origin, &error))),
    }
}

/// Returns the path that `NAME_FILE`, which is set to `found`, holds, if it holds one.
pub(crate) fn path_in(found: &Found, variable: &str) -> Result<Option<PathBuf>, Box<Failed>> {
    match &found.text {
        Text::Unicode(path) if is_blank(path) => Ok(None),
        Text::Unicode(path) => Ok(Some(Path::new(path.trim_ascii()).to_owned())),
        Text::NotUnicode => Err(Box::new(Failed {
            kind: Kind::NotUnicode,
            origin: found.origin().clone(),
            expected: format!("the path of a file in {variable}").into(),
            hint: None,
        })),
    }
}
