//! The places a variable can be looked up in.
#![expect(clippy::disallowed_methods, reason = "the one module that reads the environment and files")]

use std::{
    collections::HashMap,
    env,
    ffi::OsString,
    fmt,
    fs::File,
    io::{self, Read},
    path::Path,
};

use zeroize::{Zeroize, Zeroizing};

use crate::Origin;

/// One source of variables.
pub(crate) enum Layer {
    Environment,
    Pairs(HashMap<String, Zeroizing<String>>),
}

/// The text of a variable, as found.
pub(crate) enum Text {
    Unicode(Zeroizing<String>),
    NotUnicode,
}

/// Why a file does not give a value.
pub(crate) enum FileError {
    Io(io::Error),
    Directory,
    TooLarge,
}

/// The largest file that can hold a value; a Kubernetes Secret is no larger.
pub(crate) const MAX_FILE_BYTES: usize = 1 << 20;

impl Layer {
    pub(crate) fn pairs<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Pairs(
            pairs.into_iter().map(|(name, text)| (name.into(), Zeroizing::new(text.into()))).collect(),
        )
    }

    pub(crate) fn get(&self, variable: &str) -> Option<Text> {
        match self {
            Self::Environment => env::var_os(variable).map(Text::from),
            Self::Pairs(pairs) => pairs.get(variable).cloned().map(Text::Unicode),
        }
    }

    pub(crate) fn origin(&self) -> Origin {
        match self {
            Self::Environment => Origin::Environment,
            Self::Pairs(_) => Origin::Pairs,
        }
    }
}

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.origin(), f)
    }
}

impl From<OsString> for Text {
    fn from(text: OsString) -> Self {
        match text.into_string() {
            Ok(text) => Self::Unicode(Zeroizing::new(text)),
            Err(text) => {
                text.into_encoded_bytes().zeroize();
                Self::NotUnicode
            }
        }
    }
}

/// Reads the value that a file holds: its text, without the line break that ends a single line.
pub(crate) fn read_file(path: &Path) -> Result<Text, FileError> {
    let file = File::open(path).map_err(FileError::Io)?;
    let metadata = file.metadata().map_err(FileError::Io)?;
    if metadata.is_dir() {
        return Err(FileError::Directory);
    }
    let bytes = read_capped(file, metadata.len())?;
    let Ok(text) = std::str::from_utf8(&bytes) else {
        return Ok(Text::NotUnicode);
    };
    Ok(Text::Unicode(Zeroizing::new(without_line_break(text).to_owned())))
}

/// Reads to the end. `len` is a hint: a pipe has none, and a file may grow. Each buffer that is left is wiped.
fn read_capped(mut file: File, len: u64) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let hint = usize::try_from(len).unwrap_or(MAX_FILE_BYTES).min(MAX_FILE_BYTES);
    let mut bytes = Zeroizing::new(vec![0; hint + 1]);
    let mut filled = 0;
    loop {
        if filled > MAX_FILE_BYTES {
            return Err(FileError::TooLarge);
        }
        if filled == bytes.len() {
            let mut larger = Zeroizing::new(vec![0; (filled * 2).clamp(4096, MAX_FILE_BYTES + 1)]);
            larger[..filled].copy_from_slice(&bytes);
            bytes = larger;
        }
        match file.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(FileError::Io(error)),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

fn without_line_break(text: &str) -> &str {
    match text.strip_suffix('\n') {
        Some(line) if !line.contains('\n') => line.strip_suffix('\r').unwrap_or(line),
        _ => text,
    }
}
