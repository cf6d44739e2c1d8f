//! One pass over the fields of a settings struct.

use std::{borrow::Cow, path::PathBuf};

use serde_core::de::DeserializeOwned;

use crate::{
    Config, Field, Kind, Origin, Presence, Problem, Report, Schema,
    layer::{self, FileError, Layer, Text},
    value,
};

/// Where the value of one field came from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Provided {
    /// The field's place in the struct: `database.password`.
    pub path: String,
    /// Name of the variable, prefixes included.
    pub variable: String,
    /// Where the value came from.
    pub origin: Origin,
    /// Whether the field holds a secret.
    pub secret: bool,
}

/// Reads fields one after the other and gathers what is wrong with them.
///
/// The code that `#[derive(Config)]` writes calls it once a field; a field that cannot be had is `None` there, and
/// the reading goes on.
#[derive(Debug)]
pub struct Scope<'a> {
    layers: &'a [Layer],
    schema: &'static Schema,
    /// The prefix of the struct being read; while a field is read, its variable.
    variable: String,
    /// The place of the struct being read; while a field is read, the field's.
    path: String,
    problems: Vec<Problem>,
    provided: Option<Vec<Provided>>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(layers: &'a [Layer], schema: &'static Schema) -> Self {
        Self {
            layers,
            schema,
            variable: schema.prefix.to_owned(),
            path: String::new(),
            problems: Vec::new(),
            provided: None,
        }
    }

    /// As [`new`](Self::new), and writes down where each value came from.
    pub(crate) fn recording(layers: &'a [Layer], schema: &'static Schema) -> Self {
        Self { provided: Some(Vec::new()), ..Self::new(layers, schema) }
    }

    pub(crate) fn take_provided(&mut self) -> Vec<Provided> {
        self.provided.take().unwrap_or_default()
    }

    pub(crate) fn finish<T>(self, settings: Option<T>) -> Result<T, Report> {
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(Report::new(self.schema.name, self.problems)),
        }
    }

    /// Reads a field that is required or, by its type, optional.
    pub fn field<T: DeserializeOwned>(&mut self, field: &'static Field) -> Option<T> {
        self.at(field, |scope| match scope.find(field)? {
            Some((text, origin)) => scope.parse(field, text, origin),
            None => scope.provide(field, Origin::Unset, value::absent()),
        })
    }

    /// Reads a field that has a default.
    pub fn field_or<T: DeserializeOwned>(
        &mut self,
        field: &'static Field,
        default: impl FnOnce() -> T,
    ) -> Option<T> {
        self.at(field, |scope| match scope.find(field)? {
            Some((text, origin)) => scope.parse(field, text, origin),
            None => scope.provide(field, Origin::Default, Some(default())),
        })
    }

    /// Reads a field that is itself a settings struct.
    pub fn nested<T: Config>(&mut self, name: &'static str, prefix: &'static str) -> Option<T> {
        let (variable, path) = (self.variable.len(), self.path.len());
        self.enter(name);
        self.variable.push_str(prefix);
        self.variable.push_str(T::SCHEMA.prefix);
        let settings = T::read(self);
        self.variable.truncate(variable);
        self.path.truncate(path);
        settings
    }

    /// Records that the good value of `field` breaks its rule number `index`.
    pub fn broken(&mut self, field: &'static Field, index: usize) {
        self.at(field, |scope| {
            let (found, origin) = match scope.find(field) {
                Some(Some((Text::Unicode(text), origin))) => (Some(text), origin.to_string()),
                _ => (None, Origin::Default.to_string()),
            };
            let expected = field.rules[index].to_string();
            let problem = scope.problem(field, Kind::Rule, origin).expecting(expected);
            scope.problems.push(problem.having_found(found.as_ref().map(|text| text.as_str())));
        });
    }

    /// Runs `read` with the names of `field` in place.
    fn at<T>(&mut self, field: &'static Field, read: impl FnOnce(&mut Self) -> T) -> T {
        let (variable, path) = (self.variable.len(), self.path.len());
        self.variable.push_str(field.variable);
        self.enter(field.name);
        let result = read(self);
        self.variable.truncate(variable);
        self.path.truncate(path);
        result
    }

    fn enter(&mut self, name: &str) {
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
    }

    /// Looks the current field up: `None` after a problem, `Some(None)` where its absence is fine.
    #[expect(clippy::option_option, reason = "a problem, an absence and a text are three things")]
    fn find(&mut self, field: &'static Field) -> Option<Option<(Text, Origin)>> {
        for layer in self.layers.iter().rev() {
            let direct = layer.get(&self.variable);
            let file = if field.file { self.file_variable(layer) } else { None };
            match (direct, file) {
                (None, None) => {}
                (Some(text), None) => return self.present(field, text, layer.origin()),
                (None, Some(path)) => return self.read_file(field, path, layer.origin()),
                (Some(_), Some(_)) => {
                    let problem = self
                        .problem(field, Kind::Conflict, layer.origin().to_string())
                        .expecting(format!("{0} or {0}_FILE, not both", self.variable));
                    self.problems.push(problem);
                    return None;
                }
            }
        }
        if field.presence == Presence::Required {
            let places: Vec<_> = self.layers.iter().rev().map(|layer| layer.origin().to_string()).collect();
            let problem = self.problem(field, Kind::Missing, places.join(", then "));
            self.problems.push(problem);
            return None;
        }
        Some(None)
    }

    /// Returns what `NAME_FILE` says, if it is set and says something.
    fn file_variable(&mut self, layer: &Layer) -> Option<Text> {
        let len = self.variable.len();
        self.variable.push_str("_FILE");
        let text = layer.get(&self.variable);
        self.variable.truncate(len);
        text.filter(|text| !matches!(text, Text::Unicode(path) if path.trim_ascii().is_empty()))
    }

    fn present(
        &mut self,
        field: &'static Field,
        text: Text,
        origin: Origin,
    ) -> Option<Option<(Text, Origin)>> {
        let kind = match &text {
            Text::NotUnicode => Kind::NotUnicode,
            Text::Unicode(text) if text.is_empty() => Kind::Empty,
            Text::Unicode(text) if text.trim().is_empty() => Kind::Blank,
            Text::Unicode(_) => return Some(Some((text, origin))),
        };
        if kind != Kind::NotUnicode && field.presence != Presence::Required {
            return Some(None);
        }
        let problem = self.problem(field, kind, origin.to_string());
        self.problems.push(problem);
        None
    }

    fn read_file(
        &mut self,
        field: &'static Field,
        path: Text,
        origin: Origin,
    ) -> Option<Option<(Text, Origin)>> {
        let variable = format!("{}_FILE", self.variable);
        let Text::Unicode(path) = path else {
            let mut problem = self.problem(field, Kind::NotUnicode, origin.to_string());
            problem.variable = variable;
            self.problems.push(problem.expecting("the path of a file"));
            return None;
        };
        let path = PathBuf::from(path.trim_ascii());
        let read = layer::read_file(&path);
        let origin = Origin::File { variable, path };
        match read {
            Ok(text) => self.present(field, text, origin),
            Err(error) => {
                let problem = self
                    .problem(field, Kind::File, origin.to_string())
                    .expecting("a readable file of at most 1 MiB")
                    .hinting(file_hint(&error));
                self.problems.push(problem);
                None
            }
        }
    }

    fn parse<T: DeserializeOwned>(&mut self, field: &'static Field, text: Text, origin: Origin) -> Option<T> {
        let Text::Unicode(mut text) = text else { return None };
        match value::parse(&mut text) {
            Ok(value) => self.provide(field, origin, Some(value)),
            Err(error) => {
                // Parsing may have taken the text; a second look is cheap here, a copy for every field is not.
                let found = self.find(field).flatten();
                let found = match &found {
                    Some((Text::Unicode(text), _)) => Some(text.as_str()),
                    _ => None,
                };
                let problem = self.refused(field, &error, origin.to_string()).having_found(found);
                self.problems.push(problem);
                None
            }
        }
    }

    fn provide<T>(&mut self, field: &'static Field, origin: Origin, value: Option<T>) -> Option<T> {
        if let Some(provided) = &mut self.provided {
            provided.push(Provided {
                path: self.path.clone(),
                variable: self.variable.clone(),
                origin,
                secret: field.secret,
            });
        }
        value
    }

    fn problem(&self, field: &'static Field, kind: Kind, origin: String) -> Problem {
        Problem {
            variable: self.variable.clone(),
            path: self.path.clone(),
            kind,
            secret: field.secret,
            origin,
            expected: (field.expected)(),
            found: None,
            hint: None,
            doc: field.doc,
        }
    }

    fn refused(&self, field: &'static Field, error: &value::Error, origin: String) -> Problem {
        let mut problem = self.problem(field, error.kind, origin);
        if let Some(expected) = &error.expected {
            problem.expected = expected.clone();
        }
        if let Some(index) = error.index {
            problem.expected = Cow::Owned(format!("{} (item {})", problem.expected, index + 1));
        }
        match &error.message {
            Some(message) if !field.secret => problem.hinting(escape(message)),
            _ => problem,
        }
    }
}

impl Problem {
    fn expecting(mut self, expected: impl Into<Cow<'static, str>>) -> Self {
        self.expected = expected.into();
        self
    }

    fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Shows what was found, unless the field is a secret.
    fn having_found(mut self, text: Option<&str>) -> Self {
        if !self.secret {
            self.found = text.map(|text| format!("\"{}\"", escape(text)));
        }
        self
    }
}

/// Makes a text fit for one line: control characters escaped, cut at 40 characters.
fn escape(text: &str) -> String {
    const MOST: usize = 40;
    let mut line: String = text.chars().take(MOST).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST).is_some() {
        line.push('…');
    }
    line
}

fn file_hint(error: &FileError) -> String {
    match error {
        FileError::Io(error) => error.kind().to_string(),
        FileError::Directory => "it is a directory".to_owned(),
        FileError::TooLarge => "it is larger than that".to_owned(),
    }
}
