//! What a settings struct asks for, as a constant.

mod distinct;
mod field;

pub use self::{
    distinct::{count_names, is_distinct},
    field::{Alias, Field, Presence},
};

/// What a variable ends in that names a file.
pub(crate) const FILE: &str = "_FILE";

/// Describes a struct that derives `Config`. Written by the derive, readable at compile time.
#[derive(Debug)]
#[non_exhaustive]
pub struct Schema {
    /// Name of the struct.
    pub name: &'static str,
    /// What every variable of the struct begins with, after the prefixes of its parents.
    pub prefix: &'static str,
    /// The fields, in the order of the struct.
    pub entries: &'static [Entry],
}

/// One field of a settings struct.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "who walks a schema has to treat every kind of entry")]
pub enum Entry {
    /// A field that one variable fills.
    Field(Field),
    /// A field that is itself a settings struct.
    Nested {
        /// Name of the field.
        name: &'static str,
        /// What the field adds in front of the variables of its struct; empty for a flattened one.
        prefix: &'static str,
        /// Whether the struct is there only if one of its variables is.
        optional: bool,
        /// The struct's own schema.
        schema: &'static Schema,
    },
    /// The fields of an enum: those of the variant that the field before this entry selects.
    Choice {
        /// The variants.
        variants: &'static [Variant],
    },
}

/// A variant of an enum that derives `Config`.
#[derive(Debug)]
#[non_exhaustive]
pub struct Variant {
    /// The text that selects the variant.
    pub name: &'static str,
    /// What the variant asks for.
    pub schema: &'static Schema,
}

impl Variant {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, schema: &'static Schema) -> Self {
        Self { name, schema }
    }
}

impl Schema {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, prefix: &'static str, entries: &'static [Entry]) -> Self {
        Self { name, prefix, entries }
    }

    /// Returns the entry at `index`, which is a field: called in constants, where a panic is a compile error.
    #[doc(hidden)]
    #[must_use]
    pub const fn field(&'static self, index: usize) -> &'static Field {
        match &self.entries[index] {
            Entry::Field(field) => field,
            _ => panic!("the entry is no field"),
        }
    }

    /// Returns the schema of the variant at `index`: called in constants, where a panic is a compile error.
    #[doc(hidden)]
    #[must_use]
    pub const fn variant(&'static self, index: usize) -> &'static Self {
        match &self.entries[1] {
            Entry::Choice { variants } => variants[index].schema,
            _ => panic!("the schema is no enum's"),
        }
    }

    /// Returns whether there is a secret in it.
    pub(crate) fn holds_secret(&self) -> bool {
        self.entries.iter().any(|entry| match entry {
            Entry::Field(field) => field.is_secret(),
            Entry::Nested { schema, .. } => schema.holds_secret(),
            Entry::Choice { variants } => variants.iter().any(|variant| variant.schema.holds_secret()),
        })
    }

    /// Calls `visit` with the full variable name of every field that one variable fills, depth first in the struct's
    /// order. The variants of an enum come one after the other.
    pub fn for_each_field(&self, visit: &mut impl FnMut(&str, &Field)) {
        self.visit(&mut String::new(), visit);
    }

    pub(crate) fn visit(&self, name: &mut String, visit: &mut impl FnMut(&str, &Field)) {
        let outer = name.len();
        name.push_str(self.prefix);
        let inner = name.len();
        for entry in self.entries {
            match entry {
                Entry::Field(field) => {
                    name.push_str(field.variable);
                    visit(name, field);
                }
                Entry::Nested { prefix, schema, .. } => {
                    name.push_str(prefix);
                    schema.visit(name, visit);
                }
                Entry::Choice { variants } => {
                    variants.iter().for_each(|variant| variant.schema.visit(name, visit))
                }
            }
            name.truncate(inner);
        }
        name.truncate(outer);
    }
}
