//! What another process sees of one that has loaded its secrets.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]
#![expect(clippy::disallowed_methods, reason = "another process is looked at through files")]

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    process::{Child, Command, Stdio},
};

use canary_tests::Canary;
use tempfile::TempDir;

/// The program, doing something and waiting to be looked at.
struct Looked {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
}

impl Looked {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self { child, output }
    }

    fn program(action: &str, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_canary"));
        Self::start(command.arg(action).envs(environment.iter().copied()))
    }

    /// What the kernel shows to others as its environment.
    fn environ(&self) -> Vec<u8> {
        fs::read(format!("/proc/{}/environ", self.child.id())).unwrap()
    }

    /// Lets it end, and returns what its own child inherited and its settings.
    fn end(mut self) -> String {
        self.child.stdin.take().unwrap().write_all(b"\n").unwrap();
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert!(self.child.wait().unwrap().success(), "{rest}");
        rest
    }
}

impl Drop for Looked {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ended = self.child.kill();
    }
}

#[test]
fn what_is_not_scrubbed_is_seen_by_others_and_inherited() {
    let canary = &Canary::all()[0];
    let program = Looked::program("keep", &[("APP_PASSWORD", canary.text())]);
    assert!(canary.is_in(program.environ()));
    assert!(canary.is_in(program.end()));
}

#[test]
fn scrubbed_secrets_are_neither_seen_by_others_nor_inherited() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pin");
    fs::write(&file, "4711").unwrap();
    for canary in Canary::all() {
        let text = canary.text();
        let program = Looked::program(
            "scrub",
            &[
                ("APP_PASSWORD", text),
                ("APP_OLD_TOKEN", text),
                ("APP_PIN_FILE", file.to_str().unwrap()),
                ("APP_HOST", "db.example"),
                ("APP_PASSWORDS", "of another"),
            ],
        );
        let environ = program.environ();
        assert!(!canary.is_in(&environ), "{canary:?}");
        let environ = String::from_utf8_lossy(&environ).into_owned();
        assert!(!environ.contains(file.to_str().unwrap()), "{environ:?}");
        assert!(environ.contains("APP_HOST=db.example") && environ.contains("APP_PASSWORDS=of another"));
        let rest = program.end();
        assert!(!canary.is_in(&rest), "{rest}");
        assert!(rest.contains("APP_HOST=db.example") && rest.contains("APP_PASSWORDS=of another"), "{rest}");
        for gone in ["APP_PASSWORD=", "APP_OLD_TOKEN", "APP_PIN"] {
            assert!(!rest.lines().any(|line| line.starts_with(gone)), "{rest}");
        }
        assert!(rest.contains("token: Some([REDACTED])"), "it was not read: {rest}");
    }
}

#[test]
fn a_load_that_fails_scrubs_as_well() {
    let canary = &Canary::all()[0];
    let program = Looked::program("scrub", &[("APP_PASSWORD", canary.text()), ("APP_PIN", canary.text())]);
    assert!(!canary.is_in(program.environ()));
    let rest = program.end();
    assert!(!canary.is_in(&rest) && rest.contains("Err(Report"), "{rest}");
}

#[test]
fn a_variable_that_was_replaced_is_scrubbed_where_it_was_first() {
    let (first, second) = (&Canary::all()[0], &Canary::all()[1]);
    let environment = [("APP_PASSWORD", first.text()), ("REPLACEMENT", second.text())];
    let program = Looked::program("scrub what was replaced", &environment);
    assert!(!first.is_in(program.environ()));
    let rest = program.end();
    assert!(!first.is_in(&rest) && !second.is_in(&rest), "{rest}");
}

/// A user without any rights, if the tests have those of root; else the tests' own user.
fn unprivileged(command: &mut Command) -> &mut Command {
    const NOBODY: u32 = 65534;
    let is_root =
        fs::metadata("/proc/self").is_ok_and(|metadata| std::os::unix::fs::MetadataExt::uid(&metadata) == 0);
    if is_root { command.uid(NOBODY).gid(NOBODY) } else { command }
}

/// The program where that user may run it.
fn installed() -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let path = folder.path().join("canary");
    fs::copy(env!("CARGO_BIN_EXE_canary"), &path).unwrap();
    (folder, path)
}

/// Whether another process of the same user may read this file of the program.
fn may_read(program: &Looked, file: &str) -> bool {
    let path = format!("/proc/{}/{file}", program.child.id());
    let mut command = Command::new("head");
    let output = unprivileged(command.args(["-c", "1"]).arg(path)).output().unwrap();
    output.status.success() && !output.stdout.is_empty()
}

#[test]
fn a_hardened_process_is_closed_to_others_of_its_user() {
    let (_folder, path) = installed();
    let start = |action: &str| {
        let mut command = Command::new(&path);
        Looked::start(unprivileged(command.arg(action).env("APP_PASSWORD", "hunter2-canary")))
    };
    let open = start("keep");
    let closed = start("harden");
    for file in ["environ", "maps"] {
        assert!(may_read(&open, file), "{file}");
        assert!(!may_read(&closed, file), "{file}");
    }
}

#[test]
fn a_hardened_process_leaves_no_core_dump() {
    let program = Looked::program("harden", &[("APP_PASSWORD", "hunter2-canary")]);
    let limits = fs::read_to_string(format!("/proc/{}/limits", program.child.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(line.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{line}");
    // SIGQUIT would leave one.
    let killed = Command::new("kill").args(["-QUIT", &program.child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let mut program = program;
    let status = program.child.wait().unwrap();
    assert!(!std::os::unix::process::ExitStatusExt::core_dumped(&status), "{status}");
}
