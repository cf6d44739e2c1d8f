//! Keeps others from reading the memory of this process.

use std::{error, fmt, io};

/// Lets no core dump be written, and lets no other process of the same user read this one's memory.
///
/// Call it once, early, and after [`Loader::scrub`](crate::Loader::scrub).
///
/// * The limit for core dumps is set to 0, soft and hard. Children inherit it.
/// * On Linux the process is made *not dumpable* as well: the kernel writes no dump even where `core_pattern` is a
///   pipe, which does not ask for the limit, and only root may attach to the process or open its `/proc/<pid>/mem`,
///   `environ`, `maps` and `fd`. A program that is started with `exec` is dumpable again.
///
/// # What it costs
///
/// Debuggers, `strace`, `gdb -p` and profilers that attach (`perf`, `async-profiler`) need root, or `CAP_SYS_PTRACE`.
/// The files in `/proc/self` belong to root, so the process itself can open no `/proc/self/fd/<n>` nor
/// `/proc/self/mem` unless it is root; `/proc/self/stat`, `status` and `cgroup` stay readable, and with them what
/// runtimes read to find their limits. A crash leaves a line in the kernel's log and no dump.
///
/// # Errors
///
/// An [`Error`], if the kernel refuses; what was done before stays done.
pub fn harden() -> Result<(), Error> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};

        let none = Rlimit { current: Some(0), maximum: Some(0) };
        setrlimit(Resource::Core, none).map_err(|source| Error::CoreLimit { source: source.into() })?;
        #[cfg(target_os = "linux")]
        {
            use rustix::process::{DumpableBehavior, set_dumpable_behavior};

            set_dumpable_behavior(DumpableBehavior::NotDumpable)
                .map_err(|source| Error::Dumpable { source: source.into() })?;
        }
        Ok(())
    }
    #[cfg(not(unix))]
    Err(Error::Unsupported)
}

/// Why a process cannot be hardened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The limit for core dumps could not be set.
    CoreLimit {
        /// What the kernel said.
        source: io::Error,
    },
    /// The process could not be made not dumpable.
    Dumpable {
        /// What the kernel said.
        source: io::Error,
    },
    /// This system has neither.
    Unsupported,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CoreLimit { .. } => "cannot set the limit for core dumps to 0",
            Self::Dumpable { .. } => "cannot make the process not dumpable",
            Self::Unsupported => "this system offers no way to keep others from reading a process",
        })
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::CoreLimit { source } | Self::Dumpable { source } => Some(source),
            Self::Unsupported => None,
        }
    }
}
