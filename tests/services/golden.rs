//! What `eso-bridge` says when one of its variables is wrong, in every way there is: kept in `golden/`.
//!
//! `UPDATE_GOLDEN=1 cargo test -p service-tests --test golden` writes the files anew.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

use std::{
    ffi::OsString,
    fs,
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
    process::Command,
};

use testkit::Service;

const CANARY: &str = "hunter2-canary-0123456789abcdef0123456789";

/// How a variable goes wrong: what is set instead of the good value.
struct Wrong {
    how: &'static str,
    set: Vec<(&'static str, OsString)>,
}

fn wrong(how: &'static str, variable: &'static str, text: &str) -> Wrong {
    Wrong { how, set: vec![(variable, text.into())] }
}

fn not_utf8(variable: &'static str) -> Wrong {
    Wrong { how: "not UTF-8", set: vec![(variable, OsString::from_vec(vec![b'h', 0xff]))] }
}

fn unset(how: &'static str) -> Wrong {
    Wrong { how, set: Vec::new() }
}

/// What can be wrong with a secret.
fn secret(variable: &'static str, file: &'static str, folder: &Path) -> Vec<Wrong> {
    let path = |name: &str| OsString::from(folder.join(name));
    vec![
        unset("unset"),
        wrong("empty", variable, ""),
        wrong("blank", variable, " \t "),
        wrong("a placeholder", variable, "changeme"),
        not_utf8(variable),
        Wrong { how: "set twice", set: vec![(variable, CANARY.into()), (file, path("good"))] },
        Wrong { how: "a file that is not there", set: vec![(file, path("absent"))] },
        Wrong { how: "a file that is a directory", set: vec![(file, folder.into())] },
        Wrong { how: "a file that is too large", set: vec![(file, path("large"))] },
        Wrong { how: "an empty file", set: vec![(file, path("empty"))] },
    ]
}

#[tokio::test]
async fn every_way_to_go_wrong_reads_well() {
    let binary = Service::build("eso-bridge").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("good"), CANARY).unwrap();
    fs::write(folder.path().join("large"), vec![b'x'; (1 << 20) + 1]).unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    let mut jwt_secret = secret("JWT_SECRET", "JWT_SECRET_FILE", folder.path());
    jwt_secret.push(wrong("too short", "JWT_SECRET", "hunter2"));
    let variables = [
        ("DB_PASSWORD", secret("DB_PASSWORD", "DB_PASSWORD_FILE", folder.path())),
        ("API_KEY", secret("API_KEY", "API_KEY_FILE", folder.path())),
        ("JWT_SECRET", jwt_secret),
        (
            "PORT",
            vec![
                wrong("a word", "PORT", "eighty"),
                wrong("a fraction", "PORT", "80.5"),
                wrong("hexadecimal", "PORT", "0x50"),
                wrong("too large", "PORT", "70000"),
                wrong("negative", "PORT", "-1"),
                not_utf8("PORT"),
            ],
        ),
        (
            "HOST",
            vec![
                wrong("a name", "HOST", "localhost"),
                wrong("with a port", "HOST", "127.0.0.1:80"),
                not_utf8("HOST"),
            ],
        ),
        (
            "APP_ENV",
            vec![
                wrong("another stage", "APP_ENV", "staging"),
                wrong("a slip of the hand", "APP_ENV", "prodution"),
                wrong("in capitals", "APP_ENV", "PRODUCTION"),
                not_utf8("APP_ENV"),
            ],
        ),
    ];
    for (variable, ways) in variables {
        let report: String = ways.iter().map(|way| block(&binary, variable, way, folder.path())).collect();
        compare(variable, &report);
    }
    let slip = Wrong { how: "misspelled", set: vec![("DB_PASWORD", CANARY.into())] };
    compare("misspelled", &block(&binary, "DB_PASSWORD", &slip, folder.path()));
}

/// The report of one start, under a heading. The folder's name changes from run to run and is replaced.
fn block(binary: &Path, variable: &str, way: &Wrong, folder: &Path) -> String {
    let good = [("DB_PASSWORD", CANARY), ("API_KEY", CANARY), ("JWT_SECRET", CANARY)];
    let good = good.into_iter().filter(|(name, _)| *name != variable);
    let output = Command::new(binary)
        .arg("--check")
        .env_clear()
        .envs(good)
        .envs(way.set.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(78), "{variable} {}", way.how);
    let report = String::from_utf8(output.stderr).unwrap().replace(folder.to_str().unwrap(), "/secrets");
    assert!(!report.contains("hunter2"), "{report}");
    format!("=== {}\n{report}\n", way.how)
}

fn compare(name: &str, report: &str) {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{}.txt", name.to_lowercase()));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, report).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert!(golden == report, "{} says something else:\n{report}", path.display());
}
