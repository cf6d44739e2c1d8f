//! The variables as a JSON Schema.

use std::fmt;

use serde_core::ser::{Serialize, Serializer};

use super::{Drift, fallback::Fallback, json::Json, setting::Setting};
use crate::{Rule, Schema};

/// Describes the variables as an object of strings, in JSON Schema 2020-12.
///
/// It serializes with any serializer; `Display` writes it as `serde_json::to_string_pretty` does. Each value
/// stands under the main name of its variable: that it may come from a file is only said in the description.
///
/// # Examples
///
/// ```
/// # use secrets_config_core::{Config, document::Drift};
/// # fn check<Settings: Config>(committed: &str) -> Result<(), Drift> {
/// // in a test: `committed` is `include_str!("../settings.schema.json")`
/// Settings::json_schema().check(committed)
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct JsonSchema(&'static Schema);

impl JsonSchema {
    #[inline]
    pub(crate) fn new(schema: &'static Schema) -> Self {
        Self(schema)
    }

    /// Checks that `committed` is this schema, in the layout of its `Display`.
    ///
    /// # Errors
    ///
    /// A [`Drift`] that shows the lines that differ.
    #[inline]
    pub fn check(&self, committed: &str) -> Result<(), Drift> {
        let update = format!("write what `{}::json_schema()` displays to the file", self.0.name);
        Drift::check(committed, format!("{self}\n"), update)
    }

    #[inline]
    fn json(self) -> Json {
        let settings = Setting::all(self.0);
        let required =
            settings.iter().filter(|setting| setting.is_required()).map(|setting| &setting.variable);
        object([
            ("$schema", Json::text("https://json-schema.org/draft/2020-12/schema")),
            ("title", Json::text(self.0.name)),
            ("type", Json::text("object")),
            (
                "properties",
                Json::Object(
                    settings
                        .iter()
                        .map(|setting| (setting.variable.clone(), object(property(setting))))
                        .collect(),
                ),
            ),
            ("required", Json::texts(required)),
        ])
    }
}

impl fmt::Display for JsonSchema {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.json().fmt(f)
    }
}

impl Serialize for JsonSchema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(serializer)
    }
}

#[inline]
fn property(setting: &Setting) -> Vec<(&'static str, Json)> {
    let mut keywords =
        vec![("type", Json::text("string")), ("description", Json::text(description(setting)))];
    let choices = setting.choices();
    if !choices.is_empty() {
        keywords.push(("enum", Json::texts(choices)));
    }
    for rule in setting.rules {
        // JSON Schema counts the characters of a string; the items of a list are not its business here.
        if let Rule::Length { min, max, unit: "characters" } = *rule {
            keywords.extend(min.map(|min| ("minLength", Json::Number(min))));
            keywords.extend(max.map(|max| ("maxLength", Json::Number(max))));
        }
    }
    if let Some(text) = setting.fallback.as_ref().and_then(Fallback::text) {
        keywords.push(("default", Json::text(text)));
    }
    if setting.secret {
        keywords.push(("writeOnly", Json::True));
    }
    keywords
}

#[inline]
fn description(setting: &Setting) -> String {
    let mut facts = vec![setting.asks_for()];
    facts.extend(setting.notes());
    let expected = format!("Expected: {}", facts.join("; "));
    if setting.doc.is_empty() { expected } else { format!("{} {expected}", setting.doc) }
}

fn object(members: impl IntoIterator<Item = (&'static str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}
