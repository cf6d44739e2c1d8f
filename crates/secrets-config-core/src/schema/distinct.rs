//! Whether each field has a variable of its own, decided by the compiler.

use super::{Entry, Field, Schema};

/// Returns whether no two entries of the schema share a variable. The structs in it are looked into; that each of them
/// is distinct in itself was decided where it was derived. The variants of an enum may share: only one of them is read.
#[doc(hidden)]
#[must_use]
#[inline]
pub const fn is_distinct(schema: &Schema) -> bool {
    let mut i = 0;
    while i < schema.entries.len() {
        let mut j = i + 1;
        while j < schema.entries.len() {
            if share(&schema.entries[i], &schema.entries[j]) {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

#[inline]
const fn share(one: &Entry, other: &Entry) -> bool {
    let mut i = 0;
    while i < count(one) {
        let mut j = 0;
        while j < count(other) {
            if nth(one, i, Name::EMPTY).is(&nth(other, j, Name::EMPTY)) {
                return true;
            }
            j += 1;
        }
        i += 1;
    }
    false
}

/// How many variables an entry reads, aliases counted.
#[inline]
const fn count(entry: &Entry) -> usize {
    match entry {
        Entry::Field(field) => 1 + field.aliases.len(),
        Entry::Nested { schema, .. } => count_all(schema),
        Entry::Choice { variants } => {
            let (mut total, mut i) = (0, 0);
            while i < variants.len() {
                total += count_all(variants[i].schema);
                i += 1;
            }
            total
        }
    }
}

#[inline]
const fn count_all(schema: &Schema) -> usize {
    let (mut total, mut i) = (0, 0);
    while i < schema.entries.len() {
        total += count(&schema.entries[i]);
        i += 1;
    }
    total
}

/// The name of the variable at `index`, below `parent`.
#[inline]
const fn nth(entry: &Entry, mut index: usize, parent: Name) -> Name {
    match entry {
        Entry::Field(field) => parent.with(name_of(field, index)),
        Entry::Nested { prefix, schema, .. } => nth_of_all(schema, index, parent.with(prefix)),
        Entry::Choice { variants } => {
            let mut i = 0;
            while index >= count_all(variants[i].schema) {
                index -= count_all(variants[i].schema);
                i += 1;
            }
            nth_of_all(variants[i].schema, index, parent)
        }
    }
}

#[inline]
const fn nth_of_all(schema: &Schema, mut index: usize, parent: Name) -> Name {
    let mut i = 0;
    while index >= count(&schema.entries[i]) {
        index -= count(&schema.entries[i]);
        i += 1;
    }
    nth(&schema.entries[i], index, parent.with(schema.prefix))
}

#[inline]
const fn name_of(field: &Field, index: usize) -> &'static str {
    if index == 0 { field.variable } else { field.aliases[index - 1].variable }
}

/// A variable's name in pieces, since a constant cannot join texts of unknown length.
#[derive(Clone, Copy)]
struct Name {
    pieces: [&'static str; Self::MOST],
    used: usize,
}

impl Name {
    /// Two pieces a level of nesting, one for the variable.
    const MOST: usize = 33;
    const EMPTY: Self = Self { pieces: [""; Self::MOST], used: 0 };

    #[inline]
    const fn with(mut self, piece: &'static str) -> Self {
        assert!(self.used < Self::MOST, "settings are nested more than sixteen levels deep");
        self.pieces[self.used] = piece;
        self.used += 1;
        self
    }

    #[inline]
    const fn is(&self, other: &Self) -> bool {
        let mut index = 0;
        loop {
            match (self.byte(index), other.byte(index)) {
                (None, None) => return true,
                (Some(one), Some(another)) if one == another => index += 1,
                _ => return false,
            }
        }
    }

    #[inline]
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
