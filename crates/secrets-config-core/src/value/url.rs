//! URLs, known by what the `url` crate's type says it expects.

use super::Error;

/// What the visitor of `url::Url` says.
pub(super) const EXPECTING: &str = "a string representing an URL";
pub(super) const EXPECTED: &str = "a URL with its scheme and host, such as https://example.com";

/// Refuses a URL without an authority: in `localhost:3000` the host would be the scheme.
pub(super) fn check(text: &str) -> Result<(), Error> {
    let scheme_and_rest =
        text.split_once(':').and_then(|(scheme, rest)| Some((scheme, rest.strip_prefix("//")?)));
    if scheme_and_rest.is_some_and(|(scheme, rest)| !scheme.trim().is_empty() && !rest.is_empty()) {
        return Ok(());
    }
    let hint = scheme_and_rest.is_none().then_some("a scheme is missing: https://, postgres:// or the like");
    Err(Error::invalid(EXPECTED).with_hint(hint))
}
