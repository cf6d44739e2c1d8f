//! Is it there?

use std::fs;

use secrets_config::{Config, Kind, Report, Secret};

use super::{kinds, refused};

#[derive(Debug, PartialEq, Config)]
struct Presence {
    required: String,
    required_secret: Secret<String>,
    required_number: u16,
    #[config(default = "fallback")]
    defaulted: String,
    #[config(default = 8080)]
    defaulted_number: u16,
    optional: Option<String>,
    optional_secret: Option<Secret<String>>,
    optional_number: Option<u16>,
}

const VARIABLES: [&str; 8] = [
    "REQUIRED",
    "REQUIRED_SECRET",
    "REQUIRED_NUMBER",
    "DEFAULTED",
    "DEFAULTED_NUMBER",
    "OPTIONAL",
    "OPTIONAL_SECRET",
    "OPTIONAL_NUMBER",
];

/// Loads with every variable set to `text`.
fn all_set_to(text: &str) -> Report {
    Presence::from_pairs(VARIABLES.map(|variable| (variable, text))).unwrap_err()
}

/// Loads with the required variables set to something and the others to `text`.
fn others_set_to(text: Option<&str>) -> Presence {
    let good = [("REQUIRED", "x"), ("REQUIRED_SECRET", "x"), ("REQUIRED_NUMBER", "1")];
    let others = VARIABLES[3..].iter().filter_map(|variable| Some((*variable, text?)));
    Presence::from_pairs(good.into_iter().chain(others)).unwrap()
}

fn only_required(kind: Kind) -> [(&'static str, Kind); 3] {
    [("REQUIRED", kind), ("REQUIRED_SECRET", kind), ("REQUIRED_NUMBER", kind)]
}

fn fallen_back() -> Presence {
    Presence {
        required: "x".to_owned(),
        required_secret: Secret::from("x"),
        required_number: 1,
        defaulted: "fallback".to_owned(),
        defaulted_number: 8080,
        optional: None,
        optional_secret: None,
        optional_number: None,
    }
}

#[test]
fn row_unset() {
    let report = Presence::from_pairs::<&str, &str>([]).unwrap_err();
    assert_eq!(kinds(&report), only_required(Kind::Missing));
    assert_eq!(others_set_to(None), fallen_back());
}

#[test]
fn row_empty() {
    assert_eq!(kinds(&all_set_to("")), only_required(Kind::Empty));
    assert_eq!(others_set_to(Some("")), fallen_back());
}

#[test]
fn row_blank() {
    for blank in [" ", "\t", "\n", "\r\n", " \t \n "] {
        assert_eq!(kinds(&all_set_to(blank)), only_required(Kind::Blank), "{blank:?}");
        assert_eq!(others_set_to(Some(blank)), fallen_back(), "{blank:?}");
    }
}

#[test]
fn row_not_unicode() {
    let directory = tempfile::tempdir().unwrap();
    for variable in VARIABLES {
        fs::write(directory.path().join(variable), b"caf\xe9").unwrap();
    }
    let report = Presence::loader().secrets_dir(directory.path()).load().unwrap_err();
    assert_eq!(kinds(&report), VARIABLES.map(|variable| (variable, Kind::NotUnicode)));
}

#[test]
fn allow_empty_keeps_the_text() {
    #[derive(Debug, Config)]
    struct Texts {
        #[config(allow_empty)]
        required: String,
        #[config(allow_empty)]
        secret: Secret<String>,
        #[config(allow_empty, default = "fallback")]
        defaulted: String,
        #[config(allow_empty)]
        optional: Option<String>,
    }
    for text in ["", " ", "\t\n"] {
        let pairs = ["REQUIRED", "SECRET", "DEFAULTED", "OPTIONAL"].map(|variable| (variable, text));
        let texts = Texts::from_pairs(pairs).unwrap();
        assert_eq!((texts.required.as_str(), texts.secret.expose_secret().as_str()), (text, text));
        assert_eq!((texts.defaulted.as_str(), texts.optional.as_deref()), (text, Some(text)));
    }
    let report = Texts::from_pairs::<&str, &str>([]).unwrap_err();
    assert_eq!(kinds(&report), [("REQUIRED", Kind::Missing), ("SECRET", Kind::Missing)]);
}

#[test]
fn nothing_falls_back_because_it_is_malformed() {
    let report = all_set_to("x");
    let expected =
        ["REQUIRED_NUMBER", "DEFAULTED_NUMBER", "OPTIONAL_NUMBER"].map(|variable| (variable, Kind::Invalid));
    assert_eq!(kinds(&report), expected);
}

#[test]
fn nothing_falls_back_to_an_earlier_source_because_it_is_malformed() {
    let [good, bad] =
        ["8080", "x"].map(|text| [("REQUIRED", "x"), ("REQUIRED_SECRET", "x"), ("REQUIRED_NUMBER", text)]);
    let problem = refused(Presence::loader().pairs(good).pairs(bad).load());
    assert_eq!((problem.variable(), problem.kind()), ("REQUIRED_NUMBER", Kind::Invalid));
}

#[test]
fn names_are_exact_and_case_sensitive() {
    #[derive(Debug, Config)]
    struct Name {
        db_password: Secret<String>,
    }
    for name in ["db_password", "Db_Password", "DB_PASSWORD ", " DB_PASSWORD", "DB-PASSWORD", "DBPASSWORD"] {
        let problem = refused(Name::from_pairs([(name, "x")]));
        assert_eq!((problem.variable(), problem.kind()), ("DB_PASSWORD", Kind::Missing), "{name:?}");
    }
    assert_eq!(Name::from_pairs([("DB_PASSWORD", "x")]).unwrap().db_password, Secret::from("x"));
}

#[test]
fn a_name_is_the_field_in_capitals_after_the_prefixes_of_its_parents() {
    #[derive(Debug, Config)]
    #[config(prefix = "APP_")]
    #[expect(dead_code, reason = "only its names are of interest")]
    struct Outer {
        log_level2: String,
        r#type: String,
        #[config(nested)]
        main_db: Inner,
        #[config(nested, prefix = "X_")]
        other: Inner,
        #[config(flatten)]
        flat: Inner,
    }
    #[derive(Debug, Config)]
    #[config(prefix = "DB_")]
    #[expect(dead_code, reason = "only its names are of interest")]
    struct Inner {
        host: String,
    }
    let report = Outer::from_pairs::<&str, &str>([]).unwrap_err();
    let names: Vec<_> =
        report.problems().iter().map(|problem| (problem.variable(), problem.path())).collect();
    let expected = [
        ("APP_LOG_LEVEL2", "log_level2"),
        ("APP_TYPE", "type"),
        ("APP_MAIN_DB_DB_HOST", "main_db.host"),
        ("APP_X_DB_HOST", "other.host"),
        ("APP_DB_HOST", "flat.host"),
    ];
    assert_eq!(names, expected);
}
