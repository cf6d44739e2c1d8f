//! The end of a process that cannot start.

use std::{
    env,
    fs::OpenOptions,
    io::{self, IsTerminal, Write},
    path::Path,
    process,
};

use super::Report;

/// Where Kubernetes takes a container's last words from, if it has made that file.
const TERMINATION_LOG: &str = "/dev/termination-log";
/// Kubernetes shows no more than this.
const MOST: usize = 4096;

impl Report {
    /// Prints the report to standard error and ends the process with [`EXIT_STATUS`](Self::EXIT_STATUS).
    ///
    /// There are colours on a terminal only, and none where `NO_COLOR` is set. Where Kubernetes provides
    /// `/dev/termination-log`, one line a problem goes there, so that `kubectl describe pod` shows it.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # use secrets_config_core::{Config, Report};
    /// # fn load<Settings: Config>() -> Settings {
    /// Settings::loader().dotenv(".env").env().load().unwrap_or_else(|report| report.exit())
    /// # }
    /// ```
    pub fn exit(&self) -> ! {
        // Who cannot be told cannot be told; the exit status says it as well.
        let _unheard = self.print();
        let _unheard = self.write_last_words(Path::new(TERMINATION_LOG));
        process::exit(Self::EXIT_STATUS)
    }

    fn print(&self) -> io::Result<()> {
        let mut stderr = io::stderr().lock();
        if stderr.is_terminal() && allows_colour() {
            write!(stderr, "{}", self.coloured())
        } else {
            write!(stderr, "{self}")
        }
    }

    fn write_last_words(&self, path: &Path) -> io::Result<()> {
        // Opened, never made: a file of that name elsewhere would only surprise.
        let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
        let mut words = String::new();
        for line in self.lines() {
            if words.len() + line.len() + 1 > MOST {
                break;
            }
            words.push_str(&line);
            words.push('\n');
        }
        file.write_all(words.as_bytes())
    }
}

#[expect(clippy::disallowed_methods, reason = "not a setting of the application: whether colours are wanted")]
fn allows_colour() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !is_set("NO_COLOR") && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{Kind, Problem};

    fn report(count: usize) -> Report {
        let problem =
            |index| Problem::of_name(format!("VARIABLE_{index}"), Kind::Missing, "here".to_owned(), "text");
        Report::new("Settings", (0..count).map(problem).collect())
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "reads what was written")]
    fn the_last_words_are_whole_lines_that_kubernetes_shows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("termination-log");
        fs::write(&path, "older and longer words than the new ones are going to be").unwrap();
        report(1).write_last_words(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "VARIABLE_0 is missing: expected text (here)\n");
        report(1000).write_last_words(&path).unwrap();
        let words = fs::read_to_string(&path).unwrap();
        assert!(words.len() <= MOST && words.ends_with(" (here)\n"), "{}", words.len());
    }

    #[test]
    fn no_file_is_made_for_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("termination-log");
        assert_eq!(report(1).write_last_words(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(!path.exists());
    }
}
