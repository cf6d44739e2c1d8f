//! Where from: a file that holds one value.

use std::fs;

use secrets_config::{Config, Kind, Origin, Problem, Secret};

use super::{only, refused};

/// A directory to make files in, removed with all of them.
pub(crate) struct Files(pub(crate) tempfile::TempDir);

impl Files {
    pub(crate) fn new<const N: usize>(files: [(&str, &str); N]) -> Self {
        let new = Self(tempfile::tempdir().unwrap());
        for (path, content) in files {
            let path = new.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        new
    }

    pub(crate) fn path(&self, path: &str) -> String {
        self.0.path().join(path).to_str().unwrap().to_owned()
    }
}

#[derive(Debug, Config)]
pub(crate) struct Login {
    pub(crate) db_password: Secret<String>,
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

/// Loads the password from `content`, once through `NAME_FILE` and once from a directory.
fn load_content(content: &[u8]) -> [Result<String, Box<Problem>>; 2] {
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
            Err(Box::new(problem))
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
    for (path, hint) in [("absent", "there is no such file"), ("folder", "it is a directory")] {
        let path = files.path(path);
        let problem = refused(Login::from_pairs([("DB_PASSWORD_FILE", &path)]));
        assert_eq!((problem.variable(), problem.kind()), ("DB_PASSWORD", Kind::File));
        assert_eq!(problem.origin(), format!("file {path} (DB_PASSWORD_FILE)"));
        assert_eq!(problem.hint(), Some(hint));
    }
}
