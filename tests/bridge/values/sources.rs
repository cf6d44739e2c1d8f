//! Where from.

use std::{fs, path::Path};

use secrets_config::{Config, Kind, Origin, Secret};

use super::{only, refused};

/// A directory to make files in, removed with all of them.
struct Files(tempfile::TempDir);

impl Files {
    fn new<const N: usize>(files: [(&str, &str); N]) -> Self {
        let new = Self(tempfile::tempdir().unwrap());
        for (path, content) in files {
            let path = new.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        new
    }

    fn path(&self, path: &str) -> String {
        self.0.path().join(path).to_str().unwrap().to_owned()
    }
}

#[derive(Debug, Config)]
struct Login {
    db_password: Secret<String>,
}

#[derive(Debug, Config)]
struct Mixed {
    #[config(file)]
    motd: Option<String>,
    #[config(file)]
    port: Option<u16>,
    host: Option<String>,
}

#[test]
fn name_file() {
    let files = Files::new([("password", "hunter2\n")]);
    let path = files.path("password");
    for text in [path.clone(), format!(" {path}\n")] {
        let loaded = Login::loader().pairs([("DB_PASSWORD_FILE", text)]).load_with_origins().unwrap();
        assert_eq!(loaded.db_password, Secret::from("hunter2"));
        let origin = Origin::File { variable: "DB_PASSWORD_FILE".to_owned(), path: path.clone().into() };
        assert_eq!(loaded.provided()[0].origin, origin);
    }
}

#[test]
fn name_file_is_opt_in_for_what_is_no_secret() {
    let files = Files::new([("motd", "hello\n"), ("port", "80\n"), ("host", "db\n")]);
    let mixed = Mixed::from_pairs([
        ("MOTD_FILE", files.path("motd")),
        ("PORT_FILE", files.path("port")),
        ("HOST_FILE", files.path("host")),
    ])
    .unwrap();
    assert_eq!((mixed.motd.as_deref(), mixed.port, mixed.host), (Some("hello"), Some(80), None));
}

#[test]
fn name_file_that_is_set_to_nothing() {
    for nothing in ["", " "] {
        let problem = refused(Login::from_pairs([("DB_PASSWORD_FILE", nothing)]));
        assert_eq!((problem.variable(), problem.kind()), ("DB_PASSWORD", Kind::Missing));
    }
}

#[test]
fn name_and_name_file_are_a_conflict_that_names_both() {
    let files = Files::new([("value", "1")]);
    let path = files.path("value");
    let problem = refused(Login::from_pairs([("DB_PASSWORD", "1"), ("DB_PASSWORD_FILE", &path)]));
    assert_eq!((problem.variable(), problem.kind()), ("DB_PASSWORD", Kind::Conflict));
    assert!(problem.expected().contains("DB_PASSWORD or DB_PASSWORD_FILE"), "{problem}");
    let problem = refused(Mixed::from_pairs([("PORT", "1"), ("PORT_FILE", &path)]));
    assert_eq!((problem.variable(), problem.kind()), ("PORT", Kind::Conflict));
}

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

/// Loads the password from `content`, once through `NAME_FILE` and once from a directory.
fn load_content(content: &[u8]) -> [Result<String, secrets_config::Problem>; 2] {
    let files = Files::new([]);
    let path = files.path("db_password");
    fs::write(&path, content).unwrap();
    let loaders =
        [Login::loader().pairs([("DB_PASSWORD_FILE", &path)]), Login::loader().secrets_dir(files.0.path())];
    loaders.map(|loader| match loader.load() {
        Ok(login) => Ok(login.db_password.expose_secret().clone()),
        Err(report) => {
            let problem = only(&report);
            assert_eq!(problem.variable(), "DB_PASSWORD");
            assert!(problem.origin().contains(&path), "{problem}");
            Err(problem)
        }
    })
}

#[test]
fn file_content_keeps_all_but_the_only_line_break_at_the_end() {
    let pem = "-----BEGIN X-----\nAAAA\n-----END X-----\n";
    for (content, expected) in [
        ("hunter2", "hunter2"),
        ("hunter2\n", "hunter2"),
        ("hunter2\r\n", "hunter2"),
        ("hunter2\r", "hunter2\r"),
        (" hunter2 \n", " hunter2 "),
        ("hunter2\n\n", "hunter2\n\n"),
        ("\nhunter2", "\nhunter2"),
        ("one\ntwo", "one\ntwo"),
        ("one\r\ntwo\r\n", "one\r\ntwo\r\n"),
        (pem, pem),
    ] {
        for loaded in load_content(content.as_bytes()) {
            assert_eq!(loaded.unwrap(), expected, "{content:?}");
        }
    }
}

#[test]
fn file_content_is_at_most_1_mib() {
    for (size, kind) in [(1 << 20, None), ((1 << 20) + 1, Some(Kind::File))] {
        for loaded in load_content(&vec![b'x'; size]) {
            assert_eq!(
                loaded.err().map(|problem| problem.kind()),
                kind.or(Some(Kind::Placeholder)),
                "{size}"
            );
        }
        for loaded in load_content(&vec![b'y'; size]) {
            assert_eq!(loaded.err().map(|problem| problem.kind()), kind, "{size}");
        }
    }
}

#[test]
fn file_content_is_utf8() {
    for content in [b"caf\xe9".as_slice(), b"\xff\xfe", b"\xed\xa0\x80"] {
        for loaded in load_content(content) {
            assert_eq!(loaded.unwrap_err().kind(), Kind::NotUnicode, "{content:?}");
        }
    }
}

#[test]
fn file_content_that_is_empty_or_blank() {
    for (content, kind) in
        [("", Kind::Empty), ("\n", Kind::Empty), (" \n", Kind::Blank), ("\n\n", Kind::Blank)]
    {
        for loaded in load_content(content.as_bytes()) {
            assert_eq!(loaded.unwrap_err().kind(), kind, "{content:?}");
        }
    }
}

#[test]
fn file_that_cannot_be_read_is_named_with_its_variable() {
    let files = Files::new([("folder/file", "")]);
    for (path, hint) in [("absent", "entity not found"), ("folder", "it is a directory")] {
        let path = files.path(path);
        let problem = refused(Login::from_pairs([("DB_PASSWORD_FILE", &path)]));
        assert_eq!((problem.variable(), problem.kind()), ("DB_PASSWORD", Kind::File));
        assert_eq!(problem.origin(), format!("file {path} (DB_PASSWORD_FILE)"));
        assert_eq!(problem.hint(), Some(hint));
    }
}

#[derive(Debug, Config)]
#[config(prefix = "APP_")]
struct Renamed {
    #[config(alias = "OLD", alias = "OLDER", deprecated_alias = "OLDEST")]
    new: Secret<String>,
}

#[test]
fn aliases() {
    for name in ["APP_NEW", "APP_OLD", "APP_OLDER"] {
        let loaded = Renamed::loader().pairs([(name, "x")]).load_with_origins().unwrap();
        assert_eq!(loaded.new, Secret::from("x"), "{name}");
        assert!(loaded.warnings().is_empty(), "{name}: {:?}", loaded.warnings());
    }
    assert_eq!(
        refused(Renamed::from_pairs([("OLD", "x")])).kind(),
        Kind::Missing,
        "the prefix belongs to it"
    );
}

#[test]
fn aliases_in_files() {
    let files = Files::new([("old", "hunter2\n")]);
    let pairs = [("APP_OLD_FILE", files.path("old"))];
    assert_eq!(Renamed::from_pairs(pairs).unwrap().new, Secret::from("hunter2"));
    let files = Files::new([("app-old", "hunter2\n")]);
    assert_eq!(Renamed::loader().secrets_dir(files.0.path()).load().unwrap().new, Secret::from("hunter2"));
}

#[test]
fn deprecated_aliases_warn_with_the_new_name() {
    let loaded = Renamed::loader().pairs([("APP_OLDEST", "x")]).load_with_origins().unwrap();
    assert_eq!(loaded.new, Secret::from("x"));
    let warnings: Vec<_> =
        loaded.warnings().iter().map(|warning| (warning.used(), warning.instead())).collect();
    assert_eq!(warnings, [("APP_OLDEST", "APP_NEW")]);
    assert_eq!(loaded.warnings()[0].to_string(), "APP_OLDEST is the old name of APP_NEW: set that instead");
}

#[test]
fn aliases_set_to_different_values_are_a_conflict() {
    for (one, other) in [("APP_NEW", "APP_OLD"), ("APP_OLD", "APP_OLDER"), ("APP_NEW", "APP_OLDEST")] {
        let problem = refused(Renamed::from_pairs([(one, "hunter2"), (other, "hunter3")]));
        assert_eq!((problem.variable(), problem.kind()), ("APP_NEW", Kind::Conflict));
        assert!([one, other].iter().all(|name| problem.expected().contains(name)), "{problem}");
        assert_eq!(Renamed::from_pairs([(one, "same"), (other, "same")]).unwrap().new, Secret::from("same"));
    }
}

#[test]
fn aliases_give_way_when_they_are_set_to_nothing() {
    for (one, other) in [("APP_NEW", "APP_OLD"), ("APP_OLD", "APP_NEW")] {
        assert_eq!(Renamed::from_pairs([(one, "x"), (other, "")]).unwrap().new, Secret::from("x"), "{one}");
    }
}

#[test]
fn aliases_are_what_a_problem_names_when_they_were_used() {
    #[derive(Debug, Config)]
    struct Port {
        #[config(alias = "BIND_PORT")]
        #[expect(dead_code, reason = "only what is wrong with it is of interest")]
        port: u16,
    }
    assert_eq!(refused(Port::from_pairs([("BIND_PORT", "x")])).variable(), "BIND_PORT");
    assert_eq!(refused(Port::from_pairs([("BIND_PORT", "")])).variable(), "BIND_PORT");
}

#[test]
fn source_order_is_the_callers() {
    let files = Files::new([("db_password", "directory")]);
    let directory: &Path = files.0.path();
    let pairs = [("DB_PASSWORD", "pairs")];
    let loaded = Login::loader().secrets_dir(directory).pairs(pairs).load_with_origins().unwrap();
    assert_eq!(loaded.db_password, Secret::from("pairs"));
    assert_eq!(loaded.provided()[0].origin, Origin::Pairs);
    let loaded = Login::loader().pairs(pairs).secrets_dir(directory).load_with_origins().unwrap();
    assert_eq!(loaded.db_password, Secret::from("directory"));
    assert!(matches!(loaded.provided()[0].origin, Origin::Directory { .. }), "{loaded:?}");
}

#[test]
fn source_that_answered_is_told_for_each_value() {
    #[derive(Debug, Config)]
    #[expect(dead_code, reason = "only where it is from is of interest")]
    struct Settings {
        given: String,
        #[config(default = 1)]
        defaulted: u8,
        #[config(default = 1)]
        defaulted_though_set: u8,
        unset: Option<String>,
    }
    let pairs = [("GIVEN", "x"), ("DEFAULTED_THOUGH_SET", "")];
    let loaded = Settings::loader().pairs(pairs).load_with_origins().unwrap();
    let origins: Vec<_> =
        loaded.provided().iter().map(|provided| (provided.variable.as_str(), &provided.origin)).collect();
    let expected = [
        ("GIVEN", &Origin::Pairs),
        ("DEFAULTED", &Origin::Default),
        ("DEFAULTED_THOUGH_SET", &Origin::Default),
        ("UNSET", &Origin::Unset),
    ];
    assert_eq!(origins, expected);
}

#[test]
fn source_places_are_listed_for_a_missing_variable() {
    let files = Files::new([]);
    let directory = files.0.path();
    let problem = refused(Login::loader().secrets_dir(directory).pairs([("A", "b")]).load());
    assert_eq!(problem.origin(), format!("given pairs, then directory {}", directory.display()));
}

#[derive(Debug, Config)]
struct Group {
    #[config(nested)]
    replica: Option<Replica>,
}

#[derive(Debug, Config)]
struct Replica {
    #[config(alias = "ADDRESS")]
    host: String,
    #[config(nested)]
    tls: Option<Tls>,
}

#[derive(Debug, Config)]
struct Tls {
    key: Secret<String>,
}

#[test]
fn a_group_is_there_by_any_of_its_variables() {
    for (variable, text) in [("REPLICA_HOST", "db"), ("REPLICA_ADDRESS", "db")] {
        let replica = Group::from_pairs([(variable, text)]).unwrap().replica;
        assert_eq!(replica.map(|replica| replica.host).as_deref(), Some("db"), "{variable}");
    }
    let problem = refused(Group::from_pairs([("REPLICA_TLS_KEY", "hunter2")]));
    assert_eq!((problem.variable(), problem.kind()), ("REPLICA_HOST", Kind::Missing));
    assert_eq!(problem.hint(), Some("needed because REPLICA_TLS_KEY is set"));
}

#[test]
fn a_group_is_there_by_any_of_its_files() {
    for names in [["replica-host", "replica-tls-key"], ["replica/host", "replica/tls/key"]] {
        let files = Files::new(names.map(|name| (name, "hunter2")));
        let replica = Group::loader().secrets_dir(files.0.path()).load().unwrap().replica.unwrap();
        assert_eq!(replica.tls.unwrap().key, Secret::from("hunter2"), "{names:?}");
    }
    for name in ["replica-tls-key", "replica/tls/key"] {
        let files = Files::new([(name, "hunter2")]);
        let Err(report) = Group::loader().secrets_dir(files.0.path()).load() else {
            panic!("{name} is overlooked");
        };
        assert_eq!(
            (only(&report).variable(), only(&report).kind()),
            ("REPLICA_HOST", Kind::Missing),
            "{name}"
        );
    }
}
