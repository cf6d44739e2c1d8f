//! Runs a test in a process of its own, whose environment holds what the test says and nothing else.

use std::{
    env,
    ffi::OsStr,
    process::{Command, Output},
};

/// Runs `body` in a new process of this executable. `test` is the calling test, by which the process comes here again.
#[track_caller]
pub(crate) fn run<N: AsRef<OsStr>, V: AsRef<OsStr>>(
    test: &str,
    variables: impl IntoIterator<Item = (N, V)>,
    body: impl FnOnce(),
) -> Option<Output> {
    if is_child() {
        body();
        return None;
    }
    let output = Command::new(env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env_clear()
        .envs(variables)
        .env(MARK, "1")
        .output()
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{test}, in a process of its own:\n{stdout}\n{stderr}");
    assert!(stdout.contains("1 passed"), "there is no test {test}:\n{stdout}");
    Some(output)
}

/// Says whether this process was started by [`run`].
#[expect(clippy::disallowed_methods, reason = "it is no setting")]
fn is_child() -> bool {
    env::var_os(MARK).is_some()
}

const MARK: &str = "IN_A_PROCESS_OF_ITS_OWN";
