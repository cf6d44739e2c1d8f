//! A settings struct or enum, taken apart.

use proc_macro2::Span;
use syn::{Expr, Generics, Ident, Path, Type};

pub(crate) struct Settings {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Where the code finds what it calls: `secrets_config::__private`.
    pub(crate) private: Path,
    pub(crate) prefix: String,
    pub(crate) deny_unknown: bool,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Struct {
        fields: Vec<Field>,
        checks: Vec<Check>,
    },
    Enum {
        /// The variable that selects the variant.
        tag: String,
        variants: Vec<Variant>,
    },
}

pub(crate) struct Variant {
    pub(crate) ident: Ident,
    /// The text that selects it.
    pub(crate) name: String,
    pub(crate) is_default: bool,
    pub(crate) shape: Shape,
}

pub(crate) enum Shape {
    Unit,
    /// A struct that derives `Config` itself.
    Newtype(Box<Type>),
    Named(Vec<Field>),
}

pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) role: Role,
}

pub(crate) enum Role {
    Leaf(Box<Leaf>),
    Nested { prefix: String },
}

/// A field that one variable fills.
pub(crate) struct Leaf {
    pub(crate) variable: String,
    /// Where a message about the variable's name points.
    pub(crate) variable_span: Span,
    pub(crate) aliases: Vec<Alias>,
    pub(crate) doc: String,
    pub(crate) default: Option<Expr>,
    pub(crate) file: bool,
    pub(crate) allow_empty: bool,
    pub(crate) allow_placeholder: bool,
    pub(crate) format: Format,
    pub(crate) required_if: Option<Condition>,
    pub(crate) rules: Vec<Rule>,
}

pub(crate) struct Alias {
    pub(crate) variable: String,
    pub(crate) span: Span,
    pub(crate) kind: AliasKind,
}

/// What it means that a variable is set by this name.
#[derive(Clone, Copy)]
pub(crate) enum AliasKind {
    Equal,
    Deprecated,
    Preferred,
}

/// How the value is written.
pub(crate) enum Format {
    Plain { delimiter: Option<String> },
    Encoded(&'static str),
    Json,
    Parsed(Path),
}

/// Another field has this value.
pub(crate) struct Condition {
    pub(crate) field: Ident,
    pub(crate) value: Expr,
}

/// A function over several fields of the struct.
pub(crate) struct Check {
    pub(crate) function: Path,
    /// The fields it is given; the whole struct if there is none.
    pub(crate) fields: Vec<Ident>,
}

pub(crate) enum Rule {
    Length(Bounds),
    Range(Bounds),
    Contains(String),
    DoesNotContain(String),
    MustMatch(Ident),
    Custom(Path),
    Email,
    Url,
    Ip,
    CreditCard,
    Regex(Path),
}

#[derive(Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<Expr>,
    pub(crate) max: Option<Expr>,
}
