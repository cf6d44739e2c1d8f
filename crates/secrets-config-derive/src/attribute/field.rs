//! What stands on a field.

use proc_macro2::Span;
use syn::{Attribute, Expr, Ident, LitStr, Path, Token, meta::ParseNestedMeta, spanned::Spanned};

use super::{each, expression, name, once, path, rule, text, unknown};
use crate::{
    errors::Errors,
    model::{AliasKind, Condition, Rule},
};

/// What `#[config(..)]` and `#[validate(..)]` say on a field.
#[derive(Default)]
pub(crate) struct OnField {
    pub(crate) env: Option<LitStr>,
    pub(crate) aliases: Vec<(LitStr, AliasKind)>,
    pub(crate) default: Option<Expr>,
    pub(crate) file: Option<Span>,
    pub(crate) allow_empty: Option<Span>,
    pub(crate) allow_placeholder: Option<Span>,
    pub(crate) delimiter: Option<LitStr>,
    pub(crate) encoding: Option<LitStr>,
    pub(crate) json: Option<Span>,
    pub(crate) parse: Option<Path>,
    pub(crate) required_if: Option<Condition>,
    pub(crate) nested: Option<Span>,
    pub(crate) flatten: Option<Span>,
    pub(crate) prefix: Option<LitStr>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) validate: Option<Span>,
}

impl OnField {
    const ACCEPTED: &[&str] = &[
        "alias",
        "allow_empty",
        "allow_placeholder",
        "default",
        "delimiter",
        "deprecated_alias",
        "encoding",
        "env",
        "file",
        "flatten",
        "json",
        "nested",
        "parse",
        "preferred_alias",
        "prefix",
        "required_if",
    ];

    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        each(attributes, "config", errors, |meta| read.item(&meta));
        each(attributes, "validate", errors, |meta| {
            read.validate.get_or_insert(meta.path.span());
            read.rules.push(rule::read(&meta)?);
            Ok(())
        });
        read
    }

    fn item(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let span = meta.path.span();
        match name(meta).as_str() {
            "alias" => self.aliases.push((text(meta)?, AliasKind::Equal)),
            "deprecated_alias" => self.aliases.push((text(meta)?, AliasKind::Deprecated)),
            "preferred_alias" => self.aliases.push((text(meta)?, AliasKind::Preferred)),
            "env" => once(&mut self.env, meta, text(meta)?)?,
            "default" => once(&mut self.default, meta, expression(meta.value()?)?)?,
            "file" => once(&mut self.file, meta, span)?,
            "allow_empty" => once(&mut self.allow_empty, meta, span)?,
            "allow_placeholder" => once(&mut self.allow_placeholder, meta, span)?,
            "delimiter" => once(&mut self.delimiter, meta, text(meta)?)?,
            "encoding" => once(&mut self.encoding, meta, text(meta)?)?,
            "json" => once(&mut self.json, meta, span)?,
            "parse" => once(&mut self.parse, meta, path(meta)?)?,
            "required_if" => once(&mut self.required_if, meta, condition(meta)?)?,
            "nested" => once(&mut self.nested, meta, span)?,
            "flatten" => once(&mut self.flatten, meta, span)?,
            "prefix" => once(&mut self.prefix, meta, text(meta)?)?,
            other => return Err(unknown(meta, other, "config", "on a field", Self::ACCEPTED)),
        }
        Ok(())
    }
}

/// `required_if(field = value)`.
fn condition(meta: &ParseNestedMeta<'_>) -> syn::Result<Condition> {
    let content;
    syn::parenthesized!(content in meta.input);
    let field: Ident = content.parse()?;
    content.parse::<Token![=]>()?;
    Ok(Condition { field, value: expression(&content)? })
}
