//! The derive of `secrets-config`; use it through that crate.

mod attribute;
mod check;
mod errors;
mod expand;
mod model;
mod parse;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `Config`: fills the struct's fields from variables.
#[doc = include_str!("attributes.md")]
#[proc_macro_derive(Config, attributes(config, validate))]
pub fn config(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    let expanded = parse::settings(&input).and_then(|settings| check::settings(&settings).map(|()| settings));
    match expanded {
        Ok(settings) => expand::settings(&settings).into(),
        Err(errors) => {
            let (errors, stand_in) =
                (errors.to_compile_error(), expand::stand_in(&input, &parse::private_of(&input)));
            quote::quote!(#errors #stand_in).into()
        }
    }
}
