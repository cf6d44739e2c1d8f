//! Types, parsers and rules that a service would bring along.

use std::net::IpAddr;

use secrets_config::Secret;
use serde::{Deserialize, Serialize, Serializer};
use url::Host;
use zeroize::Zeroize;

macro_rules! names {
    ($($name:ident { $($(#[$attribute:meta])* $variant:ident),* })*) => {$(
        #[derive(Clone, Debug, Deserialize, Serialize)]
        pub(crate) enum $name {
            $($(#[$attribute])* $variant),*
        }
    )*};
}

names! {
    Valid { #[serde(rename = "VALID")] Valid }
    Letters { #[serde(rename = "foo")] Foo, #[serde(rename = "bar")] Bar, #[serde(rename = "baz")] Baz }
    Level { #[serde(rename = "debug")] Debug, #[serde(rename = "info")] Info }
    Day {
        #[serde(rename = "SUNDAY")] Sunday,
        #[serde(rename = "MONDAY")] Monday,
        #[serde(rename = "TUESDAY")] Tuesday
    }
    Number {
        #[serde(rename = "ONE")] One,
        #[serde(rename = "TWO")] Two,
        #[serde(rename = "THREE_AND_FOUR")] ThreeAndFour
    }
    Mode {
        #[serde(rename = "sandbox")] Sandbox,
        #[serde(rename = "whitelist")] Whitelist,
        #[serde(rename = "production")] Production
    }
    Fruit {
        #[serde(rename(deserialize = "0", serialize = "pear"))] Pear,
        #[serde(rename(deserialize = "1", serialize = "kiwi"))] Kiwi,
        #[serde(rename(deserialize = "2", serialize = "lime"))] Lime
    }
    Size {
        #[serde(rename = "big")] Big,
        #[serde(rename = "medium")] Medium,
        #[serde(rename = "small")] Small
    }
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Pets {
    dog: Dog,
}

#[derive(Debug, Deserialize, Serialize)]
struct Dog {
    sound: String,
    size: Size,
}

macro_rules! checked {
    ($($name:ident($inner:ty = $written:literal) by $check:ident;)*) => {$(
        #[derive(Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(try_from = $written)]
        pub(crate) struct $name($inner);

        impl TryFrom<$inner> for $name {
            type Error = &'static str;

            fn try_from(value: $inner) -> Result<Self, Self::Error> {
                $check(&value).map(|()| Self(value))
            }
        }
    )*};
}

checked! {
    Email(String = "String") by email;
    Zone(String = "String") by zone;
    HighPort(u16 = "u16") by high_port;
}

pub(crate) type Check = Result<(), &'static str>;

pub(crate) fn check(good: bool, expected: &'static str) -> Check {
    if good { Ok(()) } else { Err(expected) }
}

pub(crate) fn email(text: &str) -> Check {
    let parts = text.split_once('@');
    let good =
        parts.is_some_and(|(user, host)| !user.is_empty() && !user.starts_with('.') && host.contains('.'));
    check(good, "an e-mail address")
}

fn zone(text: &str) -> Check {
    check(text == "UTC" || text.contains('/'), "a time zone")
}

fn high_port(port: &u16) -> Check {
    check(*port >= 1024, "a port from 1024")
}

type Parsed<T> = Result<T, &'static str>;

pub(crate) fn host(text: &str) -> Parsed<String> {
    let address = text.split_once('%').map_or(text, |(address, _)| address);
    let good = address.parse::<IpAddr>().is_ok() || Host::parse(text).is_ok() && !text.ends_with('.');
    good.then(|| text.to_owned()).ok_or("a host")
}

/// `2021-05-06`
pub(crate) fn date(text: &str) -> Parsed<String> {
    numbers(text, '-', &[4, 2, 2]).ok_or("a date")
}

/// `10:30`, with seconds or without.
pub(crate) fn time(text: &str) -> Parsed<String> {
    let without_seconds = || numbers(text, ':', &[2, 2]).map(|time| format!("{time}:00"));
    numbers(text, ':', &[2, 2, 2]).or_else(without_seconds).ok_or("a time of day")
}

fn numbers(text: &str, separator: char, digits: &[usize]) -> Option<String> {
    let parts: Vec<_> = text.split(separator).collect();
    let is_number = |(part, digits): (&&str, &usize)| {
        part.len() == *digits && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    (parts.len() == digits.len() && parts.iter().zip(digits).all(is_number)).then(|| text.to_owned())
}

pub(crate) fn y_or_n(text: &str) -> Parsed<bool> {
    match text {
        "y" | "Y" => Ok(true),
        "n" | "N" => Ok(false),
        _ => Err("y or N"),
    }
}

pub(crate) fn exactly_y_or_n(text: &str) -> Parsed<bool> {
    match text {
        "y" => Ok(true),
        "N" => Ok(false),
        _ => Err("y or N"),
    }
}

pub(crate) fn ten_more(text: &str) -> Result<String, std::num::ParseIntError> {
    text.parse::<i64>().map(|number| (number + 10).to_string())
}

pub(crate) fn exposed<T: Serialize + Zeroize, S: Serializer>(
    secret: &Secret<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret.expose_secret().serialize(serializer)
}

pub(crate) fn as_text<T: ToString, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

pub(crate) fn bytes_as_text<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&String::from_utf8_lossy(bytes))
}
