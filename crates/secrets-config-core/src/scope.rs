//! One pass over the fields of a settings struct.

mod check;
mod find;
mod unknown;

use std::{borrow::Cow, fmt};

use serde_core::de::DeserializeOwned;
use zeroize::Zeroizing;

use self::find::Sought;
use crate::{
    Config, Field, Kind, Origin, Problem, Report, Schema, Warning,
    layer::{Found, Layer, Text},
    value,
};

/// What a variable ends in that names a file.
const FILE: &str = "_FILE";

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
    /// The prefix of the struct being read; while a field is read, its `NAME_FILE`, of which `NAME` is the head.
    names: String,
    /// How much of `names` is the prefix.
    prefix: usize,
    /// The place of the struct being read; while a field is read, the field's.
    path: String,
    /// The nested structs on the way, as a secrets directory has them.
    folders: Vec<&'static str>,
    /// The variable that makes the group being read wanted.
    because: Option<String>,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
    provided: Option<Vec<Provided>>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(layers: &'a [Layer], schema: &'static Schema, problems: Vec<Problem>) -> Self {
        // Room for most names, so that the buffers need not grow.
        let mut names = String::with_capacity(128);
        names.push_str(schema.prefix);
        Self {
            layers,
            schema,
            names,
            prefix: schema.prefix.len(),
            path: String::with_capacity(64),
            folders: Vec::new(),
            because: None,
            problems,
            warnings: Vec::new(),
            provided: None,
        }
    }

    /// Makes it write down where each value came from.
    pub(crate) fn recording(self) -> Self {
        Self { provided: Some(Vec::new()), ..self }
    }

    pub(crate) fn take_provided(&mut self) -> Vec<Provided> {
        self.provided.take().unwrap_or_default()
    }

    pub(crate) fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    pub(crate) fn finish<T>(mut self, settings: Option<T>) -> Result<T, Report> {
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => {
                self.suggest();
                Err(Report::new(self.schema.name, self.problems))
            }
        }
    }

    /// Reads a field that is required or, by its type, optional.
    pub fn field<T: DeserializeOwned>(&mut self, field: &'static Field) -> Option<T> {
        self.read(field, |text, origin| value::parse(text, field.format, origin.file()), value::absent)
    }

    /// Reads a field that has a default.
    pub fn field_or<T: DeserializeOwned>(
        &mut self,
        field: &'static Field,
        default: impl FnOnce() -> T,
    ) -> Option<T> {
        let parse = |text: &mut Zeroizing<String>, origin: &Origin| {
            value::parse(text, field.format, origin.file())
        };
        self.read(field, parse, || Some(default()))
    }

    /// Reads a field with the user's own parser. `absent` gives the value when there is no text.
    pub fn field_with<T, E: fmt::Display>(
        &mut self,
        field: &'static Field,
        parser: impl FnOnce(&str) -> Result<T, E>,
        absent: impl FnOnce() -> Option<T>,
    ) -> Option<T> {
        self.read(field, |text, _| value::parse_with(text, parser), absent)
    }

    /// Reads a field that is itself a settings struct.
    pub fn nested<T: Config>(&mut self, name: &'static str, prefix: &'static str) -> Option<T> {
        self.within(name, prefix, T::SCHEMA, T::read)
    }

    /// Runs `read` with the names of a nested struct in place.
    fn within<R>(
        &mut self,
        name: &'static str,
        prefix: &'static str,
        schema: &'static Schema,
        read: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let (names, outer, path) = (self.names.len(), self.prefix, self.path.len());
        self.enter(name);
        // A flattened struct is no folder of its own.
        let is_folder = !prefix.is_empty();
        if is_folder {
            self.folders.push(name);
        }
        self.names.push_str(prefix);
        self.names.push_str(schema.prefix);
        self.prefix = self.names.len();
        let result = read(self);
        if is_folder {
            self.folders.pop();
        }
        self.names.truncate(names);
        self.path.truncate(path);
        self.prefix = outer;
        result
    }

    /// Reads which variant of an enum is meant: its index in `variants`.
    pub fn choose(
        &mut self,
        field: &'static Field,
        variants: &[&'static str],
        default: Option<usize>,
    ) -> Option<usize> {
        self.read(field, |text, _| value::one_of(text, variants), || default)
    }

    /// Reads a struct that is there only if one of its variables is, and then as a whole.
    pub(crate) fn group<T: Config>(&mut self) -> Option<Option<T>> {
        let Some(because) = self.first_set(T::SCHEMA) else { return Some(None) };
        let outer = self.because.replace(because);
        let settings = T::read(self);
        self.because = outer;
        settings.map(Some)
    }

    fn read<T>(
        &mut self,
        field: &'static Field,
        parse: impl FnOnce(&mut Zeroizing<String>, &Origin) -> Result<T, value::Error>,
        absent: impl FnOnce() -> Option<T>,
    ) -> Option<T> {
        self.at(field, |scope| match scope.find(field) {
            Sought::Found(found) => scope.parse(field, found, parse),
            Sought::Absent => {
                let origin = if field.has_default() { Origin::Default } else { Origin::Unset };
                scope.provide(field, origin);
                absent()
            }
            Sought::Refused => None,
        })
    }

    /// Runs `read` with the names of `field` in place.
    fn at<T>(&mut self, field: &'static Field, read: impl FnOnce(&mut Self) -> T) -> T {
        let (names, path) = (self.names.len(), self.path.len());
        self.names.push_str(field.variable);
        self.names.push_str(FILE);
        self.enter(field.name);
        let result = read(self);
        self.names.truncate(names);
        self.path.truncate(path);
        result
    }

    /// The variable of the field being read.
    fn variable(&self) -> &str {
        without_file(&self.names)
    }

    fn enter(&mut self, name: &str) {
        if !self.path.is_empty() && !name.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(name);
    }

    fn parse<T>(
        &mut self,
        field: &'static Field,
        found: Found,
        parse: impl FnOnce(&mut Zeroizing<String>, &Origin) -> Result<T, value::Error>,
    ) -> Option<T> {
        let Found { text: Text::Unicode(mut text), origin, variable } = found else { return None };
        match parse(&mut text, &origin) {
            Ok(value) => {
                self.provide(field, origin);
                Some(value)
            }
            Err(error) => {
                // Parsing may have taken the text; a second look is cheap here, a copy for every field is not.
                let found = self.text_of(field);
                let mut problem = self
                    .problem(field, error.kind, &origin)
                    .having_found(found.as_deref().map(String::as_str));
                problem.variable = variable.unwrap_or(problem.variable);
                self.problems.push(problem.refused(error, field));
                None
            }
        }
    }

    fn provide(&mut self, field: &'static Field, origin: Origin) {
        if let Some(provided) = &mut self.provided {
            provided.push(Provided {
                path: self.path.clone(),
                variable: without_file(&self.names).to_owned(),
                origin,
                secret: field.is_secret(),
            });
        }
    }

    /// Returns where the current field's value is from.
    fn origin_of(&self, field: &'static Field) -> Option<Origin> {
        self.look_up(field).ok().flatten().map(|found| found.origin)
    }

    #[cold]
    fn problem(&self, field: &'static Field, kind: Kind, origin: &dyn fmt::Display) -> Problem {
        Problem {
            variable: self.variable().to_owned(),
            path: self.path.clone(),
            kind,
            secret: field.is_secret(),
            origin: origin.to_string(),
            expected: field.expected(),
            found: None,
            hint: None,
            doc: Cow::Borrowed(field.doc),
        }
    }
}

/// `NAME`, of a `NAME_FILE`.
fn without_file(variable: &str) -> &str {
    variable.strip_suffix(FILE).unwrap_or(variable)
}
