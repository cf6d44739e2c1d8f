//! Which texts become which values.

use std::{
    collections::BTreeSet,
    fs,
    net::{IpAddr, Ipv6Addr},
    num::NonZero,
    path::PathBuf,
};

use secrets_config::{Config, Kind, Origin, Report, Secret};
use serde::Deserialize;

/// The kinds of problem by variable.
fn problems(report: &Report) -> Vec<(&str, Kind)> {
    report.problems().iter().map(|problem| (problem.variable(), problem.kind())).collect()
}

fn load<T: Config>(pairs: &[(&str, &str)]) -> Result<T, Report> {
    T::loader().pairs(pairs.iter().copied()).load()
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    ReadOnly,
    #[serde(alias = "rw")]
    ReadWrite,
}

#[derive(Debug, Config)]
struct Scalars {
    flag: bool,
    count: i16,
    ratio: f64,
    mark: char,
    host: IpAddr,
    home: PathBuf,
    mode: Mode,
    workers: NonZero<u8>,
    names: Vec<String>,
    ports: BTreeSet<u16>,
    pair: (u8, String),
}

const SCALARS: [(&str, &str); 11] = [
    ("FLAG", " Yes "),
    ("COUNT", "-12"),
    ("RATIO", "1e3"),
    ("MARK", "ß"),
    ("HOST", "::1"),
    ("HOME", "/home/app"),
    ("MODE", "read-only"),
    ("WORKERS", "4"),
    ("NAMES", "a, b ,c,"),
    ("PORTS", "80,443"),
    ("PAIR", "1,one"),
];

#[test]
fn every_scalar_takes_its_text() {
    let scalars: Scalars = load(&SCALARS).unwrap();
    assert!(scalars.flag);
    assert_eq!((scalars.count, scalars.ratio, scalars.mark), (-12, 1000.0, 'ß'));
    assert_eq!((scalars.host, scalars.home), (Ipv6Addr::LOCALHOST.into(), PathBuf::from("/home/app")));
    assert_eq!((scalars.mode, scalars.workers.get()), (Mode::ReadOnly, 4));
    assert_eq!(scalars.names, ["a", "b", "c"]);
    assert_eq!(scalars.ports, BTreeSet::from([80, 443]));
    assert_eq!(scalars.pair, (1, "one".to_owned()));
}

#[test]
fn every_scalar_refuses_what_it_is_not() {
    let bad = [
        ("FLAG", "enabled"),
        ("COUNT", "0x10"),
        ("RATIO", "nan"),
        ("MARK", "ab"),
        ("HOST", "localhost"),
        ("HOME", ""),
        ("MODE", "append"),
        ("WORKERS", "0"),
        ("NAMES", "a,,b"),
        ("PORTS", "80,70000"),
        ("PAIR", "1"),
    ];
    let report = load::<Scalars>(&bad).unwrap_err();
    let expected = [
        ("FLAG", Kind::Invalid),
        ("COUNT", Kind::Invalid),
        ("RATIO", Kind::Invalid),
        ("MARK", Kind::Invalid),
        ("HOST", Kind::Invalid),
        ("HOME", Kind::Empty),
        ("MODE", Kind::Invalid),
        ("WORKERS", Kind::Invalid),
        ("NAMES", Kind::Invalid),
        ("PORTS", Kind::OutOfRange),
        ("PAIR", Kind::Invalid),
    ];
    assert_eq!(problems(&report), expected);
    assert!(report.problems()[9].expected().ends_with("(item 2)"), "{}", report.problems()[9]);
}

#[derive(Debug, Config)]
struct Passwords {
    password: Secret<String>,
}

#[test]
fn a_secret_text_is_kept_byte_for_byte() {
    for text in ["0012345", " padded ", "\"quoted\"", "a,b", "a=b#c", "1e5", "true", "[x]", "päss\nwörd"] {
        let settings: Passwords = load(&[("PASSWORD", text)]).unwrap();
        assert_eq!(settings.password.expose_secret(), text);
    }
}

#[derive(Debug, Config)]
#[expect(dead_code, reason = "only whether they are there is of interest")]
struct Presence {
    required: String,
    #[config(default = 8080)]
    defaulted: u16,
    optional: Option<u16>,
}

#[test]
fn unset_empty_and_blank_are_told_apart() {
    for (text, kind) in [(None, Kind::Missing), (Some(""), Kind::Empty), (Some(" \t"), Kind::Blank)] {
        let pairs: Vec<_> = text
            .into_iter()
            .flat_map(|text| ["REQUIRED", "DEFAULTED", "OPTIONAL"].map(|variable| (variable, text)))
            .collect();
        let report = load::<Presence>(&pairs).unwrap_err();
        assert_eq!(problems(&report), [("REQUIRED", kind)], "only the required field minds {text:?}");
    }
}

#[test]
fn a_malformed_value_never_falls_back() {
    let report =
        load::<Presence>(&[("REQUIRED", "x"), ("DEFAULTED", "many"), ("OPTIONAL", "few")]).unwrap_err();
    assert_eq!(problems(&report), [("DEFAULTED", Kind::Invalid), ("OPTIONAL", Kind::Invalid)]);
}

#[derive(Debug, Config)]
#[config(prefix = "APP_")]
struct Nested {
    #[config(nested)]
    primary: Database,
    #[config(nested, prefix = "REPLICA_DB_")]
    replica: Database,
    #[config(flatten)]
    presence: Presence,
    #[config(env = "LISTEN")]
    address: String,
}

#[derive(Debug, Config)]
struct Database {
    host: String,
    #[config(default = 5432)]
    port: u16,
}

#[test]
fn names_are_made_of_every_prefix_above_them() {
    let nested: Nested = load(&[
        ("APP_PRIMARY_HOST", "one"),
        ("APP_REPLICA_DB_HOST", "two"),
        ("APP_REPLICA_DB_PORT", "5433"),
        ("APP_REQUIRED", "x"),
        ("APP_LISTEN", "y"),
    ])
    .unwrap();
    assert_eq!((nested.primary.host.as_str(), nested.primary.port), ("one", 5432));
    assert_eq!((nested.replica.host.as_str(), nested.replica.port), ("two", 5433));
    assert_eq!((nested.presence.required.as_str(), nested.address.as_str()), ("x", "y"));
}

#[test]
fn a_problem_tells_the_full_name_and_the_place_in_the_struct() {
    let report = load::<Nested>(&[("APP_PRIMARY_HOST", "one"), ("APP_REQUIRED", "x"), ("APP_LISTEN", "y")])
        .unwrap_err();
    let [problem] = report.problems() else { panic!("{report}") };
    assert_eq!((problem.variable(), problem.path()), ("APP_REPLICA_DB_HOST", "replica.host"));
}

#[test]
fn a_struct_with_an_empty_prefix_is_a_flattened_one() {
    #[derive(Debug, Config)]
    struct Settings {
        #[config(nested, prefix = "")]
        nested: Host,
        #[config(flatten)]
        flattened: Port,
    }
    #[derive(Debug, Config)]
    struct Host {
        host: String,
    }
    #[derive(Debug, Config)]
    struct Port {
        port: u16,
    }
    let folder = tempfile::tempdir().unwrap();
    for name in ["host", "port"] {
        let own = folder.path().join(if name == "host" { "nested" } else { "flattened" });
        fs::create_dir(&own).unwrap();
        fs::write(own.join(name), "8080").unwrap();
    }
    let load = || Settings::loader().secrets_dir(folder.path()).load();
    let report = load().unwrap_err();
    assert_eq!(problems(&report), [("HOST", Kind::Missing), ("PORT", Kind::Missing)], "they are no folders");
    let paths: Vec<_> = report.problems().iter().map(|problem| problem.path()).collect();
    assert_eq!(paths, ["nested.host", "flattened.port"]);
    fs::write(folder.path().join("host"), "db").unwrap();
    fs::write(folder.path().join("port"), "5432").unwrap();
    let settings = load().unwrap();
    assert_eq!((settings.nested.host.as_str(), settings.flattened.port), ("db", 5432));
}

#[test]
fn a_misspelt_name_is_told_in_a_struct_that_need_not_be_there() {
    #[derive(Debug, Config)]
    struct Settings {
        #[config(nested)]
        mail: Option<Mail>,
    }
    #[derive(Debug, Config)]
    #[config(prefix = "SMTP_", deny_unknown)]
    struct Mail {
        host: String,
    }
    let report = load::<Settings>(&[("MAIL_SMTP_HOTS", "mail.example")]).unwrap_err();
    assert_eq!(problems(&report), [("MAIL_SMTP_HOTS", Kind::Unknown)]);
    assert_eq!(report.problems()[0].hint(), Some("did you mean MAIL_SMTP_HOST?"));
    assert!(load::<Settings>(&[("MAIL", "1")]).unwrap().mail.is_none());
    let mail = load::<Settings>(&[("MAIL_SMTP_HOST", "mail.example")]).unwrap().mail;
    assert_eq!(mail.unwrap().host, "mail.example");
}

#[test]
fn the_schema_lists_every_variable() {
    let mut variables = Vec::new();
    Nested::SCHEMA
        .for_each_field(&mut |variable, field| variables.push((variable.to_owned(), field.type_name)));
    let expected = [
        ("APP_PRIMARY_HOST", "String"),
        ("APP_PRIMARY_PORT", "u16"),
        ("APP_REPLICA_DB_HOST", "String"),
        ("APP_REPLICA_DB_PORT", "u16"),
        ("APP_REQUIRED", "String"),
        ("APP_DEFAULTED", "u16"),
        ("APP_OPTIONAL", "Option<u16>"),
        ("APP_LISTEN", "String"),
    ];
    assert_eq!(variables, expected.map(|(variable, ty)| (variable.to_owned(), ty)));
}

#[test]
fn a_later_source_wins_over_an_earlier_one() {
    let database =
        Database::loader().pairs([("HOST", "old"), ("PORT", "1")]).pairs([("HOST", "new")]).load().unwrap();
    assert_eq!((database.host.as_str(), database.port), ("new", 1));
}

#[test]
fn a_secret_may_stand_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    for (content, expected) in
        [("hunter2\n", "hunter2"), ("hunter2\r\n", "hunter2"), ("hunter2", "hunter2"), ("a\nb\n", "a\nb\n")]
    {
        fs::write(&path, content).unwrap();
        let loaded = Passwords::loader()
            .pairs([("PASSWORD_FILE", path.to_str().unwrap())])
            .load_with_origins()
            .unwrap();
        assert_eq!(loaded.password.expose_secret(), expected);
        let origin = Origin::File { variable: "PASSWORD_FILE".to_owned(), path: path.clone() };
        assert_eq!(loaded.provided()[0].origin, origin);
    }
}

#[test]
fn a_file_that_cannot_be_used_is_a_problem_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large");
    fs::write(&large, vec![b'x'; (1 << 20) + 1]).unwrap();
    let binary = folder.path().join("binary");
    fs::write(&binary, [0xff, 0xfe]).unwrap();
    let absent = folder.path().join("absent");
    for (path, kind) in [
        (large.as_path(), Kind::File),
        (folder.path(), Kind::File),
        (absent.as_path(), Kind::File),
        (binary.as_path(), Kind::NotUnicode),
    ] {
        let report = load::<Passwords>(&[("PASSWORD_FILE", path.to_str().unwrap())]).unwrap_err();
        assert_eq!(problems(&report), [("PASSWORD", kind)]);
        assert!(report.problems()[0].origin().contains(path.to_str().unwrap()), "{report}");
    }
}

#[test]
fn a_variable_and_its_file_exclude_each_other() {
    let report = load::<Passwords>(&[("PASSWORD", "x"), ("PASSWORD_FILE", "/y")]).unwrap_err();
    assert_eq!(problems(&report), [("PASSWORD", Kind::Conflict)]);
    assert!(report.to_string().contains("PASSWORD or PASSWORD_FILE, not both"), "{report}");
}

#[derive(Debug, Config)]
#[expect(dead_code, reason = "only the rules are of interest")]
struct Limits {
    #[validate(length(min = 4, max = 8))]
    token: Secret<String>,
    #[validate(range(min = 1, max = 10))]
    #[config(default = 5)]
    workers: u8,
}

#[test]
fn rules_apply_to_good_values_only() {
    let report = load::<Limits>(&[("TOKEN", "abc"), ("WORKERS", "11")]).unwrap_err();
    assert_eq!(problems(&report), [("TOKEN", Kind::Rule), ("WORKERS", Kind::Rule)]);
    let expected: Vec<_> = report.problems().iter().map(|problem| problem.expected()).collect();
    assert_eq!(expected, ["4 to 8 characters", "a number from 1 to 10"]);
    let report = load::<Limits>(&[("WORKERS", "x")]).unwrap_err();
    assert_eq!(problems(&report), [("TOKEN", Kind::Missing), ("WORKERS", Kind::Invalid)]);
}
