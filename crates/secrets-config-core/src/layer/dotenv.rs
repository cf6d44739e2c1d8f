//! The `.env` format.
//!
//! The process environment is never written to, and no message holds text of a value.

mod source;
#[cfg(test)]
mod tests;
mod value;

use std::{collections::BTreeMap, fmt, path::Path};

use zeroize::Zeroizing;

pub(crate) use self::source::DotenvLayer;
use self::value::{Decoder, Names, Quote};
use super::{FileError, MAX_FILE_BYTES, Text, read_file};

/// The assignments of a `.env` file.
pub(crate) struct Dotenv {
    entries: BTreeMap<String, Entry>,
}

struct Entry {
    value: Zeroizing<String>,
    line: usize,
}

/// Looks up the variables that an expanded value may name besides the earlier keys of its file.
pub(crate) type Environment<'a> = &'a dyn Fn(&str) -> Option<Zeroizing<String>>;

/// Why a `.env` file cannot be used.
pub(crate) enum DotenvError {
    File(FileError),
    NotUnicode,
    Lines(Vec<LineProblem>),
}

/// What is wrong with one line. The key is left out where it may be a piece of a value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct LineProblem {
    pub(crate) line: usize,
    pub(crate) what: &'static str,
    pub(crate) key: Option<String>,
}

impl Dotenv {
    /// Reads the file at `path`; values are expanded if an environment is given.
    #[inline]
    pub(crate) fn read(path: &Path, environment: Option<Environment<'_>>) -> Result<Self, DotenvError> {
        match read_file(path).map_err(DotenvError::File)? {
            Text::Unicode(text) => Self::parse(&text, environment).map_err(DotenvError::Lines),
            Text::NotUnicode => Err(DotenvError::NotUnicode),
        }
    }

    /// Reads `text`, and tells of every bad line rather than of the first.
    #[inline]
    pub(crate) fn parse(text: &str, environment: Option<Environment<'_>>) -> Result<Self, Vec<LineProblem>> {
        let mut parser = Parser {
            rest: text.strip_prefix('\u{feff}').unwrap_or(text),
            line: 1,
            room: MAX_FILE_BYTES,
            environment,
            entries: BTreeMap::new(),
            problems: Vec::new(),
        };
        while !parser.rest.is_empty() {
            parser.assignment();
            parser.finish_line();
        }
        if parser.problems.is_empty() { Ok(Self { entries: parser.entries }) } else { Err(parser.problems) }
    }

    /// Returns the value of `name` and the line of its key.
    #[inline]
    pub(crate) fn get(&self, name: &str) -> Option<(&Zeroizing<String>, usize)> {
        self.entries.get(name).map(|entry| (&entry.value, entry.line))
    }

    /// Returns the keys in alphabetical order.
    #[inline]
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }
}

impl fmt::Debug for Dotenv {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

struct Parser<'a> {
    rest: &'a str,
    /// The line that `rest` begins in.
    line: usize,
    /// The bytes that further values may take: a few lines of references to references would fill any memory.
    room: usize,
    environment: Option<Environment<'a>>,
    entries: BTreeMap<String, Entry>,
    problems: Vec<LineProblem>,
}

impl<'a> Parser<'a> {
    /// Reads one assignment, a comment or an empty line, up to somewhere in its last line.
    #[inline]
    fn assignment(&mut self) {
        let line = self.current_line();
        if is_blank_or_comment(line) {
            return;
        }
        let Some((left, _)) = line.split_once('=') else {
            return self.problem(self.line, NO_EQUALS_SIGN, None);
        };
        self.rest = &self.rest[left.len() + 1..];
        let (line, key) = (self.line, key(left));
        match key {
            None => self.problem(line, BAD_KEY, None),
            Some(key) if self.entries.contains_key(key) => self.problem(line, DUPLICATE_KEY, Some(key)),
            Some(_) => {}
        }
        // Behind a bad key there still is a value, maybe of many lines, and behind a bad value a good key.
        let value = self.value(key).unwrap_or_default();
        if let Some(key) = key {
            self.entries.insert(key.to_owned(), Entry { value, line });
        }
    }

    #[inline]
    fn value(&mut self, key: Option<&str>) -> Option<Zeroizing<String>> {
        let line = self.current_line();
        let text = line.trim_start_matches(BLANKS);
        let Some(quote) = Quote::opening(text) else {
            return self.decode(without_comment(line), None, key);
        };
        self.rest = &self.rest[line.len() - text.len() + 1..];
        self.quoted(quote, key)
    }

    #[inline]
    fn quoted(&mut self, quote: Quote, key: Option<&str>) -> Option<Zeroizing<String>> {
        let Some(end) = quote.end(self.rest) else {
            self.problem(self.line, UNCLOSED_QUOTE, key);
            // What follows is more of the value, as far as anyone can tell: none of it may become a key.
            self.rest = "";
            return None;
        };
        let (raw, rest) = (&self.rest[..end], &self.rest[end + 1..]);
        let value = self.decode(raw, Some(quote), key);
        self.line += raw.matches('\n').count();
        self.rest = rest;
        if !is_blank_or_comment(self.current_line()) || self.rest.starts_with('#') {
            self.problem(self.line, TEXT_AFTER_QUOTE, key);
        }
        value
    }

    #[inline]
    fn decode(&mut self, raw: &str, quote: Option<Quote>, key: Option<&str>) -> Option<Zeroizing<String>> {
        let names = self.environment.map(|environment| Names { entries: &self.entries, environment });
        match Decoder::new(raw, quote, names, self.room).decode() {
            Ok(value) => {
                self.room -= value.len();
                Some(value)
            }
            Err(problems) => {
                for (line, what) in problems {
                    self.problem(self.line + line, what, key);
                }
                None
            }
        }
    }

    /// Leaves the current line, of which an unquoted value, a comment or nothing is left.
    #[inline]
    fn finish_line(&mut self) {
        if self.current_line().contains('\r') {
            self.problem(self.line, STRAY_CARRIAGE_RETURN, None);
        }
        self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        self.line += 1;
    }

    /// Returns what is left of the current line, without its line break.
    #[inline]
    fn current_line(&self) -> &'a str {
        match self.rest.split_once('\n') {
            Some((line, _)) => line.strip_suffix('\r').unwrap_or(line),
            None => self.rest,
        }
    }

    /// Records the first problem of a line; what else is wrong there often follows from it.
    #[inline]
    fn problem(&mut self, line: usize, what: &'static str, key: Option<&str>) {
        if self.problems.last().is_none_or(|last| last.line != line) {
            self.problems.push(LineProblem { line, what, key: key.map(str::to_owned) });
        }
    }
}

#[inline]
fn key(left: &str) -> Option<&str> {
    let left = left.trim_matches(BLANKS);
    let key = match left.strip_prefix("export") {
        Some(rest) if rest.starts_with(BLANKS) => rest.trim_start_matches(BLANKS),
        _ => left,
    };
    is_key(key).then_some(key)
}

#[inline]
fn is_key(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

#[inline]
fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim_start_matches(BLANKS);
    line.is_empty() || line.starts_with('#')
}

/// Returns an unquoted value: a `#` that follows something else than a blank belongs to it.
#[inline]
fn without_comment(line: &str) -> &str {
    let comment = line.match_indices('#').find(|&(at, _)| line[..at].ends_with(BLANKS));
    line[..comment.map_or(line.len(), |(at, _)| at)].trim_matches(BLANKS)
}

const BLANKS: [char; 2] = [' ', '\t'];

const NO_EQUALS_SIGN: &str = "there is no `=`";
const BAD_KEY: &str = "a key is of letters, digits, `_`, `.` and `-`, and begins with a letter or `_`";
const DUPLICATE_KEY: &str = "the key has a value already";
const UNCLOSED_QUOTE: &str = "the quote is never closed";
const TEXT_AFTER_QUOTE: &str = "there is text after the closing quote";
const STRAY_CARRIAGE_RETURN: &str = "a carriage return does not end the line";

/// Reads any text as a `.env` file, with and without expansion.
#[cfg(fuzzing)]
#[inline]
pub(crate) fn fuzz(text: &str) {
    let environment = |name: &str| (name.len() % 2 == 0).then(|| Zeroizing::new(name.to_owned()));
    drop(Dotenv::parse(text, None));
    drop(Dotenv::parse(text, Some(&environment)));
}
