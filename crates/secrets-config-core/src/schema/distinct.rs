//! Whether each field has a variable of its own, decided by the compiler.

use super::{Entry, FILE, Field, Schema, Variant};

/// Returns whether no two fields of the schema share a variable: its name, an alias, or one of them with `_FILE` where
/// that may name a file. The variants of an enum may share: only one of them is read.
///
/// `N` is what [`count_names`] says. A name is known by 64 bits of hash: a constant can neither join texts nor afford to
/// compare each with each other.
#[doc(hidden)]
#[must_use]
pub const fn is_distinct<const N: usize>(schema: &Schema) -> bool {
    Names::<N> { hashes: [0; N], latest: [0; N], before: [0; N], len: 0 }.add_all(schema, Hash::EMPTY, None)
}

/// Returns how many names the fields of the schema are read by.
#[doc(hidden)]
#[must_use]
#[inline]
pub const fn count_names(schema: &Schema) -> usize {
    let (mut count, mut i) = (0, 0);
    while i < schema.entries.len() {
        count += match &schema.entries[i] {
            Entry::Field(field) => (1 + field.aliases.len()) * if field.file { 2 } else { 1 },
            Entry::Nested { schema, .. } => count_names(schema),
            Entry::Choice { variants } => {
                let (mut count, mut j) = (0, 0);
                while j < variants.len() {
                    count += count_names(variants[j].schema);
                    j += 1;
                }
                count
            }
        };
        i += 1;
    }
    count
}

/// The names that were met, in buckets by their hash.
struct Names<const N: usize> {
    hashes: [u64; N],
    /// For each bucket, the name that came into it last; the first name is 1.
    latest: [usize; N],
    /// For each name, the one that came into its bucket before it.
    before: [usize; N],
    len: usize,
}

/// The names of earlier variants, which are not read when the present one is.
#[derive(Clone, Copy)]
struct Hidden<'a> {
    first: usize,
    end: usize,
    outer: Option<&'a Self>,
}

impl<const N: usize> Names<N> {
    /// Adds the names of `schema`, unless one of them is there already.
    const fn add_all(&mut self, schema: &Schema, parent: Hash, hidden: Option<&Hidden<'_>>) -> bool {
        let parent = parent.with(schema.prefix);
        let mut i = 0;
        while i < schema.entries.len() {
            let is_new = match &schema.entries[i] {
                Entry::Field(field) => self.add_field(field, parent, hidden),
                Entry::Nested { prefix, schema, .. } => self.add_all(schema, parent.with(prefix), hidden),
                Entry::Choice { variants } => self.add_variants(variants, parent, hidden),
            };
            if !is_new {
                return false;
            }
            i += 1;
        }
        true
    }

    const fn add_variants(&mut self, variants: &[Variant], parent: Hash, outer: Option<&Hidden<'_>>) -> bool {
        let first = self.len;
        let mut i = 0;
        while i < variants.len() {
            let hidden = Hidden { first, end: self.len, outer };
            if !self.add_all(variants[i].schema, parent, Some(&hidden)) {
                return false;
            }
            i += 1;
        }
        true
    }

    const fn add_field(&mut self, field: &Field, parent: Hash, hidden: Option<&Hidden<'_>>) -> bool {
        let mut i = 0;
        while i <= field.aliases.len() {
            let variable = if i == 0 { field.variable } else { field.aliases[i - 1].variable };
            let name = parent.with(variable);
            if !self.add(name, hidden) || field.file && !self.add(name.with(FILE), hidden) {
                return false;
            }
            i += 1;
        }
        true
    }

    const fn add(&mut self, Hash(hash): Hash, hidden: Option<&Hidden<'_>>) -> bool {
        let bucket = (hash % N as u64) as usize;
        let mut number = self.latest[bucket];
        while number > 0 {
            if self.hashes[number - 1] == hash && !is_hidden(number - 1, hidden) {
                return false;
            }
            number = self.before[number - 1];
        }
        self.hashes[self.len] = hash;
        self.before[self.len] = self.latest[bucket];
        self.len += 1;
        self.latest[bucket] = self.len;
        true
    }
}

#[inline]
const fn is_hidden(index: usize, mut hidden: Option<&Hidden<'_>>) -> bool {
    while let Some(range) = hidden {
        if range.first <= index && index < range.end {
            return true;
        }
        hidden = range.outer;
    }
    false
}

/// FNV-1a of a name, which goes on where the prefix ends.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const EMPTY: Self = Self(0xcbf2_9ce4_8422_2325);

    #[inline]
    const fn with(self, piece: &str) -> Self {
        let Self(mut hash) = self;
        let bytes = piece.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0100_0000_01b3);
            i += 1;
        }
        Self(hash)
    }
}
