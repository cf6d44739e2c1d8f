//! A default, as near to the text of a variable as its source allows.

use std::fmt;

/// What a field takes when its variable is not set.
#[derive(Debug, PartialEq)]
pub(super) enum Fallback {
    /// A text that the variable could be set to.
    Text(String),
    /// Rust code, which only a reader understands.
    Code(&'static str),
}

impl Fallback {
    /// Reads the default as it stands in the source, for a type that asks for `expected`.
    ///
    /// The schema does not tell a text from an expression. What might be either is taken for code: it is shown
    /// all the same, only not as a value to copy.
    #[inline]
    pub(super) fn new(source: &'static str, expected: &str, choices: &[&str]) -> Self {
        let text = if !choices.is_empty() {
            choice(source, choices)
        } else if expected.contains("number") {
            number(source)
        } else {
            (!is_code(source, expected)).then(|| source.to_owned())
        };
        text.map_or(Self::Code(source), Self::Text)
    }

    /// Returns the text that the variable could be set to.
    #[inline]
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Code(_) => None,
        }
    }
}

impl fmt::Display for Fallback {
    /// Writes the default on one line.
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) if text.is_empty() => f.write_str("\"\""),
            Self::Text(text) => text.chars().try_for_each(|c| {
                if c.is_control() { write!(f, "{}", c.escape_default()) } else { write!(f, "{c}") }
            }),
            Self::Code(code) => f.write_str(&code.split_whitespace().collect::<Vec<_>>().join(" ")),
        }
    }
}

/// `Mode::ReadOnly` is the choice `read-only`: the same letters, however serde spells them.
#[inline]
fn choice(source: &str, choices: &[&str]) -> Option<String> {
    let letters = |name: &str| name.replace(['-', '_', '.'], "").to_lowercase();
    let variant = letters(source.rsplit("::").next()?);
    choices.iter().find(|choice| letters(choice) == variant).map(|&choice| choice.to_owned())
}

/// `1_000u16` is `1000`: a variable takes neither separators nor a type.
#[inline]
fn number(source: &str) -> Option<String> {
    let digits = source.replace('_', "");
    let suffix = digits.find(['i', 'u', 'f']).unwrap_or(digits.len());
    let number = digits[..suffix].replace("- ", "-");
    number.parse::<f64>().is_ok().then_some(number)
}

/// Whether the source may be a path, a call, a macro, a literal in quotes or the name of a constant.
#[inline]
fn is_code(source: &str, expected: &str) -> bool {
    let is_capital = source.chars().all(|c| matches!(c, 'A'..='Z' | '0'..='9' | '_'));
    let is_constant = source.contains(char::is_alphabetic) && is_capital;
    source.contains("::")
        || source.starts_with('\'')
        || source.ends_with([')', ']', '}'])
        || is_constant && (source.contains('_') || expected != "text")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &'static str, expected: &str, choices: &[&str]) -> Option<String> {
        Fallback::new(source, expected, choices).text().map(str::to_owned)
    }

    #[test]
    fn a_number_loses_what_only_rust_reads() {
        for (source, expected) in
            [("3000", "3000"), ("1_000u16", "1000"), ("- 5", "-5"), ("0.5f32", "0.5"), ("1e3", "1e3")]
        {
            assert_eq!(text(source, "a number", &[]).as_deref(), Some(expected));
        }
        assert_eq!(text("0xff", "a number", &[]), None);
        assert_eq!(text("DEFAULT", "a number", &[]), None);
    }

    #[test]
    fn a_variant_is_found_by_its_letters() {
        let choices = ["read-only", "read-write"];
        assert_eq!(text("Mode::ReadWrite", "", &choices).as_deref(), Some("read-write"));
        assert_eq!(text("Mode::default()", "", &choices), None);
    }

    #[test]
    fn a_text_stays_and_code_is_only_shown() {
        assert_eq!(text("https://[fe80:1]/#a b", "text", &[]).as_deref(), Some("https://[fe80:1]/#a b"));
        assert_eq!(text("UTC", "text", &[]).as_deref(), Some("UTC"));
        assert_eq!(text("true", "true or false", &[]).as_deref(), Some("true"));
        for code in ["IpAddr::V4(LOCALHOST)", "vec![80]", "DEFAULT_HOST", "Ipv4Addr::LOCALHOST", "';'"] {
            assert_eq!(text(code, "text", &[]), None, "{code}");
        }
        assert_eq!(text("TIMEOUT", "a time with its unit", &[]), None);
        assert_eq!(Fallback::Text("a\tb".to_owned()).to_string(), "a\\tb");
    }
}
