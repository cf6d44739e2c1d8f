//! One thing that is wrong with the configuration.

use std::{borrow::Cow, fmt};

use serde_core::ser::{Serialize, SerializeStruct, Serializer};

/// Says in one word what is wrong with a variable. The words are stable.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// No source has the variable.
    Missing,
    /// The variable is set to the empty text.
    Empty,
    /// The variable holds nothing but white space.
    Blank,
    /// The variable is not UTF-8.
    NotUnicode,
    /// Two names of one value are set.
    Conflict,
    /// The text is not a value of the field's type.
    Invalid,
    /// The text is a number that the field's type cannot hold.
    OutOfRange,
    /// The file that should hold the value cannot be used.
    File,
    /// The value breaks a rule of the field.
    Rule,
}

impl Kind {
    /// Returns the stable word for this kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Empty => "empty",
            Self::Blank => "blank",
            Self::NotUnicode => "not_unicode",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::OutOfRange => "out_of_range",
            Self::File => "file",
            Self::Rule => "rule",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Describes one problem of one variable, without a byte of a secret's text.
#[derive(Clone, Debug)]
pub struct Problem {
    pub(crate) variable: String,
    pub(crate) path: String,
    pub(crate) kind: Kind,
    pub(crate) secret: bool,
    pub(crate) origin: String,
    pub(crate) expected: Cow<'static, str>,
    pub(crate) found: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) doc: &'static str,
}

impl Problem {
    /// Returns the name of the variable, prefixes included.
    #[must_use]
    pub fn variable(&self) -> &str {
        &self.variable
    }

    /// Returns the field's place in the struct: `database.password`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns whether the field holds a secret.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.secret
    }

    /// Returns where the value was found or, if it is missing, was looked for.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns what would have been right.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// Returns the text that was found: escaped, cut at 40 characters, never that of a secret.
    #[must_use]
    pub fn found(&self) -> Option<&str> {
        self.found.as_deref()
    }

    /// Returns what to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Returns the first line of the field's doc comment, or an empty text.
    #[must_use]
    pub fn doc(&self) -> &str {
        self.doc
    }
}

impl fmt::Display for Problem {
    /// Writes the problem as one line, fit for a log collector.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}: ", self.variable, Described(self.kind))?;
        write!(f, "expected {}", self.expected)?;
        if let Some(found) = &self.found {
            write!(f, ", found {found}")?;
        }
        write!(f, " ({})", self.origin)?;
        if let Some(hint) = &self.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Problem", 9)?;
        fields.serialize_field("variable", &self.variable)?;
        fields.serialize_field("path", &self.path)?;
        fields.serialize_field("kind", self.kind.as_str())?;
        fields.serialize_field("secret", &self.secret)?;
        fields.serialize_field("origin", &self.origin)?;
        fields.serialize_field("expected", &self.expected)?;
        fields.serialize_field("found", &self.found)?;
        fields.serialize_field("hint", &self.hint)?;
        fields.serialize_field("doc", self.doc)?;
        fields.end()
    }
}

/// A kind as a sentence goes on after `NAME is`.
struct Described(Kind);

impl fmt::Display for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Missing => "missing",
            Kind::Empty => "empty",
            Kind::Blank => "blank",
            Kind::NotUnicode => "not UTF-8",
            Kind::Conflict => "set twice",
            Kind::Invalid => "invalid",
            Kind::OutOfRange => "out of range",
            Kind::File => "in a file that cannot be used",
            Kind::Rule => "against a rule",
        })
    }
}
