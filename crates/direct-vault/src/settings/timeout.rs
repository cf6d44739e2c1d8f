//! A timeout as the official clients write it.

use std::time::Duration;

use secrets_config_core::Config;

/// Reads seconds (`60`), or a number with its unit (`500ms`, `1m 30s`). More than nothing.
pub(super) fn parse(text: &str) -> Result<Duration, &'static str> {
    const EXPECTED: &str = "seconds, or a time with its unit, such as 60 or 500ms, and more than 0";
    let text = text.trim();
    let timeout = match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => WithUnit::from_pairs([("TIMEOUT", text)]).ok().map(|settings| settings.timeout),
    };
    timeout.filter(|timeout| !timeout.is_zero()).ok_or(EXPECTED)
}

/// Durations are read as in every other setting.
#[derive(secrets_config_derive::Config)]
#[config(crate = secrets_config_core)]
struct WithUnit {
    timeout: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_need_no_unit() {
        let read = ["60", " 5 ", "500ms", "1m 30s", "0", "0s", "-1", "soon"].map(|text| parse(text).ok());
        let millis = [60_000, 5_000, 500, 90_000].map(|millis| Some(Duration::from_millis(millis)));
        assert_eq!(read[..4], millis);
        assert_eq!(read[4..], [None; 4]);
    }
}
