//! Structs whose field has a rule of the service's own.

use secrets_config::Config;
use serde::Serialize;
use url::Url;

use super::custom::{Check, check, email};

#[derive(Config, Serialize)]
#[serde(transparent)]
pub(crate) struct Address {
    #[validate(custom(function = email))]
    value: String,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
pub(crate) struct Capitals {
    #[validate(custom(function = capitals))]
    value: String,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
pub(crate) struct Greeting {
    #[validate(custom(function = hello))]
    value: String,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
pub(crate) struct Sentence {
    #[validate(custom(function = five_words))]
    value: String,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
pub(crate) struct Api {
    #[validate(custom(function = of_api))]
    value: Url,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
pub(crate) struct Page {
    #[validate(custom(function = without_slash))]
    value: Url,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
pub(crate) struct Web {
    #[validate(custom(function = of_web))]
    value: Url,
}

fn capitals(text: &str) -> Check {
    check(text.bytes().all(|byte| byte.is_ascii_uppercase()), "capitals")
}

fn hello(text: &str) -> Check {
    check(text.eq_ignore_ascii_case("hello"), "hello")
}

fn five_words(text: &str) -> Check {
    check(text.split_whitespace().count() >= 5, "five words")
}

fn of_api(url: &Url) -> Check {
    check(url.as_str().starts_with("https://api."), "an address of the API")
}

fn without_slash(url: &Url) -> Check {
    check(!url.path().ends_with('/'), "no slash at the end")
}

fn of_web(url: &Url) -> Check {
    let domain = url.domain().is_some_and(|domain| domain.contains('.') && !domain.starts_with('-'));
    check(domain && matches!(url.scheme(), "http" | "https"), "http or https, and a domain")
}
