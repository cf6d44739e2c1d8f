//! A settings struct, taken apart.

use proc_macro2::Span;
use syn::{Expr, Generics, Ident, Path, Type};

pub(crate) struct Settings {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// Where `secrets_config` is.
    pub(crate) crate_path: Path,
    pub(crate) prefix: String,
    pub(crate) fields: Vec<Field>,
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
    pub(crate) doc: String,
    pub(crate) default: Option<Expr>,
    pub(crate) file: bool,
    pub(crate) rules: Vec<Rule>,
}

pub(crate) enum Rule {
    Length(Bounds),
    Range(Bounds),
}

#[derive(Default)]
pub(crate) struct Bounds {
    pub(crate) min: Option<Expr>,
    pub(crate) max: Option<Expr>,
}
