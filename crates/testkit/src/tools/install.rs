//! Fetches the pinned wheels into a virtual environment.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use rustix::fs::{FlockOperation, flock};

use crate::{Error, Result, error::tail};

/// What [`Tools::install`](crate::Tools::install) did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Installation {
    /// The servers were fetched.
    Fetched,
    /// They were there already.
    Present,
    /// Environment variables name other binaries, so there was nothing to fetch.
    Overridden,
}

pub(super) fn install(home: &Path) -> Result<Installation> {
    if is_complete(home) {
        return Ok(Installation::Present);
    }
    fs::create_dir_all(home).map_err(Error::io(format!("create {}", home.display())))?;
    let lock = File::create(home.join("lock")).map_err(Error::io("create the installation's lock"))?;
    flock(&lock, FlockOperation::LockExclusive)
        .map_err(|error| Error::io("lock the installation")(error.into()))?;
    if is_complete(home) {
        return Ok(Installation::Present);
    }
    fetch(home)?;
    Ok(Installation::Fetched)
}

/// The interpreter that guards the servers.
pub(super) fn python(home: &Path) -> PathBuf {
    let installed = home.join("venv/bin/python3");
    if installed.exists() { installed } else { "python3".into() }
}

/// The directory of the installed wheels, if the installation is complete.
pub(super) fn site_packages(home: &Path) -> Option<PathBuf> {
    if !is_complete(home) {
        return None;
    }
    let versions = fs::read_dir(home.join("venv/lib")).ok()?;
    versions.flatten().map(|version| version.path().join("site-packages")).find(|site| site.is_dir())
}

/// A copy of the requirements is written last, so an interrupted or outdated installation has none like it.
fn is_complete(home: &Path) -> bool {
    fs::read(home.join("venv").join(STAMP)).is_ok_and(|stamp| stamp == REQUIREMENTS.as_bytes())
}

fn fetch(home: &Path) -> Result<()> {
    let venv = home.join("venv");
    let check = Command::new("python3")
        .args(["-c", "import ensurepip, venv"])
        .output()
        .map_err(|source| Error::NoPython { source })?;
    if !check.status.success() {
        return Err(Error::NoVenv { output: last_lines(&check, 1) });
    }
    let made = Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&venv)
        .output()
        .map_err(|source| Error::NoPython { source })?;
    if !made.status.success() {
        return Err(Error::NoVenv { output: last_lines(&made, 1) });
    }

    let requirements = home.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS).map_err(Error::io("write the requirements"))?;
    let pip =
        ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--retries", "2"];
    let pinned = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-compile", "--requirement"];
    let fetched = Command::new(venv.join("bin/python3"))
        .args(pip)
        .args(pinned)
        .arg(&requirements)
        .output()
        .map_err(Error::io("run pip"))?;
    if !fetched.status.success() {
        return Err(Error::Fetch { output: last_lines(&fetched, 3) });
    }
    fs::rename(&requirements, venv.join(STAMP)).map_err(Error::io("mark the installation complete"))
}

fn last_lines(output: &Output, count: usize) -> String {
    let printed = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    tail(&String::from_utf8_lossy(&printed), count)
}

const REQUIREMENTS: &str = include_str!("../../requirements.txt");
const STAMP: &str = "installed-requirements.txt";
