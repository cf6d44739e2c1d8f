//! A field as the documents show it.

use std::borrow::Cow;

use super::fallback::Fallback;
use crate::{Alias, Entry, Field, Presence, Rule, Schema};

/// What every document says about one variable, in its own form.
pub(super) struct Setting {
    pub(super) variable: String,
    /// What the variables of the same struct begin with.
    pub(super) prefix: String,
    pub(super) doc: &'static str,
    pub(super) rules: &'static [Rule],
    pub(super) secret: bool,
    pub(super) fallback: Option<Fallback>,
    field: &'static Field,
    expected: Cow<'static, str>,
    /// When the variable counts, if not always.
    condition: String,
}

impl Setting {
    /// Returns the settings in the order of the struct, each variable once.
    #[inline]
    pub(super) fn all(schema: &'static Schema) -> Vec<Self> {
        let mut settings = Vec::new();
        Place::default().collect(schema, &mut settings);
        settings
    }

    #[inline]
    fn new(field: &'static Field, place: &Place) -> Self {
        let expected = field.expected();
        let fallback = match field.presence {
            // The derive refuses a default on a secret where it can; a generic struct may still have one.
            Presence::Default(source) if !field.secret => {
                Some(Fallback::new(source, &expected, &choices(&expected)))
            }
            _ => None,
        };
        Self {
            variable: format!("{}{}", place.prefix, field.variable),
            prefix: place.prefix.clone(),
            doc: field.doc,
            rules: field.rules,
            secret: field.secret,
            fallback,
            field,
            expected,
            condition: place.condition(field),
        }
    }

    /// Whether the variable must be set, whatever the others are.
    #[inline]
    pub(super) fn is_required(&self) -> bool {
        self.field.presence == Presence::Required && self.condition.is_empty()
    }

    /// Says whether the variable must be set, and whether it is to be kept secret.
    #[inline]
    pub(super) fn status(&self) -> String {
        let need = match self.field.presence {
            Presence::Required if self.condition.is_empty() => "required",
            Presence::Required => "conditional",
            _ => "optional",
        };
        if self.secret { format!("{need}, secret") } else { need.to_owned() }
    }

    /// Returns the values there are, if the type has a few and says so.
    #[inline]
    pub(super) fn choices(&self) -> Vec<&str> {
        choices(&self.expected)
    }

    /// Returns what the type asks for, then each rule.
    #[inline]
    pub(super) fn asks_for(&self) -> String {
        self.rules.iter().fold(self.expected.to_string(), |text, rule| format!("{text}; {rule}"))
    }

    /// Returns what else is to be known.
    #[inline]
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.condition.is_empty() {
            let verb = if self.field.presence == Presence::Required { "required" } else { "read" };
            notes.push(format!("{verb} if {}", self.condition));
        }
        if self.field.allow_empty {
            notes.push("may be empty".to_owned());
        }
        if self.field.file {
            notes.push(format!("or a file named by {}_FILE", self.variable));
        }
        for alias in self.field.aliases {
            let name = format!("{}{}", self.prefix, alias.variable);
            notes.push(match alias {
                Alias { deprecated: true, .. } => format!("or the deprecated {name}"),
                Alias { preferred: true, .. } => format!("or {name}, which wins"),
                _ => format!("or {name}"),
            });
        }
        notes
    }
}

/// Where in the tree of structs the walk is.
#[derive(Clone, Default)]
struct Place {
    prefix: String,
    /// The variants that are selected here: `STORE=s3`.
    selected: Vec<String>,
    /// The optional structs around.
    groups: Vec<String>,
}

impl Place {
    /// Adds the settings of `schema`: the only walk that documents make.
    #[inline]
    fn collect(mut self, schema: &'static Schema, settings: &mut Vec<Setting>) {
        self.prefix.push_str(schema.prefix);
        let mut selector = String::new();
        for entry in schema.entries {
            match entry {
                Entry::Field(field) => {
                    let setting = Setting::new(field, &self);
                    selector.clone_from(&setting.variable);
                    add(settings, setting);
                }
                Entry::Nested { prefix, optional, schema, .. } => {
                    let mut inner = self.clone();
                    inner.prefix.push_str(prefix);
                    if *optional {
                        inner.groups.push(format!("any {}{}* is set", inner.prefix, schema.prefix));
                    }
                    inner.collect(schema, settings);
                }
                Entry::Choice { variants } => {
                    for variant in *variants {
                        let mut inner = self.clone();
                        inner.selected.push(format!("{selector}={}", variant.name));
                        inner.collect(variant.schema, settings);
                    }
                }
            }
        }
    }

    /// Says when `field` counts. Whether its group is there matters only to what must be set.
    #[inline]
    fn condition(&self, field: &Field) -> String {
        let groups: &[String] = if field.presence == Presence::Required { &self.groups } else { &[] };
        [&self.selected, groups].concat().join(" and ")
    }
}

/// Adds a setting, or, for a variable that several variants of an enum share, one more condition.
#[inline]
fn add(settings: &mut Vec<Setting>, setting: Setting) {
    match settings.iter_mut().find(|known| known.variable == setting.variable) {
        Some(known) => {
            known.condition = format!("{} or {}", known.condition, setting.condition);
            if setting.secret {
                known.secret = true;
                known.fallback = None;
            }
        }
        None => settings.push(setting),
    }
}

/// Reads the choices back from `one of a, b, c`. Where a name could be a sentence there are none.
#[inline]
fn choices(expected: &str) -> Vec<&str> {
    let is_name = |choice: &&str| {
        !choice.is_empty() && choice.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    match expected.strip_prefix("one of ").map(|list| list.split(", ").collect::<Vec<_>>()) {
        Some(choices) if choices.len() > 1 && choices.iter().all(is_name) => choices,
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Alias, Variant, value::Takes};

    const fn field(variable: &'static str) -> Field {
        Field::new("", variable, "", Takes::Words("text"))
    }

    const S3: &Schema = &Schema::new(
        "S3",
        "S3_",
        &[Entry::Field(field("BUCKET")), Entry::Field(field("REGION").with_presence(Presence::Optional))],
    );
    const BACKUP: &Schema = &Schema::new(
        "Backup",
        "",
        &[
            Entry::Field(field("STORE")),
            Entry::Choice {
                variants: &[
                    Variant::new("s3", S3),
                    Variant::new("minio", S3),
                    Variant::new("file", &Schema::new("File", "", &[Entry::Field(field("PATH"))])),
                ],
            },
        ],
    );
    const SETTINGS: &Schema = &Schema::new(
        "Settings",
        "APP_",
        &[Entry::Nested { name: "backup", prefix: "BACKUP_", optional: true, schema: BACKUP }],
    );

    #[test]
    fn a_variable_tells_when_it_counts() {
        let settings = Setting::all(SETTINGS);
        let shown = settings.iter().map(|setting| (setting.variable.as_str(), setting.notes().join("; ")));
        let any = "any APP_BACKUP_* is set";
        let (s3, minio) = ("APP_BACKUP_STORE=s3", "APP_BACKUP_STORE=minio");
        let expected = [
            ("APP_BACKUP_STORE", format!("required if {any}")),
            ("APP_BACKUP_S3_BUCKET", format!("required if {s3} and {any} or {minio} and {any}")),
            ("APP_BACKUP_S3_REGION", format!("read if {s3} or {minio}")),
            ("APP_BACKUP_PATH", format!("required if APP_BACKUP_STORE=file and {any}")),
        ];
        assert_eq!(shown.collect::<Vec<_>>(), expected);
        assert!(!settings.iter().any(Setting::is_required), "each depends on another variable");
    }

    #[test]
    fn other_names_have_the_prefix_too() {
        const ALIASED: &Schema = &Schema::new(
            "Settings",
            "APP_",
            &[Entry::Field(
                field("KEY").with_aliases(&[Alias::new("TOKEN"), Alias::new("PIN").deprecated()]),
            )],
        );
        assert_eq!(Setting::all(ALIASED)[0].notes(), ["or APP_TOKEN", "or the deprecated APP_PIN"]);
    }

    #[test]
    fn only_names_are_choices() {
        assert_eq!(choices("one of read-only, rw"), ["read-only", "rw"]);
        assert!(choices("one of the days, in words").is_empty());
        assert!(choices("text").is_empty());
    }
}
