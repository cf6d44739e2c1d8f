//! The small examples, run as their readers would.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{fs, process::Command};

use testkit::Service;

/// Runs the example with nothing but `env` and returns its exit status and everything it wrote.
async fn run(example: &str, env: &[(&str, &str)]) -> (Option<i32>, String) {
    let binary = Service::build(example).await.unwrap();
    let output = Command::new(binary).env_clear().envs(env.iter().copied()).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), said)
}

#[tokio::test]
async fn nested_prefixes_reads_one_struct_under_two_prefixes() {
    let env =
        [("PRIMARY_HOST", "db"), ("PRIMARY_PASSWORD", "hunter2-canary"), ("REDIS_URL", "redis://cache")];
    let (status, said) = run("nested-prefixes", &env).await;
    assert_eq!(status, Some(0), "{said}");
    for line in
        ["orders go to db:5432", "reports come from there, too", "cached in redis://cache", "[REDACTED]"]
    {
        assert!(said.contains(line) && !said.contains("hunter2"), "{said}");
    }
    let partly = [env.as_slice(), &[("REPORTS_HOST", "replica"), ("CACHE", "memory")]].concat();
    let (status, said) = run("nested-prefixes", &partly).await;
    assert_eq!(status, Some(78), "{said}");
    assert!(said.contains("REPORTS_PASSWORD  missing"), "{said}");
    assert!(said.contains("needed because REPORTS_HOST is set"), "{said}");
}

#[tokio::test]
async fn secrets_directory_reads_what_kubernetes_mounts() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("..2026_01_01");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("db-password"), "hunter2-canary\n").unwrap();
    fs::write(data.join("tls-key"), "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n").unwrap();
    std::os::unix::fs::symlink("..2026_01_01", folder.path().join("..data")).unwrap();
    for name in ["db-password", "tls-key"] {
        std::os::unix::fs::symlink(format!("..data/{name}"), folder.path().join(name)).unwrap();
    }
    let directory = folder.path().to_str().unwrap();
    let (status, said) =
        run("secrets-directory", &[("SECRETS_DIR", directory), ("LOG_LEVEL", "debug")]).await;
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains(&format!("DB_PASSWORD from file {directory}/db-password")), "{said}");
    assert!(said.contains("LOG_LEVEL from environment"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn figment_layers_tells_which_layer_answered() {
    let env = [("PROFILE", "production"), ("DB_PASSWORD", "hunter2-canary"), ("SERVER_PORT", "8080")];
    let (status, said) = run("figment-layers", &env).await;
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("SERVER_HOST from TOML source string"), "{said}");
    assert!(said.contains("SERVER_PORT from environment"), "{said}");
    assert!(said.contains("0.0.0.0:8080 for [\"https://example.com\""), "{said}");
    assert!(said.contains("2 workers, password [REDACTED]") && !said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn custom_types_reads_them_and_says_what_is_wrong_with_them() {
    let good = [
        ("LEVEL", "warn"),
        ("RATIO", "25%"),
        ("SIGNING_KEY", "00ff00ff"),
        ("ROUTES", r#"[{"path":"/","to":"web"}]"#),
        ("TIMEOUT", "1m30s"),
        ("LABELS", "team=a,stage=b"),
    ];
    let (status, said) = run("custom-types", &good).await;
    assert_eq!(status, Some(0), "{said}");
    for line in
        ["Warn, 25% sampled", "/ goes to web", "3 retries of 90s", "[REDACTED] Some({\"stage\": \"b\""]
    {
        assert!(said.contains(line), "{line}: {said}");
    }
    let bad = [
        ("LEVEL", "warning"),
        ("RATIO", "250%"),
        ("SIGNING_KEY", "00f"),
        ("ROUTES", r#"[{"path":"/"}]"#),
        ("TIMEOUT", "10m"),
        ("LABELS", "team"),
    ];
    let (status, said) = run("custom-types", &bad).await;
    assert_eq!(status, Some(78), "{said}");
    for line in [
        "has 6 problems",
        "expected one of debug, info, warn",
        "hint: a percentage up to 100%",
        "bytes in hexadecimal",
        "JSON of the right shape (wrong at [0]",
        "at most five minutes in all, not 1800s (TIMEOUT, RETRIES)",
        "pairs of key=value, separated by commas (item 1)",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
}
