//! Times with units: `500ms`, `1h 30m`, `2d`.

use std::time::Duration;

use super::Error;

/// What is expected where a time is.
pub(super) const EXPECTED: &str = "a time with its unit, such as 500ms, 30s or 1h 30m";

/// The parts that serde gives to a `Duration`, by which its type is known.
pub(super) const FIELDS: &[&str] = &["secs", "nanos"];

pub(super) fn parse(text: &str) -> Result<Duration, Error> {
    let text = text.trim_ascii();
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    humantime::parse_duration(text).map_err(|_| {
        let is_bare = text.parse::<f64>().is_ok_and(|number| number >= 0.0);
        Error::invalid(EXPECTED).with_hint(is_bare.then_some("the number needs a unit"))
    })
}
