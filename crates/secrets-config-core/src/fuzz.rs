//! The parsers, as a fuzzer calls them.
#![expect(missing_docs, reason = "for the package in `fuzz` only")]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use zeroize::Zeroizing;

use crate::{
    Secret,
    layer::fuzz_dotenv,
    value::{self, Format},
};

pub fn dotenv(text: &str) {
    fuzz_dotenv(text);
}

pub fn list(text: &str) {
    parse::<Vec<String>>(text);
    parse::<Vec<Option<i8>>>(text);
    parse::<BTreeSet<u16>>(text);
    parse::<(u8, bool, char)>(text);
    parse::<[Secret<String>; 2]>(text);
    parse::<BTreeMap<String, f64>>(text);
    parse::<BTreeMap<char, Duration>>(text);
}

pub fn duration(text: &str) {
    parse::<Duration>(text);
    parse::<Option<Duration>>(text);
}

fn parse<T: serde_core::de::DeserializeOwned>(text: &str) {
    let mut text = Zeroizing::new(text.to_owned());
    drop(value::plain::<T>(&mut text, Format::PLAIN));
}
