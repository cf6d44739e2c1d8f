//! A committed document that the struct has left behind.

use std::{error::Error, fmt};

/// Shows which lines of a committed document are not what the struct asks for.
///
/// `Debug` is the same text as `Display`, so that a test which unwraps or returns it is readable.
///
/// # Examples
///
/// A test that also brings the file up to date when it is asked to:
///
/// ```
/// # use std::{env, fs};
/// # use secrets_config_core::{Config, document::Drift};
/// # fn check<Settings: Config>(path: &str) -> Result<(), Box<dyn std::error::Error>> {
/// match Settings::markdown().check(&fs::read_to_string(path)?) {
///     Err(drift) if env::var_os("UPDATE").is_some() => fs::write(path, drift.updated())?,
///     result => result?,
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Drift {
    lines: Vec<Line>,
    updated: String,
    update: String,
}

impl Drift {
    /// Lines that are shown around each difference.
    const CONTEXT: usize = 2;

    /// Compares line by line: how lines end is between the file and git.
    #[inline]
    pub(super) fn check(committed: &str, expected: String, update: String) -> Result<(), Self> {
        if committed.lines().eq(expected.lines()) {
            return Ok(());
        }
        let lines = difference(&committed.lines().collect::<Vec<_>>(), &expected.lines().collect::<Vec<_>>());
        Err(Self { lines, updated: expected, update })
    }

    #[inline]
    pub(super) fn with_updated(self, updated: String) -> Self {
        Self { updated, ..self }
    }

    /// Returns the whole text that the file should have.
    #[must_use]
    #[inline]
    pub fn updated(&self) -> &str {
        &self.updated
    }

    /// Whether the line at `index` differs, or is near one that does.
    #[inline]
    fn is_shown(&self, index: usize) -> bool {
        let from = index.saturating_sub(Self::CONTEXT);
        self.lines[from..].iter().take(index - from + Self::CONTEXT + 1).any(|line| line.sign != ' ')
    }
}

impl fmt::Display for Drift {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the committed file (-) is not what the struct asks for (+)\n")?;
        let mut is_cut = false;
        for (index, Line { sign, text }) in self.lines.iter().enumerate() {
            if self.is_shown(index) {
                writeln!(f, "{}", format!("{sign} {text}").trim_end())?;
            } else if !is_cut {
                writeln!(f, "  …")?;
            }
            is_cut = !self.is_shown(index);
        }
        write!(f, "\nto update it, {}", self.update)
    }
}

impl fmt::Debug for Drift {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for Drift {}

/// A line of either text: ` ` for both, `-` for the old one, `+` for the new one.
#[derive(Clone)]
struct Line {
    sign: char,
    text: String,
}

/// Returns the lines of both texts in order, as few of them as can be marked as different.
#[inline]
fn difference(old: &[&str], new: &[&str]) -> Vec<Line> {
    // common[i][j] is the length of the longest common subsequence of old[i..] and new[j..].
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = if old[i] == new[j] {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < old.len() || j < new.len() {
        let (sign, text) = if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            (' ', old[i - 1])
        } else if j == new.len() || i < old.len() && common[i + 1][j] >= common[i][j + 1] {
            i += 1;
            ('-', old[i - 1])
        } else {
            j += 1;
            ('+', new[j - 1])
        };
        lines.push(Line { sign, text: text.to_owned() });
    }
    lines
}
