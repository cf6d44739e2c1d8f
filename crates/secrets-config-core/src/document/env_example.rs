//! The variables as the text of a `.env.example`.

use std::{borrow::Cow, fmt};

use super::{Drift, setting::Setting};
use crate::Schema;

/// Shows what to put in a `.env`: copy it, then fill in what has no `#` in front.
///
/// What must be set stands as `NAME=`, everything else is commented out with its default. No secret has a value.
///
/// # Examples
///
/// ```
/// # use secrets_config_core::{Config, document::Drift};
/// # fn check<Settings: Config>(committed: &str) -> Result<(), Drift> {
/// // in a test: `committed` is `include_str!("../.env.example")`
/// Settings::env_example().check(committed)
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EnvExample(&'static Schema);

impl EnvExample {
    #[inline]
    pub(crate) fn new(schema: &'static Schema) -> Self {
        Self(schema)
    }

    /// Checks that `committed` is this text.
    ///
    /// # Errors
    ///
    /// A [`Drift`] that shows the lines that differ, without what may be the value of a secret, committed by mistake.
    #[inline]
    pub fn check(&self, committed: &str) -> Result<(), Drift> {
        let settings = Setting::all(self.0);
        let lines: Vec<_> = committed.lines().map(|line| redacted(line, &settings)).collect();
        let update = format!("write what `{}::env_example()` displays to the file", self.0.name);
        Drift::check(&lines.join("\n"), self.to_string(), update)
    }
}

impl fmt::Display for EnvExample {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# Made from `{}`: change the struct, then this file.", self.0.name)?;
        for setting in Setting::all(self.0) {
            writeln!(f)?;
            if !setting.doc.is_empty() {
                writeln!(f, "# {}", setting.doc)?;
            }
            writeln!(f, "# {}: {}", setting.status(), setting.asks_for())?;
            for note in setting.notes() {
                writeln!(f, "# {note}")?;
            }
            if let Some(code) = setting.fallback.as_ref().filter(|fallback| fallback.text().is_none()) {
                writeln!(f, "# default: {code}")?;
            }
            let comment = if setting.is_required() { "" } else { "# " };
            let value = setting.fallback.as_ref().and_then(|fallback| fallback.text()).unwrap_or_default();
            writeln!(f, "{comment}{}={}", setting.variable, quoted(value))?;
        }
        Ok(())
    }
}

/// Writes `value` so that a `.env` gives it back: bare if it can be, else in quotes.
#[inline]
fn quoted(value: &str) -> Cow<'_, str> {
    let is_bare = |c: char| c.is_alphanumeric() || "_-.,:;/@%+=~?&*".contains(c);
    if value.chars().all(is_bare) {
        return value.into();
    }
    if !value.contains(['\'', '\n', '\r']) {
        return format!("'{value}'").into();
    }
    let mut text = String::from('"');
    for c in value.chars() {
        match c {
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '"' | '\\' | '$' => text.extend(['\\', c]),
            _ => text.push(c),
        }
    }
    text.push('"');
    text.into()
}

/// Keeps of a committed line what cannot be a secret: a comment, a name, the value of a setting that is none.
#[inline]
fn redacted<'a>(line: &'a str, settings: &[Setting]) -> Cow<'a, str> {
    let is_comment = line.is_empty() || line.starts_with('#');
    let Some((name, value)) = line.split_once('=') else {
        return if is_comment { line } else { "[REDACTED]" }.into();
    };
    let variable = name.trim_start_matches(['#', ' ', '\t']).trim_start_matches("export ").trim();
    let known = settings.iter().find(|setting| setting.variable == variable);
    // The secret may have had another name once; and the last line of a key in base64 has an equals sign too.
    let is_name = variable.chars().all(|c| matches!(c, 'A'..='Z' | '0'..='9' | '_'));
    match known {
        Some(setting) if !setting.secret => line.into(),
        None if is_comment && !is_name => line.into(),
        None if !is_name => "[REDACTED]".into(),
        _ if value.is_empty() => line.into(),
        _ => format!("{name}=[REDACTED]").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_value_is_quoted_when_a_dotenv_would_read_it_otherwise() {
        for (value, expected) in [
            ("postgres://db:5432/app?a=b", "postgres://db:5432/app?a=b"),
            ("", ""),
            ("a #b", "'a #b'"),
            ("$HOME\\", "'$HOME\\'"),
            ("it's\n\"$5\"", r#""it's\n\"\$5\"""#),
        ] {
            assert_eq!(quoted(value), expected);
        }
    }
}
