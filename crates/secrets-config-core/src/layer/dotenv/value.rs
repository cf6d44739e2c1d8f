//! The text between `=` and the end of a `.env` value.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{Entry, Environment, is_key};

/// How a value is quoted.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Quote {
    Single,
    Double,
}

impl Quote {
    /// Returns the quote that `text` begins with.
    #[inline]
    pub(super) fn opening(text: &str) -> Option<Self> {
        match text.as_bytes().first() {
            Some(b'\'') => Some(Self::Single),
            Some(b'"') => Some(Self::Double),
            _ => None,
        }
    }

    /// Returns where the quote that was opened before `text` is closed.
    #[inline]
    pub(super) fn end(self, text: &str) -> Option<usize> {
        match self {
            Self::Single => text.find('\''),
            Self::Double => {
                let mut escaped = false;
                text.bytes().position(|byte| {
                    let closing = byte == b'"' && !escaped;
                    escaped = byte == b'\\' && !escaped;
                    closing
                })
            }
        }
    }
}

/// What an expanded value may name.
pub(super) struct Names<'a> {
    pub(super) entries: &'a BTreeMap<String, Entry>,
    pub(super) environment: Environment<'a>,
}

/// Turns what is written into the value.
///
/// The pieces are joined once their length is known: a buffer that grows leaves copies behind.
pub(super) struct Decoder<'a> {
    rest: &'a str,
    quote: Option<Quote>,
    names: Option<Names<'a>>,
    /// The bytes that the value may still take.
    room: usize,
    /// Line breaks passed.
    line: usize,
    pieces: Vec<Piece<'a>>,
    problems: Vec<(usize, &'static str)>,
}

enum Piece<'a> {
    Written(&'a str),
    Given(Zeroizing<String>),
}

impl<'a> Decoder<'a> {
    #[inline]
    pub(super) fn new(raw: &'a str, quote: Option<Quote>, names: Option<Names<'a>>, room: usize) -> Self {
        Self { rest: raw, quote, names, room, line: 0, pieces: Vec::new(), problems: Vec::new() }
    }

    /// Returns the value, or what is wrong and how many lines further down.
    #[inline]
    pub(super) fn decode(mut self) -> Result<Zeroizing<String>, Vec<(usize, &'static str)>> {
        while let Some(first) = self.rest.chars().next() {
            match self.piece(first).and_then(|piece| self.fit(piece)) {
                Ok(piece) => self.pieces.push(piece),
                Err(what) => self.problems.push((self.line, what)),
            }
        }
        if self.problems.is_empty() { Ok(join(&self.pieces)) } else { Err(self.problems) }
    }

    #[inline]
    fn piece(&mut self, first: char) -> Result<Piece<'a>, &'static str> {
        match first {
            '\\' if self.quote == Some(Quote::Double) => self.escape().map(Piece::Written),
            '\\' if self.expands() && self.rest.starts_with("\\$") => {
                self.take(2);
                Ok(Piece::Written("$"))
            }
            '$' if self.expands() => self.reference(),
            '\r' if self.rest.starts_with("\r\n") => Ok(self.line_break(2)),
            '\n' => Ok(self.line_break(1)),
            _ => Ok(self.plain(first.len_utf8())),
        }
    }

    #[inline]
    fn expands(&self) -> bool {
        self.names.is_some() && self.quote != Some(Quote::Single)
    }

    /// Takes a line break. The value does not depend on how an editor writes them.
    #[inline]
    fn line_break(&mut self, len: usize) -> Piece<'a> {
        self.take(len);
        self.line += 1;
        Piece::Written("\n")
    }

    /// Takes the next `least` bytes, whatever they are, and what means nothing special after them.
    #[inline]
    fn plain(&mut self, least: usize) -> Piece<'a> {
        let special = self.rest[least..].find(['\\', '$', '\r', '\n']);
        Piece::Written(self.take(special.map_or(self.rest.len(), |at| least + at)))
    }

    #[inline]
    fn escape(&mut self) -> Result<&'static str, &'static str> {
        self.take(1);
        let text = match self.rest.as_bytes().first() {
            Some(b'n') => "\n",
            Some(b'r') => "\r",
            Some(b't') => "\t",
            Some(b'"') => "\"",
            Some(b'\\') => "\\",
            Some(b'$') => "$",
            _ => return Err(UNKNOWN_ESCAPE),
        };
        self.take(1);
        Ok(text)
    }

    /// Takes `$NAME` or `${NAME}`. The name is in no message: it may be a piece of a password.
    #[inline]
    fn reference(&mut self) -> Result<Piece<'a>, &'static str> {
        self.take(1);
        let braced = self.rest.starts_with('{');
        self.take(usize::from(braced));
        let name = self.name(if braced { "_.-" } else { "_" });
        if !is_key(name) || braced && !self.rest.starts_with('}') {
            return Err(BAD_REFERENCE);
        }
        self.take(usize::from(braced));
        self.names.as_ref().and_then(|names| names.get(name)).ok_or(UNKNOWN_NAME)
    }

    #[inline]
    fn name(&mut self, punctuation: &str) -> &'a str {
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && !punctuation.contains(c));
        self.take(end.unwrap_or(self.rest.len()))
    }

    #[inline]
    fn fit(&mut self, piece: Piece<'a>) -> Result<Piece<'a>, &'static str> {
        self.room = self.room.checked_sub(piece.as_str().len()).ok_or(TOO_LARGE)?;
        Ok(piece)
    }

    #[inline]
    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        taken
    }
}

impl<'a> Names<'a> {
    #[inline]
    fn get(&self, name: &str) -> Option<Piece<'a>> {
        match self.entries.get(name) {
            Some(entry) => Some(Piece::Written(&entry.value)),
            None => (self.environment)(name).map(Piece::Given),
        }
    }
}

impl Piece<'_> {
    #[inline]
    fn as_str(&self) -> &str {
        match self {
            Self::Written(text) => text,
            Self::Given(text) => text,
        }
    }
}

#[inline]
fn join(pieces: &[Piece<'_>]) -> Zeroizing<String> {
    let len = pieces.iter().map(|piece| piece.as_str().len()).sum();
    let mut text = Zeroizing::new(String::with_capacity(len));
    pieces.iter().for_each(|piece| text.push_str(piece.as_str()));
    text
}

pub(super) const UNKNOWN_ESCAPE: &str =
    r#"there is an unknown escape: known are `\n`, `\r`, `\t`, `\"`, `\\` and `\$`"#;
pub(super) const BAD_REFERENCE: &str = r"`$` begins neither `$NAME` nor `${NAME}`; `\$` is a dollar";
pub(super) const UNKNOWN_NAME: &str =
    r"`$` names a variable that is not set above or in the environment; `\$` is a dollar";
pub(super) const TOO_LARGE: &str = "the values are larger than 1 MiB together";
