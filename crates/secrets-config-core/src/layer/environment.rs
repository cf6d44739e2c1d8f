//! The process environment, read by name.

use std::{env, ffi::OsString};

use zeroize::Zeroize;

use super::{Found, Layer, Text};

pub(crate) struct Environment;

impl Layer for Environment {
    fn variable(&self, name: &str) -> Option<Found> {
        env::var_os(name).map(|text| Found::in_environment(Text::from(text)))
    }

    fn place(&self) -> String {
        "environment".to_owned()
    }

    fn names(&self) -> Vec<String> {
        env::vars_os().filter_map(name_of).collect()
    }
}

fn name_of((name, value): (OsString, OsString)) -> Option<String> {
    value.into_encoded_bytes().zeroize();
    name.into_string().ok()
}
