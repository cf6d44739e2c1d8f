//! The attributes, as written.

mod field;
mod rule;

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Expr, Ident, LitStr, Path, Token,
    ext::IdentExt,
    meta::ParseNestedMeta,
    parse::{Parse, ParseStream},
};

pub(crate) use self::field::OnField;
use crate::{errors::Errors, model::Check};

/// What `#[config(..)]` says on a struct or an enum.
#[derive(Default)]
pub(crate) struct OnStruct {
    pub(crate) prefix: Option<LitStr>,
    pub(crate) crate_path: Option<Path>,
    pub(crate) tag: Option<LitStr>,
    pub(crate) deny_unknown: Option<Path>,
    pub(crate) checks: Vec<Check>,
}

impl OnStruct {
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        const ACCEPTED: &[&str] = &["check", "crate", "deny_unknown", "prefix", "tag"];
        let mut read = Self::default();
        each(attributes, "config", errors, |meta| match name(&meta).as_str() {
            "check" => {
                read.checks.push(check(&meta)?);
                Ok(())
            }
            "crate" => once(&mut read.crate_path, &meta, value(&meta)?),
            "deny_unknown" => once(&mut read.deny_unknown, &meta, meta.path.clone()),
            "prefix" => once(&mut read.prefix, &meta, text(&meta)?),
            "tag" => once(&mut read.tag, &meta, text(&meta)?),
            other => Err(unknown(&meta, other, "config", "on a struct", ACCEPTED)),
        });
        read
    }
}

/// What `#[config(..)]` says on a variant.
#[derive(Default)]
pub(crate) struct OnVariant {
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<Path>,
}

impl OnVariant {
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut read = Self::default();
        each(attributes, "config", errors, |meta| match name(&meta).as_str() {
            "default" => once(&mut read.default, &meta, meta.path.clone()),
            "name" => once(&mut read.name, &meta, text(&meta)?),
            other => Err(unknown(&meta, other, "config", "on a variant", &["default", "name"])),
        });
        read
    }
}

/// `check = function`, or `check(function, field, ..)`.
fn check(meta: &ParseNestedMeta<'_>) -> syn::Result<Check> {
    if meta.input.peek(Token![=]) {
        return Ok(Check { function: value(meta)?, fields: Vec::new() });
    }
    let content;
    syn::parenthesized!(content in meta.input);
    let function = content.parse()?;
    let mut fields = Vec::new();
    while content.peek(Token![,]) {
        content.parse::<Token![,]>()?;
        if !content.is_empty() {
            fields.push(content.parse()?);
        }
    }
    Ok(Check { function, fields })
}

/// Calls `read` for each item of each attribute named `attribute`; one bad item does not hide the next.
fn each(
    attributes: &[Attribute],
    attribute: &str,
    errors: &mut Errors,
    mut read: impl FnMut(ParseNestedMeta<'_>) -> syn::Result<()>,
) {
    for found in attributes.iter().filter(|found| found.path().is_ident(attribute)) {
        let mut bad = Vec::new();
        let parsed = found.parse_nested_meta(|meta| {
            let input = meta.input;
            if let Err(error) = read(meta) {
                bad.push(error);
                skip_item(input)?;
            }
            Ok(())
        });
        bad.into_iter().for_each(|error| errors.push(error));
        let _gathered = errors.take(parsed);
    }
}

/// Skips what is left of an item, up to the next comma.
fn skip_item(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _skipped: TokenTree = input.parse()?;
    }
    Ok(())
}

fn name(meta: &ParseNestedMeta<'_>) -> String {
    meta.path.require_ident().map(|ident| ident.unraw().to_string()).unwrap_or_default()
}

fn value<T: Parse>(meta: &ParseNestedMeta<'_>) -> syn::Result<T> {
    meta.value()?.parse()
}

fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    let expr: Expr = value(meta)?;
    match expr {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Ok(text),
        other => Err(syn::Error::new_spanned(other, "expected a text in quotes")),
    }
}

/// An expression. What `syn` reads only with all its features is taken as it stands, up to the next comma.
fn expression(input: ParseStream<'_>) -> syn::Result<Expr> {
    let ahead = input.fork();
    if ahead.parse::<Expr>().is_ok() && (ahead.is_empty() || ahead.peek(Token![,])) {
        return input.parse();
    }
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    if tokens.is_empty() { Err(input.error("expected an expression")) } else { Ok(Expr::Verbatim(tokens)) }
}

/// A path, in quotes or not: the `validator` crate has both.
fn path(meta: &ParseNestedMeta<'_>) -> syn::Result<Path> {
    let input = meta.value()?;
    if input.peek(LitStr) { input.parse::<LitStr>()?.parse() } else { input.parse() }
}

fn once<T>(slot: &mut Option<T>, meta: &ParseNestedMeta<'_>, value: T) -> syn::Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(meta.error(format!("`{}` is given twice", name(meta)))),
    }
}

fn unknown(
    meta: &ParseNestedMeta<'_>,
    found: &str,
    attribute: &str,
    place: &str,
    accepted: &[&str],
) -> syn::Error {
    let accepted = accepted.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    meta.error(format!("`{attribute}` has no `{found}` {place}; it has {accepted}"))
}

/// Returns the first line of the doc comment that says something.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| match &attribute.meta.require_name_value().ok()?.value {
            Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        })
        .find_map(|block| block.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned))
        .unwrap_or_default()
}

/// Returns `ident` as a variable is named: in capitals.
pub(crate) fn screaming(ident: &Ident) -> String {
    ident.unraw().to_string().to_uppercase()
}

/// Returns `ident`, the name of a variant, as a value is written: `LocalDisk` is `local-disk`.
pub(crate) fn kebab(ident: &Ident) -> String {
    let mut name = String::new();
    for (index, character) in ident.unraw().to_string().char_indices() {
        if character.is_uppercase() && index > 0 {
            name.push('-');
        }
        name.extend(character.to_lowercase());
    }
    name
}
