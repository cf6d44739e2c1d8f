//! One thing that is wrong with the configuration.

use std::{borrow::Cow, fmt};

use serde_core::ser::{Serialize, SerializeStruct, Serializer};

use crate::{Field, layer::Failed, value};

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
    /// The text stands for a secret and is none: `changeme`.
    Placeholder,
    /// The value breaks a rule.
    Rule,
    /// The name means nothing to the service.
    Unknown,
}

impl Kind {
    /// Every kind there is.
    pub const ALL: &[Self] = &[
        Self::Missing,
        Self::Empty,
        Self::Blank,
        Self::NotUnicode,
        Self::Conflict,
        Self::Invalid,
        Self::OutOfRange,
        Self::File,
        Self::Placeholder,
        Self::Rule,
        Self::Unknown,
    ];

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
            Self::Placeholder => "placeholder",
            Self::Rule => "rule",
            Self::Unknown => "unknown",
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
    pub(crate) doc: Cow<'static, str>,
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
        &self.doc
    }
}

/// How a problem is put together.
impl Problem {
    /// A problem of something that is no field.
    pub(crate) fn of_name(
        variable: String,
        kind: Kind,
        origin: String,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            variable,
            path: String::new(),
            kind,
            secret: false,
            origin,
            expected: expected.into(),
            found: None,
            hint: None,
            doc: Cow::Borrowed(""),
        }
    }

    pub(crate) fn expecting(mut self, expected: impl Into<Cow<'static, str>>) -> Self {
        self.expected = expected.into();
        self
    }

    pub(crate) fn hinting(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Shows what was found, unless the field is a secret.
    pub(crate) fn having_found(mut self, text: Option<&str>) -> Self {
        if !self.secret {
            self.found = text.map(|text| format!("\"{}\"", escape(text)));
        }
        self
    }

    /// Takes over why a source could not give the value.
    pub(crate) fn failed(self, Failed { kind, origin, expected, hint }: Failed) -> Self {
        Self { kind, origin: origin.to_string(), expected, hint, ..self }
    }

    /// Takes over why the text is no value of the type. Of a secret nothing is shown that the type said, since it may
    /// quote its input; and no place in it, which would tell of its length.
    pub(crate) fn refused(mut self, error: value::Error, field: &Field) -> Self {
        let error = error.into_refusal();
        if !self.secret {
            if let Some(expected) = error.expected {
                self.expected = expected;
            }
            if let Some(place) = error.place {
                self.expected = format!("{} (wrong at {place})", self.expected).into();
            }
            let message = error.message.as_ref().map(|message| escape(message).into());
            self.hint = error.hint.or(message).map(Cow::into_owned);
        }
        if let Some(index) = error.index.filter(|_| !self.secret || field.secret_items) {
            self.expected = format!("{} (item {})", self.expected, index + 1).into();
        }
        self
    }
}

/// Makes a text fit for one line: control characters escaped, cut at 40 characters.
pub(crate) fn escape(text: &str) -> String {
    const MOST: usize = 40;
    let mut line = String::new();
    for escaped in text.chars().take(MOST).flat_map(char::escape_debug) {
        line.push(escaped);
    }
    if text.chars().nth(MOST).is_some() {
        line.push('…');
    }
    line
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
        fields.serialize_field("doc", &self.doc)?;
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
            Kind::Placeholder => "a placeholder",
            Kind::Rule => "against a rule",
            Kind::Unknown => "unknown",
        })
    }
}
