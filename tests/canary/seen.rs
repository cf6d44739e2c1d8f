//! Everything that could be seen.

use std::{error::Error, fmt};

use crate::Canary;

/// Gathers the texts in which something showed itself.
#[derive(Debug, Default)]
pub struct Seen {
    texts: Vec<(String, String)>,
}

impl Seen {
    /// Takes a text in.
    pub fn text(&mut self, what: &str, text: impl Into<String>) {
        self.texts.push((what.to_owned(), text.into()));
    }

    /// Takes both forms of `Debug` in.
    pub fn debug(&mut self, what: &str, value: &dyn fmt::Debug) {
        self.text(what, format!("{value:?}"));
        self.text(what, format!("{value:#?}"));
    }

    /// Takes both forms of `Display` in.
    pub fn display(&mut self, what: &str, value: &dyn fmt::Display) {
        self.text(what, format!("{value}"));
        self.text(what, format!("{value:#}"));
    }

    /// Takes the JSON form in.
    pub fn json(&mut self, what: &str, value: &impl serde::Serialize) {
        self.text(what, serde_json::to_string(value).unwrap_or_else(|error| error.to_string()));
    }

    /// Takes every form of an error and of its sources in.
    pub fn error(&mut self, what: &str, error: &(dyn Error + 'static)) {
        self.display(what, &error);
        self.debug(what, &error);
        if let Some(source) = error.source() {
            self.error(what, source);
        }
    }

    /// Returns the lines that show the canary, and of what they are.
    #[must_use]
    pub fn leaks(&self, canary: &Canary) -> Vec<String> {
        let leaking = self.texts.iter().filter(|(_, text)| canary.is_in(text));
        let line = |text: &str| {
            let line = text.lines().find(|line| canary.is_in(line)).unwrap_or(text);
            line.chars().take(300).collect::<String>()
        };
        leaking.map(|(what, text)| format!("{what}: {}", line(text))).collect()
    }

    /// How many texts there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.texts.len()
    }
}
