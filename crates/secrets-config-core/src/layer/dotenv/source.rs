//! A `.env` file as a source.

use std::{env, path::PathBuf};

use super::{Dotenv, DotenvError};
use crate::{
    Kind, Origin, Problem,
    layer::{Found, Layer, Text},
};

/// A `.env` file. It may be missing. In production it may not be there: what it holds belongs into a Secret.
pub(crate) struct DotenvLayer {
    path: PathBuf,
    expand: bool,
    state: State,
}

enum State {
    NotThere,
    NotUsable,
    Open(Dotenv),
}

impl DotenvLayer {
    #[inline]
    pub(crate) fn new(path: PathBuf, expand: bool) -> Self {
        Self { path, expand, state: State::NotThere }
    }

    #[inline]
    fn read(&self) -> Result<State, Vec<Problem>> {
        if !self.path.exists() {
            return Ok(State::NotThere);
        }
        let name = self.path.display().to_string();
        if let Some(sign) = sign_of_production() {
            let problem =
                Problem::of_name(name.clone(), Kind::File, name, "no such file outside of development");
            return Err(vec![problem.hinting(format!("{sign}: take the file out of the image"))]);
        }
        let environment = |name: &str| match env::var_os(name).map(Text::from)? {
            Text::Unicode(text) => Some(text),
            Text::NotUnicode => None,
        };
        let read = Dotenv::read(&self.path, if self.expand { Some(&environment) } else { None });
        read.map(State::Open).map_err(|error| problems(&error, &name))
    }
}

impl Layer for DotenvLayer {
    #[inline]
    fn open(&mut self, problems: &mut Vec<Problem>) {
        self.state = self.read().unwrap_or_else(|mut found| {
            problems.append(&mut found);
            State::NotUsable
        });
    }

    #[inline]
    fn variable(&self, name: &str) -> Option<Found> {
        let State::Open(dotenv) = &self.state else { return None };
        let (text, line) = dotenv.get(name)?;
        Some(Found::new(Text::Unicode(text.clone()), Origin::Dotenv { path: self.path.clone(), line }))
    }

    #[inline]
    fn place(&self) -> String {
        let path = self.path.display();
        match self.state {
            State::Open(_) => path.to_string(),
            State::NotThere => format!("{path} (not there)"),
            State::NotUsable => format!("{path} (not usable)"),
        }
    }

    #[inline]
    fn names(&self) -> Vec<String> {
        match &self.state {
            State::Open(dotenv) => dotenv.names().map(str::to_owned).collect(),
            State::NotThere | State::NotUsable => Vec::new(),
        }
    }
}

#[inline]
fn problems(error: &DotenvError, name: &str) -> Vec<Problem> {
    let of_file =
        |kind, expected: &'static str| Problem::of_name(name.to_owned(), kind, name.to_owned(), expected);
    match error {
        DotenvError::File(error) => {
            vec![of_file(Kind::File, "a readable file of at most 1 MiB").hinting(error.hint())]
        }
        DotenvError::NotUnicode => vec![of_file(Kind::NotUnicode, "a text in UTF-8")],
        DotenvError::Lines(lines) => lines
            .iter()
            .map(|line| {
                let place = format!("{name}:{}", line.line);
                let key = line.key.clone().unwrap_or_else(|| place.clone());
                Problem::of_name(key, Kind::Invalid, place, "a line such as KEY=value").hinting(line.what)
            })
            .collect(),
    }
}

#[inline]
fn sign_of_production() -> Option<&'static str> {
    if env::var_os("KUBERNETES_SERVICE_HOST").is_some() {
        return Some("KUBERNETES_SERVICE_HOST is set, so this is a pod");
    }
    let stage = env::var_os("APP_ENV")?.into_string().ok()?.trim().to_lowercase();
    matches!(stage.as_str(), "production" | "prod").then_some("APP_ENV says that this is production")
}
