//! Where from: a directory with a file for each variable.

use secrets_config::{Config, Kind, Origin, Secret};

use super::{
    files::{Files, Login},
    refused,
};

#[test]
fn secrets_directory() {
    for name in ["DB_PASSWORD", "db_password", "db-password"] {
        let files = Files::new([(name, "hunter2\n")]);
        let loaded = Login::loader().secrets_dir(files.0.path()).load_with_origins().unwrap();
        assert_eq!(loaded.db_password, Secret::from("hunter2"));
        let Origin::Directory { path } = &loaded.provided()[0].origin else { panic!("{loaded:?}") };
        assert!(path.ends_with(name), "{path:?}");
    }
    for name in ["dbPassword", "DB_PASSWORD.txt", "xdb_password"] {
        let files = Files::new([(name, "hunter2\n")]);
        assert_eq!(
            refused(Login::loader().secrets_dir(files.0.path()).load()).kind(),
            Kind::Missing,
            "{name}"
        );
    }
}

#[test]
fn secrets_directory_that_is_not_there_holds_nothing() {
    let files = Files::new([]);
    let problem = refused(Login::loader().secrets_dir(files.path("absent")).load());
    assert_eq!(problem.kind(), Kind::Missing);
    assert!(problem.origin().ends_with("absent (not there)"), "{problem}");
}

#[test]
fn secrets_directory_that_is_a_file() {
    let files = Files::new([("file", "")]);
    let report = Login::loader().secrets_dir(files.path("file")).load().unwrap_err();
    let [directory, password] = report.problems() else { panic!("{report}") };
    assert_eq!((directory.variable(), directory.kind()), (files.path("file").as_str(), Kind::File));
    assert_eq!((password.variable(), password.kind()), ("DB_PASSWORD", Kind::Missing));
}

#[test]
fn secrets_directory_with_two_spellings_is_a_conflict() {
    for (one, other) in [("db_password", "db-password"), ("DB_PASSWORD", "db_password")] {
        let files = Files::new([(one, "same"), (other, "same")]);
        let problem = refused(Login::loader().secrets_dir(files.0.path()).load());
        assert_eq!((problem.variable(), problem.kind()), ("DB_PASSWORD", Kind::Conflict));
        assert!([one, other].iter().all(|name| problem.expected().contains(name)), "{problem}");
    }
}

#[test]
fn secrets_directory_does_not_show_hidden_files() {
    let files = Files::new([(".db_password", "x"), ("..db_password", "x")]);
    assert_eq!(refused(Login::loader().secrets_dir(files.0.path()).load()).kind(), Kind::Missing);
}

#[cfg(unix)]
#[test]
fn secrets_directory_as_kubernetes_lays_it() {
    use std::os::unix::fs::symlink;

    let files = Files::new([("mount/..2026_01_01/db-password", "hunter2\n")]);
    symlink("..2026_01_01", files.path("mount/..data")).unwrap();
    symlink("..data/db-password", files.path("mount/db-password")).unwrap();
    symlink("mount", files.path("link-to-the-mount")).unwrap();
    for directory in ["mount", "link-to-the-mount"] {
        let login = Login::loader().secrets_dir(files.path(directory)).load().unwrap();
        assert_eq!(login.db_password, Secret::from("hunter2"), "{directory}");
    }
}

#[cfg(unix)]
#[test]
fn secrets_directory_refuses_what_leads_outside() {
    use std::os::unix::fs::symlink;

    let files = Files::new([("outside", "hunter2"), ("mount/other", "")]);
    symlink("../outside", files.path("mount/db_password")).unwrap();
    let problem = refused(Login::loader().secrets_dir(files.path("mount")).load());
    assert_eq!((problem.variable(), problem.kind()), ("DB_PASSWORD", Kind::File));
    assert!(problem.origin().ends_with("db_password"), "{problem}");
    assert_eq!(problem.hint(), Some("it is a link that leads out of it"));
}

#[derive(Debug, Config)]
struct Nested {
    #[config(nested)]
    read_replica: Login,
    #[config(nested, prefix = "MAIN_")]
    primary: Login,
}

#[test]
fn secrets_directory_with_a_directory_a_nested_struct() {
    let flat = [("READ_REPLICA_DB_PASSWORD", "replica"), ("main-db-password", "primary")];
    let nested = [("read-replica/db_password", "replica"), ("primary/DB_PASSWORD", "primary")];
    for names in [flat, nested, [flat[0], nested[1]]] {
        let files = Files::new(names);
        let loaded = Nested::loader().secrets_dir(files.0.path()).load().unwrap();
        assert_eq!(loaded.read_replica.db_password, Secret::from("replica"), "{names:?}");
        assert_eq!(loaded.primary.db_password, Secret::from("primary"), "{names:?}");
    }
    let files = Files::new([flat[0], nested[0], nested[1]]);
    let problem = refused(Nested::loader().secrets_dir(files.0.path()).load());
    assert_eq!((problem.variable(), problem.kind()), ("READ_REPLICA_DB_PASSWORD", Kind::Conflict));
}
