//! The sources as the caller names them, before they are opened.

use std::{collections::HashMap, env, io, path::PathBuf};

use zeroize::Zeroizing;

use super::{
    FileError, Layer, Text,
    directory::Directory,
    dotenv::{Dotenv, DotenvError},
};
use crate::{Kind, Problem};

/// A place to look variables up in.
pub(crate) enum Source {
    Environment,
    Pairs(HashMap<String, Zeroizing<String>>),
    Dotenv {
        path: PathBuf,
        expand: bool,
    },
    Directory(PathBuf),
    #[cfg(feature = "figment")]
    Figment(Box<::figment::Figment>),
}

impl Source {
    pub(crate) fn pairs<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let wiped = |(name, text): (K, V)| (name.into(), Zeroizing::new(text.into()));
        Self::Pairs(pairs.into_iter().map(wiped).collect())
    }

    /// Opens the source. What is wrong with it goes to `problems`.
    pub(crate) fn open(self, problems: &mut Vec<Problem>) -> Layer {
        match self {
            Self::Environment => Layer::Environment,
            Self::Pairs(pairs) => Layer::Pairs(pairs),
            Self::Dotenv { path, expand } => open_dotenv(path, expand, problems),
            Self::Directory(path) => open_directory(path, problems),
            #[cfg(feature = "figment")]
            Self::Figment(figment) => match super::figment::malformed(&figment) {
                None => Layer::Figment(figment),
                Some(problem) => {
                    let place = format!("{} (not usable)", super::figment::place(&figment));
                    problems.push(problem);
                    Layer::Nothing { place }
                }
            },
        }
    }
}

/// A `.env` file may be missing. In production it may not be there: what it holds belongs into a Secret.
fn open_dotenv(path: PathBuf, expand: bool, problems: &mut Vec<Problem>) -> Layer {
    let name = path.display().to_string();
    if !path.exists() {
        return Layer::Nothing { place: format!("{name} (not there)") };
    }
    let unusable = Layer::Nothing { place: format!("{name} (not usable)") };
    if let Some(sign) = sign_of_production() {
        let problem = Problem::of_name(name.clone(), Kind::File, name, "no such file outside of development");
        problems.push(problem.hinting(format!("{sign}: take the file out of the image")));
        return unusable;
    }
    let environment = |name: &str| match env::var_os(name).map(Text::from)? {
        Text::Unicode(text) => Some(text),
        Text::NotUnicode => None,
    };
    match Dotenv::read(&path, if expand { Some(&environment) } else { None }) {
        Ok(dotenv) => return Layer::Dotenv { path, dotenv },
        Err(DotenvError::File(error)) => {
            let problem =
                Problem::of_name(name.clone(), Kind::File, name, "a readable file of at most 1 MiB");
            problems.push(problem.hinting(error.hint()));
        }
        Err(DotenvError::NotUnicode) => {
            problems.push(Problem::of_name(name.clone(), Kind::NotUnicode, name, "a text in UTF-8"));
        }
        Err(DotenvError::Lines(lines)) => problems.extend(lines.into_iter().map(|line| {
            let place = format!("{name}:{}", line.line);
            let key = line.key.unwrap_or_else(|| place.clone());
            Problem::of_name(key, Kind::Invalid, place, "a line such as KEY=value").hinting(line.what)
        })),
    }
    unusable
}

fn sign_of_production() -> Option<&'static str> {
    if env::var_os("KUBERNETES_SERVICE_HOST").is_some() {
        return Some("KUBERNETES_SERVICE_HOST is set, so this is a pod");
    }
    let stage = env::var_os("APP_ENV")?.into_string().ok()?.trim().to_lowercase();
    matches!(stage.as_str(), "production" | "prod").then_some("APP_ENV says that this is production")
}

/// A directory that is not there holds nothing; the report says so.
fn open_directory(path: PathBuf, problems: &mut Vec<Problem>) -> Layer {
    let name = path.display().to_string();
    match Directory::open(&path) {
        Ok(directory) => Layer::Directory { path, directory },
        Err(FileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            Layer::Nothing { place: format!("directory {name} (not there)") }
        }
        Err(error) => {
            let place = format!("directory {name} (not usable)");
            let problem = Problem::of_name(name.clone(), Kind::File, name, "a readable directory");
            problems.push(problem.hinting(error.hint()));
            Layer::Nothing { place }
        }
    }
}
