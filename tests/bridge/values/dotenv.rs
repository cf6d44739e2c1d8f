//! `.env` files. Each test has a process of its own, for such a file is refused where the environment says production.

use std::fs;

use secrets_config::{Config, Kind, Loader, Origin};

use super::process;

#[derive(Debug, Config)]
struct Settings {
    #[config(allow_empty)]
    a: String,
    b: Option<String>,
}

/// Writes `text` to a file, loads the settings from it and gives them to `check`, with the path of the file.
fn with_file<T>(text: &[u8], load: impl FnOnce(Loader<Settings>, &str) -> T) -> T {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dev.env");
    fs::write(&path, text).unwrap();
    load(Settings::loader(), path.to_str().unwrap())
}

/// What `A` is in such a file.
fn a(text: &str) -> String {
    with_file(text.as_bytes(), |loader, path| loader.dotenv(path).load()).unwrap().a
}

fn alone(test: &str, body: impl FnOnce()) {
    process::run::<&str, &str>(&format!("dotenv::{test}"), [], body);
}

#[test]
fn dotenv() {
    alone("dotenv", || {
        for (text, expected) in [
            ("A=value", "value"),
            ("A = value \t", "value"),
            ("export A=value\n", "value"),
            ("# comment\n\n  # another\nA=value\n", "value"),
            ("A=\r\n", ""),
            ("A=value # comment", "value"),
            ("A=b#c", "b#c"),
            ("A=#c", "#c"),
            ("A='b # c'", "b # c"),
            (r"A='\n${X}\'", r"\n${X}\"),
            (r#"A="\n\r\t\"\\\$""#, "\n\r\t\"\\$"),
            ("A='one\ntwo'", "one\ntwo"),
            ("A=\"one\ntwo\n\" # comment\nB=b", "one\ntwo\n"),
            ("A=0012 345", "0012 345"),
            ("A=a=b==", "a=b=="),
            ("\u{feff}A=value", "value"),
        ] {
            assert_eq!(a(text), expected, "{text:?}");
        }
    });
}

#[test]
fn dotenv_expands_nothing_unless_asked() {
    let text = b"B=b\nA=\"<$B>\"";
    process::run("dotenv::dotenv_expands_nothing_unless_asked", [("C", "c")], || {
        let settings = with_file(text, |loader, path| loader.dotenv(path).load()).unwrap();
        assert_eq!(settings.a, "<$B>");
        let settings = with_file(text, |loader, path| loader.dotenv_expanded(path).load()).unwrap();
        assert_eq!(settings.a, "<b>");
        let settings = with_file(b"A=${C}\\$C", |loader, path| loader.dotenv_expanded(path).load()).unwrap();
        assert_eq!(settings.a, "c$C", "the process environment is asked too");
    });
}

#[test]
fn dotenv_tells_the_line_of_a_value() {
    alone("dotenv_tells_the_line_of_a_value", || {
        with_file(b"# comment\nA='\n'\nB=b", |loader, path| {
            let loaded = loader.dotenv(path).load_with_origins().unwrap();
            let origin = |line| Origin::Dotenv { path: path.into(), line };
            let origins: Vec<_> = loaded.provided().iter().map(|provided| provided.origin.clone()).collect();
            assert_eq!(origins, [origin(2), origin(4)]);
            assert_eq!((loaded.a.as_str(), loaded.b.as_deref()), ("\n", Some("b")));
        });
    });
}

#[test]
fn dotenv_refuses_a_bad_line_with_its_number() {
    alone("dotenv_refuses_a_bad_line_with_its_number", || {
        for (text, variable, line) in [
            ("A=1\n\nA=1", Some("A"), 3),
            ("A=1\nhunter2", None, 2),
            ("A='hunter2", Some("A"), 1),
            ("B=b\nA=\"hunter2\nB=c", Some("A"), 2),
            ("A=1\nhunter 2=1", None, 2),
            ("A='hunter2' x", Some("A"), 1),
            ("A=\"hunter2\\x\"", Some("A"), 1),
        ] {
            with_file(text.as_bytes(), |loader, path| {
                let report = loader.dotenv(path).load().unwrap_err();
                let place = format!("{path}:{line}");
                let problem = &report.problems()[0];
                assert_eq!((problem.origin(), problem.kind()), (place.as_str(), Kind::Invalid), "{text:?}");
                assert_eq!(problem.variable(), variable.unwrap_or(&place), "{text:?}");
                assert!(!format!("{report} {report:?}").contains("hunter"), "{report}");
            });
        }
    });
}

#[test]
fn dotenv_tells_every_bad_line() {
    alone("dotenv_tells_every_bad_line", || {
        with_file(b"nothing\nA=1\nA=2\nB='", |loader, path| {
            let report = loader.dotenv(path).load().unwrap_err();
            let (lines, missing): (Vec<_>, Vec<_>) =
                report.problems().iter().partition(|problem| problem.kind() == Kind::Invalid);
            let lines: Vec<_> =
                lines.iter().filter_map(|problem| problem.origin().strip_prefix(path)).collect();
            assert_eq!(lines, [":1", ":3", ":4"]);
            assert!(
                missing.iter().all(|problem| problem.origin() == format!("{path} (not usable)")),
                "{report}"
            );
        });
    });
}

#[test]
fn dotenv_that_is_not_utf8() {
    alone("dotenv_that_is_not_utf8", || {
        with_file(b"A=\xff", |loader, path| {
            let report = loader.dotenv(path).load().unwrap_err();
            assert_eq!(
                (report.problems()[0].variable(), report.problems()[0].kind()),
                (path, Kind::NotUnicode)
            );
        });
    });
}

#[test]
fn dotenv_that_is_not_there_holds_nothing() {
    alone("dotenv_that_is_not_there_holds_nothing", || {
        let settings = Settings::loader().dotenv("no/such/.env").pairs([("A", "a")]).load().unwrap();
        assert_eq!(settings.a, "a");
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is looked whether they are set")]
fn dotenv_never_writes_to_the_process_environment() {
    alone("dotenv_never_writes_to_the_process_environment", || {
        let settings =
            with_file(b"A=a\nexport B=$A", |loader, path| loader.dotenv_expanded(path).load()).unwrap();
        assert_eq!((settings.a.as_str(), settings.b.as_deref()), ("a", Some("a")));
        assert_eq!((std::env::var_os("A"), std::env::var_os("B")), (None, None));
    });
}
