//! A pgbouncer before the owner's server.
//!
//! It is the `pgbouncer` on the path, or in `/usr/sbin`. Without one that will do nothing is tested here, and the test says
//! so; with `PGBOUNCER_REQUIRED` set it fails.
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

use std::{
    env, fs,
    io::{self, Write},
    os::unix::{
        fs::{MetadataExt, chown},
        net::UnixStream,
    },
    path::{Path, PathBuf},
    process::Stdio,
};

use pool_tests::{Owner, Place, eventually};
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// A part of the name of its socket: no port is taken.
const PORT: u16 = 6432;
/// It refuses to run as root.
const NOBODY: u32 = 65534;

/// A pgbouncer that asks the server for the password of each user, as it has to where users come and go.
pub(super) struct Bouncer {
    _process: Child,
    directory: TempDir,
}

impl Bouncer {
    /// Starts one in session mode. Where there is no such program there is none.
    pub(super) async fn in_session_mode(owner: &Owner) -> Option<Self> {
        // The oldest that was tried.
        let program = find("a pgbouncer in session mode", Version(1, 18)).await?;
        Some(Self::start(&program, owner, "pool_mode = session").await)
    }

    /// Starts one in transaction mode, which exchanges its sessions each second.
    pub(super) async fn in_transaction_mode(owner: &Owner) -> Option<Self> {
        // The first that knows prepared statements in this mode.
        let program = find("a pgbouncer in transaction mode", Version(1, 21)).await?;
        let settings = "pool_mode = transaction\nmax_prepared_statements = 100\nserver_lifetime = 1";
        Some(Self::start(&program, owner, settings).await)
    }

    async fn start(program: &Path, owner: &Owner, settings: &str) -> Self {
        owner
            .run(
                "CREATE ROLE pgbouncer LOGIN PASSWORD 'asks for passwords';
                 CREATE FUNCTION password_of(text) RETURNS TABLE (name text, password text)
                     LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS
                     'SELECT usename, passwd FROM pg_shadow
                      WHERE usename = $1 AND (valuntil IS NULL OR valuntil > now())';
                 REVOKE ALL ON FUNCTION password_of FROM PUBLIC;
                 GRANT EXECUTE ON FUNCTION password_of TO pgbouncer",
            )
            .await;
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path();
        let (config, users) = (folder.join("ini"), folder.join("users"));
        fs::write(&users, "\"pgbouncer\" \"asks for passwords\"\n").unwrap();
        let Place { host, port } = owner.place();
        let lines = format!(
            "[databases]\n\
             app = host={host} port={port} auth_user=pgbouncer\n\
             [pgbouncer]\n\
             unix_socket_dir = {}\n\
             listen_port = {PORT}\n\
             auth_type = scram-sha-256\n\
             auth_file = {}\n\
             auth_query = SELECT name, password FROM password_of($1)\n\
             ignore_startup_parameters = extra_float_digits\n\
             server_idle_timeout = 1\n\
             {settings}\n",
            folder.display(),
            users.display(),
        );
        fs::write(&config, lines).unwrap();
        let mut command = Command::new(program);
        if folder.metadata().unwrap().uid() == 0 {
            chown(folder, Some(NOBODY), None).unwrap();
            command.arg("--user=nobody");
        }
        command.arg(config).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let process = command.spawn().unwrap();
        let socket = folder.join(format!(".s.PGSQL.{PORT}"));
        eventually("pgbouncer starts", async || UnixStream::connect(&socket).is_ok()).await;
        Self { _process: process, directory }
    }

    /// Where it is.
    pub(super) fn place(&self) -> Place {
        Place { host: self.directory.path().to_str().unwrap().to_owned(), port: PORT }
    }
}

/// Major and minor.
#[derive(PartialEq, PartialOrd)]
struct Version(u32, u32);

/// Returns the program, if it is there and not older than `least`.
async fn find(what: &str, least: Version) -> Option<PathBuf> {
    let folders = env::var_os("PATH").unwrap_or_default();
    // Debian keeps it from the path of users.
    let mut files =
        env::split_paths(&folders).chain(["/usr/sbin".into()]).map(|folder| folder.join("pgbouncer"));
    if let Some(program) = files.find(|file| file.exists())
        && version(&program).await >= least
    {
        return Some(program);
    }
    let Version(major, minor) = least;
    let lack = format!("{what}, for want of version {major}.{minor} or later on the path");
    assert!(env::var_os("PGBOUNCER_REQUIRED").is_none(), "{lack}");
    // What goes by a macro is kept from sight when the test passes.
    io::stderr().write_all(format!("NOT TESTED: {lack}\n").as_bytes()).unwrap();
    None
}

async fn version(program: &Path) -> Version {
    let output = Command::new(program).arg("--version").output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut numbers = text.split(|letter: char| !letter.is_ascii_digit()).flat_map(str::parse);
    Version(numbers.next().unwrap(), numbers.next().unwrap())
}
