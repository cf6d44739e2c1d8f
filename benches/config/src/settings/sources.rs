//! The same settings from every source that can hold secrets.

use std::{fmt::Debug, fs, io, path::PathBuf};

use figment::{
    Figment,
    providers::{Format, Toml},
};
use secrets_config::Config;
use tempfile::TempDir;

use super::{confique, envy, layered, ours};
use crate::environment::{MARKERS, SETTINGS};

/// One way to read the settings from one source.
pub(crate) struct Source {
    pub(crate) peer: &'static str,
    pub(crate) name: &'static str,
    pub(crate) load: fn(&Files) -> Box<dyn Debug>,
}

/// The settings in files of every kind.
pub(crate) struct Files {
    folder: TempDir,
    /// `NAME_FILE` in place of what is secret.
    named: Vec<(String, String)>,
}

impl Files {
    pub(crate) fn write() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut files = Self { folder, named: Vec::new() };
        let dotenv: String = SETTINGS.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        fs::write(files.dotenv(), dotenv)?;
        fs::write(files.toml(), toml())?;
        fs::create_dir(files.directory())?;
        for (name, value) in SETTINGS {
            let path = files.directory().join(name);
            fs::write(&path, value)?;
            let is_secret = MARKERS.iter().any(|marker| value.contains(marker));
            files.named.push(if is_secret {
                (format!("{name}_FILE"), path.display().to_string())
            } else {
                (name.to_owned(), value.to_owned())
            });
        }
        Ok(files)
    }

    fn dotenv(&self) -> PathBuf {
        self.folder.path().join("app.env")
    }

    fn toml(&self) -> PathBuf {
        self.folder.path().join("app.toml")
    }

    fn directory(&self) -> PathBuf {
        self.folder.path().join("secrets")
    }
}

/// Numbers and truth values without quotes; the nested struct as a table, which comes last.
fn toml() -> String {
    let (nested, own): (Vec<_>, Vec<_>) = SETTINGS.iter().partition(|(name, _)| name.contains("__"));
    let line = |name: &str, value: &str| {
        let name = name.rsplit("__").next().unwrap_or(name).trim_start_matches("APP_").to_lowercase();
        let is_plain = value.parse::<u64>().is_ok() || value.parse::<bool>().is_ok();
        if is_plain { format!("{name} = {value}\n") } else { format!("{name} = \"{value}\"\n") }
    };
    let lines =
        |of: Vec<&(&str, &str)>| of.into_iter().map(|(name, value)| line(name, value)).collect::<String>();
    format!("{}\n[smtp]\n{}", lines(own), lines(nested))
}

macro_rules! sources {
    ($($peer:expr, $name:expr, $load:expr;)*) => {
        [$(Source { peer: $peer, name: $name, load: |files| Box::new($load(files)) }),*]
    };
}

const OURS: &str = super::OURS;

pub(crate) static SOURCES: [Source; 14] = sources! {
    OURS, "environment", |_: &Files| ours::load();
    OURS, "files that `NAME_FILE` names", |files: &Files| {
        ours::Settings::loader().pairs(files.named.iter().cloned()).load().expect("the settings")
    };
    OURS, "`.env`", |files: &Files| ours::Settings::loader().dotenv(files.dotenv()).load().expect("the settings");
    OURS, "secrets directory", |files: &Files| {
        ours::Settings::loader().secrets_dir(files.directory()).load().expect("the settings")
    };
    OURS, "pairs", |_: &Files| ours::Settings::loader().pairs(SETTINGS).load().expect("the settings");
    OURS, "figment, TOML file", |files: &Files| {
        let figment = Figment::from(Toml::file_exact(files.toml()));
        ours::Settings::loader().figment(figment).load().expect("the settings")
    };
    "figment 0.10", "environment", |_: &Files| layered::load_with_figment();
    "figment 0.10", "TOML file", |files: &Files| layered::load_file_with_figment(&files.toml());
    "config 0.15", "environment", |_: &Files| layered::load_with_config();
    "config 0.15", "TOML file", |files: &Files| layered::load_file_with_config(&files.toml());
    "confique 0.4", "environment", |_: &Files| confique::load();
    "confique 0.4", "TOML file", |files: &Files| confique::load_file(&files.toml());
    "envy 0.4", "environment", |_: &Files| envy::load();
    "envy 0.4", "`.env`, by dotenvy 0.15", |files: &Files| {
        dotenvy::from_path_override(files.dotenv()).expect("the file");
        envy::load()
    };
};
