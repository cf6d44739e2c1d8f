//! A file that holds one value.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use zeroize::Zeroizing;

use super::Text;

/// The largest file that can hold a value; a Kubernetes Secret is no larger.
pub(crate) const MAX_FILE_BYTES: usize = 1 << 20;

/// Why a file does not give a value.
pub(crate) enum FileError {
    Io(io::Error),
    Directory,
    TooLarge,
}

impl FileError {
    /// Says in a few words what is wrong, without what is in the file.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => "there is no such file".to_owned(),
            Self::Io(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                "this user may not read it".to_owned()
            }
            Self::Io(error) => error.kind().to_string(),
            Self::Directory => "it is a directory".to_owned(),
            Self::TooLarge => "it is larger than that".to_owned(),
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
