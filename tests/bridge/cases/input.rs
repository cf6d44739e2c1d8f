//! The input of a case, laid out as our sources want it.

use std::{
    collections::BTreeMap,
    fs,
    os::unix,
    path::{Path, PathBuf},
};

use secrets_config::{Config, Loader};
use tempfile::TempDir;

use super::row::Row;

/// The variable of a struct with one field.
const VALUE: &str = "VALUE";

pub(crate) struct Input {
    pairs: Vec<(String, String)>,
    dotenv: Option<PathBuf>,
    expands: bool,
    secrets: Option<PathBuf>,
    _folder: TempDir,
}

impl Input {
    /// Keeps the names of the case.
    pub(crate) fn named(row: &Row) -> Self {
        Self::new(row, row.env.clone().into_iter().collect(), row.dotenv.clone())
    }

    /// Gives what the case is about to the field `value`.
    pub(crate) fn renamed(row: &Row) -> Self {
        let pair = pair_of_subject(row).map(|(name, text)| {
            let file = if name.ends_with("_FILE") { "_FILE" } else { "" };
            (format!("{VALUE}{file}"), text.clone())
        });
        let key = row.subject().unwrap_or("VAL");
        let dotenv = row.dotenv.as_ref().map(|text| text.replacen(key, VALUE, 1));
        Self::new(row, pair.into_iter().collect(), dotenv)
    }

    fn new(row: &Row, mut pairs: Vec<(String, String)>, dotenv: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = folder.path().join("files");
        fs::create_dir(&files).unwrap();
        for (name, text) in row.files.iter().flatten() {
            write(&files.join(name), text);
        }
        let is_directory = row.files.is_some() && !pairs.iter().any(|(_, text)| text.starts_with('@'));
        pairs.iter_mut().for_each(|(_, text)| *text = with_path(text, &files));
        let lines = |inputs: &BTreeMap<String, String>| {
            inputs.iter().map(|(key, text)| format!("{key}={text}\n")).collect()
        };
        let dotenv = dotenv.or_else(|| row.inputs.as_ref().map(lines)).map(|text: String| {
            let path = folder.path().join(".env");
            fs::write(&path, text).unwrap();
            path
        });
        let secrets = is_directory.then_some(files);
        Self { pairs, dotenv, expands: row.expands(), secrets, _folder: folder }
    }

    pub(crate) fn loader<T: Config>(&self) -> Loader<T> {
        let mut loader = T::loader();
        if let Some(path) = &self.secrets {
            loader = loader.secrets_dir(path);
        }
        match &self.dotenv {
            Some(path) if self.expands => return loader.dotenv_expanded(path).env(),
            Some(path) => loader = loader.dotenv(path),
            None => {}
        }
        loader.pairs(self.pairs.iter().cloned())
    }
}

/// Returns the pair whose name is, or ends with, the subject's; or else the only one.
fn pair_of_subject(row: &Row) -> Option<(&String, &String)> {
    let plain = |name: &str| name.replace(['_', '-'], "").to_lowercase();
    let subject = row.subject().map(plain);
    let is_subject = |name: &str| subject.as_ref().is_some_and(|subject| plain(name).ends_with(subject));
    let only = row.env.iter().next().filter(|_| row.env.len() == 1);
    row.env.iter().find(|(name, _)| is_subject(name)).or(only)
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match text.strip_prefix("@SYMLINK(").and_then(|text| text.strip_suffix(')')) {
        Some(target) => unix::fs::symlink(target, path).unwrap(),
        None => fs::write(path, text).unwrap(),
    }
}

fn with_path(text: &str, files: &Path) -> String {
    let file = text.strip_prefix("@FILE(").and_then(|text| text.strip_suffix(')'));
    match (file, text) {
        (Some(name), _) => files.join(name).display().to_string(),
        (None, "@DIR") => files.display().to_string(),
        _ => text.to_owned(),
    }
}
