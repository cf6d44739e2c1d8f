//! The variables as a table for a terminal.

use std::fmt;

use super::{Drift, setting::Setting};
use crate::Schema;

/// Shows every variable of a struct to somebody at a terminal, the structs in it set apart.
///
/// # Examples
///
/// ```
/// # use secrets_config_core::Config;
/// # fn show<Settings: Config>() {
/// if std::env::args().any(|argument| argument == "--help") {
///     print!("{}", Settings::help());
/// }
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Help(&'static Schema);

impl Help {
    const WIDTH: usize = 100;
    /// The text keeps this much, however long a variable's name is.
    const LEAST: usize = 40;

    #[inline]
    pub(crate) fn new(schema: &'static Schema) -> Self {
        Self(schema)
    }

    /// Checks that `committed` is this text.
    ///
    /// # Errors
    ///
    /// A [`Drift`] that shows the lines that differ.
    #[inline]
    pub fn check(&self, committed: &str) -> Result<(), Drift> {
        let update = format!("write what `{}::help()` displays to the file", self.0.name);
        Drift::check(committed, self.to_string(), update)
    }
}

impl fmt::Display for Help {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} reads these variables:", self.0.name)?;
        let settings = Setting::all(self.0);
        let widest = |width: fn(&Setting) -> usize| settings.iter().map(width).max().unwrap_or(0);
        let variables = widest(|setting| setting.variable.chars().count());
        let statuses = widest(|setting| setting.status().len());
        let indent = variables + statuses + 6;
        let mut prefix = None;
        for setting in &settings {
            if prefix.replace(&setting.prefix) != Some(&setting.prefix) {
                writeln!(f)?;
            }
            write!(f, "  {:variables$}  {:statuses$}  ", setting.variable, setting.status())?;
            let lines = lines(setting, Self::WIDTH.saturating_sub(indent).max(Self::LEAST));
            writeln!(f, "{}", lines.join(&format!("\n{:indent$}", "")))?;
        }
        Ok(())
    }
}

/// What the variable means, then what it takes.
#[inline]
fn lines(setting: &Setting, width: usize) -> Vec<String> {
    let mut facts = vec![setting.asks_for()];
    facts.extend(setting.fallback.as_ref().map(|fallback| format!("default {fallback}")));
    facts.extend(setting.notes());
    let mut lines = wrap(setting.doc, width);
    lines.extend(wrap(&facts.join("; "), width));
    lines
}

/// Breaks `text` between words. A word that is too long for a line gets one of its own.
#[inline]
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
