//! Where from: other names, and the order of the sources.

use std::path::Path;

use secrets_config::{Config, Kind, Origin, Secret};

use super::{
    files::{Files, Login},
    refused,
};

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
fn aliases_that_are_preferred_win() {
    #[derive(Debug, Config)]
    struct Settings {
        #[config(preferred_alias = "NEW_REGION")]
        region: String,
    }
    let region = |pairs: &[(&str, &str)]| Settings::from_pairs(pairs.iter().copied()).unwrap().region;
    assert_eq!(region(&[("REGION", "us"), ("NEW_REGION", "ap")]), "ap");
    assert_eq!(region(&[("REGION", "us"), ("NEW_REGION", " ")]), "us");
    assert_eq!(region(&[("NEW_REGION", "ap")]), "ap");
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
