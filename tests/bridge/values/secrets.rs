//! Secrets only: a text that stands for a secret is none.

use secrets_config::{Config, Kind, Secret};

use super::{kinds, refused};

#[derive(Debug, Config)]
#[expect(dead_code, reason = "only whether it is accepted is of interest")]
struct Settings {
    secret: Secret<String>,
    #[config(default = "x")]
    open: String,
    optional: Option<Secret<String>>,
    #[config(allow_placeholder)]
    fixture: Option<Secret<String>>,
    secrets: Option<Vec<Secret<String>>>,
}

const PLACEHOLDERS: [&str; 20] = [
    "changeme",
    "CHANGEME",
    "change-me",
    "Change-Me",
    "password",
    "Password",
    "secret",
    "SECRET",
    "todo",
    "TODO",
    "xxx",
    "XXXXXXXXXXXXXXXX",
    "<password>",
    "<your key>",
    "${DB_PASSWORD}",
    "{{ db.password }}",
    "your-api-key-here",
    "YOUR-TOKEN-HERE",
    "REPLACE_ME",
    "replace_me",
];

#[test]
fn placeholder() {
    for text in PLACEHOLDERS {
        let report = Settings::from_pairs([("SECRET", text), ("OPTIONAL", text)]).unwrap_err();
        let expected = [("SECRET", Kind::Placeholder), ("OPTIONAL", Kind::Placeholder)];
        assert_eq!(kinds(&report), expected, "{text:?}");
    }
}

#[test]
fn placeholder_allowed_on_the_field() {
    for text in PLACEHOLDERS {
        let settings = Settings::from_pairs([("SECRET", "x"), ("FIXTURE", text)]).unwrap();
        assert_eq!(settings.fixture.unwrap().expose_secret(), text);
    }
}

#[test]
fn placeholder_in_a_field_that_is_no_secret() {
    for text in PLACEHOLDERS {
        assert_eq!(Settings::from_pairs([("SECRET", "x"), ("OPEN", text)]).unwrap().open, text);
    }
}

#[test]
fn placeholder_among_the_secrets_of_a_list() {
    for text in ["changeme", "one,changeme", "changeme,two", r#"["changeme"]"#, r#"["one", "change\u006de"]"#]
    {
        let problem = refused(Settings::from_pairs([("SECRET", "x"), ("SECRETS", text)]));
        assert_eq!((problem.variable(), problem.kind()), ("SECRETS", Kind::Placeholder), "{text:?}");
    }
}

#[test]
fn what_only_looks_like_a_placeholder() {
    for text in
        ["password1", "mypassword", "xx", "xxy", "<a", "${A", "{A}", "your-key", "here", "todos", "secrets"]
    {
        assert_eq!(Settings::from_pairs([("SECRET", text)]).unwrap().secret, Secret::from(text));
    }
}
