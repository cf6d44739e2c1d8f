//! One pass over the fields of a settings struct.

mod check;
mod find;
mod unknown;

use std::{borrow::Cow, fmt};

use zeroize::Zeroizing;

use self::find::Sought;
use crate::{
    Config, Field, Kind, Origin, Problem, Report, Schema, Warning,
    layer::{Found, Layer, Step, Text},
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
pub struct Scope<'a> {
    layers: &'a [Box<dyn Layer>],
    schema: &'static Schema,
    /// The prefix of the struct being read; behind it, room for the names that are looked up.
    names: String,
    /// How much of `names` is the prefix.
    prefix: usize,
    /// The nested structs on the way.
    steps: Vec<Step>,
    /// The variable that makes the group being read wanted.
    because: Option<String>,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
    provided: Option<Vec<Provided>>,
}

impl<'a> Scope<'a> {
    /// Opens the layers. What is wrong with them is the first that is reported.
    pub(crate) fn open(layers: &'a mut [Box<dyn Layer>], schema: &'static Schema) -> Self {
        let mut problems = Vec::new();
        for layer in &mut *layers {
            layer.open(&mut problems);
        }
        // Room for most names, so that the buffer need not grow.
        let mut names = String::with_capacity(128);
        names.push_str(schema.prefix);
        Self {
            layers,
            schema,
            names,
            prefix: schema.prefix.len(),
            steps: Vec::new(),
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

    pub(crate) fn finish<T>(self, settings: Option<T>) -> Result<T, Report> {
        match settings {
            Some(settings) if self.problems.is_empty() => Ok(settings),
            _ => Err(self.into_report()),
        }
    }

    #[cold]
    fn into_report(mut self) -> Report {
        self.suggest();
        Report::new(self.schema.name, self.problems)
    }

    /// Reads a field. `parse` turns its text into its value, `absent` gives the value where there is no text and need
    /// not be one.
    #[inline]
    pub fn field<T>(
        &mut self,
        field: &'static Field,
        parse: impl FnOnce(&mut Zeroizing<String>, value::Written<'_>) -> Result<T, value::Error>,
        absent: impl FnOnce() -> Option<T>,
    ) -> Option<T> {
        match self.find(field) {
            Sought::Found(mut text, origin) => {
                let file = origin.as_deref().and_then(Origin::file);
                match parse(&mut text, value::Written { format: field.format, file }) {
                    Ok(value) => Some(value),
                    Err(error) => {
                        self.refuse_text(field, error);
                        None
                    }
                }
            }
            Sought::Absent => absent(),
            Sought::Refused => None,
        }
    }

    /// Reads a field that is itself a settings struct.
    pub fn nested<T: Config>(&mut self, name: &'static str, prefix: &'static str) -> Option<T> {
        let outer = self.enter(name, prefix, T::SCHEMA);
        let settings = T::read(self);
        self.leave(outer);
        settings
    }

    /// Reads a struct that is there only if one of its variables is, and then as a whole.
    pub(crate) fn group<T: Config>(&mut self) -> Option<Option<T>> {
        let Some(because) = self.first_set(T::SCHEMA) else {
            T::deny_unknown(self);
            return Some(None);
        };
        let outer = self.because.replace(because);
        let settings = T::read(self);
        self.because = outer;
        settings.map(Some)
    }

    /// Puts the names of a nested struct in place. What it returns is for [`leave`](Self::leave).
    fn enter(&mut self, name: &'static str, prefix: &'static str, schema: &Schema) -> usize {
        let outer = self.prefix;
        self.steps.push(Step { name, is_folder: !prefix.is_empty() });
        self.names.truncate(outer);
        self.names.push_str(prefix);
        self.names.push_str(schema.prefix);
        self.prefix = self.names.len();
        outer
    }

    fn leave(&mut self, outer: usize) {
        self.steps.pop();
        self.prefix = outer;
    }

    /// What every variable of the struct being read begins with.
    fn prefix(&self) -> &str {
        &self.names[..self.prefix]
    }

    /// The whole name of a variable of the struct being read.
    fn name_of(&self, variable: &str) -> String {
        [self.prefix(), variable].concat()
    }

    /// The place in the struct.
    fn path_of(&self, field: &Field) -> String {
        let mut path = String::new();
        for name in self.steps.iter().map(|step| step.name).chain([field.name]) {
            if !path.is_empty() && !name.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
        path
    }

    /// Writes down where the value of `field` comes from.
    #[cold]
    fn provide(&mut self, field: &Field, origin: Origin) {
        let provided = Provided {
            path: self.path_of(field),
            variable: self.name_of(field.variable),
            origin,
            secret: field.is_secret(),
        };
        self.provided.get_or_insert_default().push(provided);
    }

    /// Notes why the text of `field` is no value.
    #[cold]
    fn refuse_text(&mut self, field: &'static Field, error: value::Error) {
        // Parsing may have taken the text; a second look is cheap here, a copy for every field is not.
        let found = self.look_up(field).ok().flatten();
        let origin = found.as_ref().map_or(&Origin::Unset, |found| found.origin());
        let mut problem = self
            .problem(field, error.kind(), origin)
            .having_found(found.as_ref().and_then(|found| shown(field, found)));
        if let Some(alias) = found.as_ref().and_then(|found| found.alias) {
            problem.variable = self.name_of(alias.variable);
        }
        self.problems.push(problem.refused(error, field));
    }

    #[cold]
    fn problem(&self, field: &Field, kind: Kind, origin: &dyn fmt::Display) -> Problem {
        Problem {
            variable: self.name_of(field.variable),
            path: self.path_of(field),
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

impl fmt::Debug for Scope<'_> {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("settings", &self.schema.name).finish_non_exhaustive()
    }
}

/// The text of `field`, for a problem that shows it. What is in a structure may be a secret of its own.
fn shown<'a>(field: &Field, found: &'a Found) -> Option<&'a str> {
    match &found.text {
        Text::Unicode(text) if !field.is_secret() && !field.is_structure(text) => Some(text),
        _ => None,
    }
}
