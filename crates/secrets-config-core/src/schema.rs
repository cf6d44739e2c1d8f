//! What a settings struct asks for, as a constant.

use std::borrow::Cow;

use crate::Rule;

/// Describes a struct that derives `Config`. Written by the derive, readable at compile time.
#[derive(Debug)]
#[non_exhaustive]
pub struct Schema {
    /// Name of the struct.
    pub name: &'static str,
    /// What every variable of the struct begins with, before the prefixes of its parents are added.
    pub prefix: &'static str,
    /// The fields, in the order of the struct.
    pub entries: &'static [Entry],
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
            Entry::Nested { .. } => panic!("the entry is a nested struct"),
        }
    }

    /// Calls `visit` with the full variable name of every leaf field, depth first in the struct's order.
    pub fn for_each_field(&self, visit: &mut impl FnMut(&str, &Field)) {
        self.visit(&mut String::new(), visit);
    }

    fn visit(&self, name: &mut String, visit: &mut impl FnMut(&str, &Field)) {
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
            }
            name.truncate(inner);
        }
        name.truncate(outer);
    }
}

/// One field of a settings struct.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a field is a value or a struct of values")]
pub enum Entry {
    /// A field that one variable fills.
    Field(Field),
    /// A field that is itself a settings struct.
    Nested {
        /// Name of the field.
        name: &'static str,
        /// What the field adds in front of the variables of its struct; empty for a flattened one.
        prefix: &'static str,
        /// The struct's own schema.
        schema: &'static Schema,
    },
}

/// A field that one variable fills.
#[derive(Debug)]
#[non_exhaustive]
pub struct Field {
    /// Name of the field.
    pub name: &'static str,
    /// Name of the variable without the prefixes.
    pub variable: &'static str,
    /// Type of the field, as written.
    pub type_name: &'static str,
    /// First line of the doc comment, or an empty text.
    pub doc: &'static str,
    /// What happens when the variable is not set.
    pub presence: Presence,
    /// Whether the type is a `Secret`.
    pub secret: bool,
    /// Whether `NAME_FILE` may name a file that holds the value.
    pub file: bool,
    /// What the value must keep to besides its type.
    pub rules: &'static [Rule],
    /// Says what kind of text the type takes.
    pub expected: fn() -> Cow<'static, str>,
}

impl Field {
    #[doc(hidden)]
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "called by the derive only, once a field")]
    pub const fn new(
        name: &'static str,
        variable: &'static str,
        type_name: &'static str,
        doc: &'static str,
        presence: Presence,
        secret: bool,
        file: bool,
        rules: &'static [Rule],
        expected: fn() -> Cow<'static, str>,
    ) -> Self {
        Self { name, variable, type_name, doc, presence, secret, file, rules, expected }
    }
}

/// What happens when a variable is not set.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Presence {
    /// It is a problem.
    Required,
    /// The field is `None`.
    Optional,
    /// The field takes this default, shown as it stands in the source.
    Default(&'static str),
}

/// Returns whether each field reads a variable of its own.
#[doc(hidden)]
#[must_use]
pub const fn is_distinct(schema: &Schema) -> bool {
    let count = count(schema);
    let mut i = 0;
    while i < count {
        let mut j = i + 1;
        while j < count {
            if same(&nth(schema, i, Name::EMPTY), &nth(schema, j, Name::EMPTY)) {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

/// A variable's name in pieces, since a constant cannot join texts of unknown length.
#[derive(Clone, Copy)]
struct Name {
    pieces: [&'static str; Self::DEPTH],
    used: usize,
}

impl Name {
    /// Two pieces a level of nesting, one for the variable.
    const DEPTH: usize = 33;
    const EMPTY: Self = Self { pieces: [""; Self::DEPTH], used: 0 };

    const fn with(mut self, piece: &'static str) -> Self {
        assert!(self.used < Self::DEPTH, "settings are nested more than sixteen levels deep");
        self.pieces[self.used] = piece;
        self.used += 1;
        self
    }

    const fn byte(&self, mut index: usize) -> Option<u8> {
        let mut piece = 0;
        while piece < self.used {
            let bytes = self.pieces[piece].as_bytes();
            if index < bytes.len() {
                return Some(bytes[index]);
            }
            index -= bytes.len();
            piece += 1;
        }
        None
    }
}

const fn same(a: &Name, b: &Name) -> bool {
    let mut index = 0;
    loop {
        match (a.byte(index), b.byte(index)) {
            (None, None) => return true,
            (Some(x), Some(y)) if x == y => index += 1,
            _ => return false,
        }
    }
}

const fn count(schema: &Schema) -> usize {
    let (mut total, mut i) = (0, 0);
    while i < schema.entries.len() {
        total += match &schema.entries[i] {
            Entry::Field(_) => 1,
            Entry::Nested { schema, .. } => count(schema),
        };
        i += 1;
    }
    total
}

const fn nth(schema: &Schema, mut index: usize, parent: Name) -> Name {
    let name = parent.with(schema.prefix);
    let mut i = 0;
    while i < schema.entries.len() {
        match &schema.entries[i] {
            Entry::Field(field) if index == 0 => return name.with(field.variable),
            Entry::Field(_) => index -= 1,
            Entry::Nested { prefix, schema, .. } => {
                let inside = count(schema);
                if index < inside {
                    return nth(schema, index, name.with(prefix));
                }
                index -= inside;
            }
        }
        i += 1;
    }
    panic!("the index is below the count")
}
