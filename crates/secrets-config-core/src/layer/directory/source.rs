//! A secrets directory as a source.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Directory, DirectoryError};
use crate::{
    Kind, Origin, Problem,
    layer::{Failed, FileError, Found, Layer, Name},
};

/// A secrets directory. One that is not there holds nothing; the report says so.
pub(crate) struct DirectoryLayer {
    path: PathBuf,
    state: State,
}

enum State {
    NotThere,
    NotUsable,
    Open(Directory),
}

impl DirectoryLayer {
    #[inline]
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, state: State::NotThere }
    }
}

impl Layer for DirectoryLayer {
    #[inline]
    fn open(&mut self, problems: &mut Vec<Problem>) {
        self.state = match Directory::open(&self.path) {
            Ok(directory) => State::Open(directory),
            Err(FileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => State::NotThere,
            Err(error) => {
                let name = self.path.display().to_string();
                let problem = Problem::of_name(name.clone(), Kind::File, name, "a readable directory");
                problems.push(problem.hinting(error.hint()));
                State::NotUsable
            }
        };
    }

    /// A file in the directory, or in the sub-directories of the nested structs.
    #[inline]
    fn entry(&self, name: &Name<'_>) -> Result<Option<Found>, Box<Failed>> {
        let State::Open(directory) = &self.state else { return Ok(None) };
        let get = |folders: &[&str], name: &str| directory.get(folders, name).map_err(failed);
        let flat = get(&[], name.variable)?;
        let folders = name.folders();
        let nested = if folders.is_empty() { None } else { get(&folders, name.leaf)? };
        match (flat, nested) {
            (Some((_, flat)), Some((_, nested))) => Err(Box::new(conflict(&[flat, nested]))),
            (flat, nested) => {
                Ok(flat.or(nested).map(|(text, path)| Found::new(text, Origin::Directory { path })))
            }
        }
    }

    #[inline]
    fn place(&self) -> String {
        let path = self.path.display();
        match self.state {
            State::Open(_) => format!("directory {path}"),
            State::NotThere => format!("directory {path} (not there)"),
            State::NotUsable => format!("directory {path} (not usable)"),
        }
    }

    #[inline]
    fn names(&self) -> Vec<String> {
        match &self.state {
            State::Open(directory) => directory.names(),
            State::NotThere | State::NotUsable => Vec::new(),
        }
    }
}

#[inline]
fn failed(error: DirectoryError) -> Box<Failed> {
    Box::new(match error {
        DirectoryError::Conflict { paths } => conflict(&paths),
        DirectoryError::Outside { path } => Failed {
            kind: Kind::File,
            origin: Origin::Directory { path },
            expected: "a file inside the directory".into(),
            hint: Some("it is a link that leads out of it".to_owned()),
        },
        DirectoryError::File { path, error } => Failed::unusable(Origin::Directory { path }, &error),
    })
}

#[inline]
fn conflict(paths: &[PathBuf]) -> Failed {
    let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    Failed {
        kind: Kind::Conflict,
        origin: Origin::Directory { path: paths[0].parent().map(Path::to_owned).unwrap_or_default() },
        expected: format!("one of {}, not more", names.join(", ")).into(),
        hint: None,
    }
}
