//! One case: an input, the fields in words, and what came of it elsewhere.

use std::{collections::BTreeMap, fmt, fs, io, path::Path};

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) feature: String,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) dotenv: Option<String>,
    pub(crate) files: Option<BTreeMap<String, String>>,
    /// Assignments of a `.env` file whose order does not matter.
    pub(crate) inputs: Option<BTreeMap<String, String>>,
    schema: String,
    expect: Expected,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Expected {
    Ok(Value),
    Error(Value),
}

impl Row {
    /// Whether a `.env` file is to be expanded, which takes a process environment.
    pub(crate) fn expands(&self) -> bool {
        self.feature.starts_with("expand.") && (self.dotenv.is_some() || self.inputs.is_some())
    }

    /// Returns the type in words, without the name of the field or key.
    pub(crate) fn schema(&self) -> &str {
        let schema = self.split_schema().1;
        schema.find(VALUE_OF).map_or(schema, |at| &schema[..at + VALUE_OF.len()])
    }

    /// Returns the name of the field or key that the case is about, if it is about one.
    pub(crate) fn subject(&self) -> Option<&str> {
        let key = self.schema.split_once(VALUE_OF).and_then(|(_, key)| key.split_whitespace().next());
        key.or(self.split_schema().0)
    }

    /// Returns what is expected of the subject: some cases hold it as the only field of an object.
    pub(crate) fn expected(&self) -> Expected {
        match (&self.expect, self.split_schema().0) {
            (Expected::Ok(Value::Object(fields)), Some(name)) if fields.len() == 1 => {
                Expected::Ok(fields.get(name).cloned().unwrap_or_else(|| fields.clone().into()))
            }
            (expected, _) => expected.clone(),
        }
    }

    fn split_schema(&self) -> (Option<&str>, &str) {
        let schema = match self.schema.split_once("; ") {
            Some((prefix, rest)) if prefix.starts_with("prefix \"") => rest,
            _ => &self.schema,
        };
        let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        match schema.split_once(": ") {
            Some((name, ty)) if is_name(name) => (Some(name), ty),
            _ => (None, schema),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, feature, env, dotenv, files, inputs, schema, expect } = self;
        writeln!(f, "{id} ({feature}): {schema}")?;
        writeln!(f, "input: {env:?} dotenv {dotenv:?} files {files:?} inputs {inputs:?}")?;
        write!(f, "theirs: {expect:?}")
    }
}

/// Reads the cases, which are not part of the project.
#[expect(clippy::disallowed_methods, reason = "the file holds no setting")]
pub(crate) fn read() -> Option<Vec<Row>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/env_cases.jsonl");
    match fs::read_to_string(path) {
        Ok(text) => Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => panic!("the cases: {error}"),
    }
}

const VALUE_OF: &str = "; value of";
