//! A field that one variable fills.

use std::borrow::Cow;

use crate::{Format, Rule, value::Takes};

/// Describes a field that one variable fills.
#[derive(Debug)]
#[non_exhaustive]
pub struct Field {
    /// Name of the field.
    pub name: &'static str,
    /// Name of the variable without the prefixes.
    pub variable: &'static str,
    /// Other names of the variable, without the prefixes.
    pub aliases: &'static [Alias],
    /// Type of the field, as written.
    pub type_name: &'static str,
    /// First line of the doc comment, or an empty text.
    pub doc: &'static str,
    /// What happens when the variable is not set.
    pub presence: Presence,
    /// Whether the type is a `Secret`, or an `Option` or a `Vec` of them; see also [`is_secret`](Self::is_secret).
    pub secret: bool,
    /// Whether it is a list of secrets.
    pub secret_items: bool,
    /// Whether `NAME_FILE` may name a file that holds the value.
    pub file: bool,
    /// Whether an empty or blank text is a value.
    pub allow_empty: bool,
    /// Whether a text such as `changeme` is a value of a secret.
    pub allow_placeholder: bool,
    /// How the value is written as text.
    pub format: Format,
    /// What the value must keep to besides its type.
    pub rules: &'static [Rule],
    takes: Takes,
}

impl Field {
    /// Returns what text is right, in words: `a whole number from 0 to 65535`.
    #[must_use]
    pub fn expected(&self) -> Cow<'static, str> {
        self.format.expected().map_or_else(|| self.takes.expected(), Cow::Borrowed)
    }

    /// Returns whether there is a secret in the field, also where its type does not show it: in a map, in a type of one's
    /// own, behind a type parameter.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.secret || self.takes.holds_secret()
    }

    /// Returns whether `text` is a structure, of which it cannot be told what is a secret in it.
    pub(crate) fn is_structure(&self, text: &str) -> bool {
        let is_plain = matches!(self.format, Format::Plain { .. });
        cfg!(feature = "json") && (!is_plain || text.trim_start().starts_with(['[', '{']))
    }

    /// Returns whether there is a value to fall back to.
    #[must_use]
    pub fn has_default(&self) -> bool {
        matches!(self.presence, Presence::Default(_))
    }
}

/// What the derive calls, in constants.
#[doc(hidden)]
#[expect(
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "only the derive calls these"
)]
impl Field {
    pub const fn new(
        name: &'static str,
        variable: &'static str,
        type_name: &'static str,
        takes: Takes,
    ) -> Self {
        Self {
            name,
            variable,
            aliases: &[],
            type_name,
            doc: "",
            presence: Presence::Required,
            secret: false,
            secret_items: false,
            file: false,
            allow_empty: false,
            allow_placeholder: false,
            format: Format::PLAIN,
            rules: &[],
            takes,
        }
    }

    pub const fn with_doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }

    pub const fn with_presence(mut self, presence: Presence) -> Self {
        self.presence = presence;
        self
    }

    /// A secret may always stand in a file.
    pub const fn with_secret(mut self, secret: bool) -> Self {
        self.secret = secret;
        self.file = self.file || secret;
        self
    }

    pub const fn with_secret_items(mut self, secret_items: bool) -> Self {
        self.secret_items = secret_items;
        self
    }

    pub const fn with_file(mut self) -> Self {
        self.file = true;
        self
    }

    pub const fn with_empty(mut self) -> Self {
        self.allow_empty = true;
        self
    }

    pub const fn with_placeholder(mut self) -> Self {
        self.allow_placeholder = true;
        self
    }

    pub const fn with_aliases(mut self, aliases: &'static [Alias]) -> Self {
        self.aliases = aliases;
        self
    }

    pub const fn with_format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    pub const fn with_rules(mut self, rules: &'static [Rule]) -> Self {
        self.rules = rules;
        self
    }
}

/// Another name of a variable.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Alias {
    /// The name without the prefixes.
    pub variable: &'static str,
    /// Whether its use brings a warning.
    pub deprecated: bool,
    /// Whether it wins where the field's other names are set, too.
    pub preferred: bool,
}

impl Alias {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(variable: &'static str) -> Self {
        Self { variable, deprecated: false, preferred: false }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn preferred(mut self) -> Self {
        self.preferred = true;
        self
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
