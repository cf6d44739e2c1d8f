//! The doors of `secrets-config-core`, which `secrets-config` opens.

use std::{
    error::Error as _,
    fmt::Debug,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::Command,
};

use canary_tests::{Canary, Seen};
use figment::{
    Figment,
    providers::{Format as _, Toml},
};
use secrecy::{SecretBox, SecretString};
use secrets_config::{Config, DbCredentials, Loaded, Loader, Report, Secret, SecretSource, rotating};

use crate::{
    Exempt, Row,
    settings::{Bad, Good},
};

pub(crate) const ROWS: &[Row] = &[
    Row {
        name: "a secret by itself",
        doors: &["Secret", "Secret::new", "Secret::expose_secret", "Secret: Debug", "Secret: Serialize"],
        walk: secret,
    },
    Row {
        name: "good settings, from every source",
        doors: &[
            "Config::from_pairs",
            "Config::loader",
            "Loaded",
            "Loaded: Debug",
            "Loaded::into_inner",
            "Loaded::provided",
            "Loaded::warnings",
            "Loader",
            "Loader: Debug",
            "Loader::dotenv",
            "Loader::dotenv_expanded",
            "Loader::figment",
            "Loader::load",
            "Loader::load_with_origins",
            "Loader::pairs",
            "Loader::secrets_dir",
            "Origin",
            "Origin: Debug",
            "Origin: Display",
            "Provided",
            "Provided: Debug",
            "Warning",
            "Warning: Debug",
            "Warning: Display",
            "Warning::instead",
            "Warning::used",
        ],
        walk: good_settings,
    },
    Row {
        name: "settings in which everything is wrong, from every source",
        doors: &[
            "Coloured: Display",
            "Described: Display",
            "Painted: Display",
            "Problem",
            "Problem: Debug",
            "Problem: Display",
            "Problem: Serialize",
            "Problem::doc",
            "Problem::expected",
            "Problem::found",
            "Problem::hint",
            "Problem::is_secret",
            "Problem::kind",
            "Problem::origin",
            "Problem::path",
            "Problem::variable",
            "Report",
            "Report: Debug",
            "Report: Display",
            "Report: Error",
            "Report: Serialize",
            "Report::coloured",
            "Report::lines",
            "Report::problems",
        ],
        walk: bad_settings,
    },
    Row {
        name: "the process environment, and the end of the process",
        doors: &["Config::load", "Config::load_or_exit", "Loader::env", "Report::exit"],
        walk: environment,
    },
    Row {
        name: "a committed `.env.example` that holds a secret",
        doors: &[
            "Drift",
            "Drift: Debug",
            "Drift: Display",
            "Drift: Error",
            "Drift::updated",
            "EnvExample::check",
        ],
        walk: committed_document,
    },
    Row {
        name: "a secret that is read anew",
        doors: &[
            "SecretSource",
            "SecretSource: Debug",
            "SecretSource::file",
            "SecretSource::path",
            "SecretSource::read",
            "SourceError",
            "SourceError: Debug",
            "SourceError: Display",
            "SourceError: Error",
            "SourceError::path",
        ],
        walk: secret_source,
    },
    Row {
        name: "a login that changes",
        doors: &[
            "Current",
            "Current: Debug",
            "Current::hold",
            "DbCredentials",
            "DbCredentials: Debug",
            "DbCredentials::new",
            "DbCredentials::password",
            "DbCredentials::username",
            "Generation",
            "Generation: Debug",
            "Generation::number",
            "Publisher",
            "Publisher: Debug",
            "Publisher::generation",
            "Publisher::publish",
            "Retired",
            "Retired: Debug",
            "Rotating",
            "Rotating: Debug",
            "Rotating::changed",
            "Rotating::current",
            "Rotating::generation",
            "Rotating::mark_seen",
            "channel",
        ],
        walk: rotating_login,
    },
];

pub(crate) const EXEMPT: &[Exempt] = &[
    Exempt {
        why: "made of the struct's source alone, before any value is read",
        doors: &[
            "Alias",
            "Alias: Debug",
            "Alias::deprecated",
            "Alias::new",
            "Alias::preferred",
            "Config::deny_unknown",
            "FieldKind::convert",
            "Notes",
            "Plain::convert",
            "Takes",
            "Takes: Debug",
            "Written",
            "Written: Debug",
            "count_names",
            "describe",
            "Config::env_example",
            "Config::help",
            "Config::json_schema",
            "Config::markdown",
            "Encoding",
            "Encoding: Debug",
            "Entry",
            "Entry: Debug",
            "EnvExample",
            "EnvExample: Debug",
            "EnvExample: Display",
            "Fallback: Debug",
            "Fallback: Display",
            "Field",
            "Field: Debug",
            "Field::expected",
            "Field::has_default",
            "Field::is_secret",
            "Field::new",
            "Field::with_aliases",
            "Field::with_doc",
            "Field::with_empty",
            "Field::with_file",
            "Field::with_format",
            "Field::with_placeholder",
            "Field::with_presence",
            "Field::with_rules",
            "Field::with_secret",
            "Field::with_secret_items",
            "FieldKind",
            "FieldKind: Debug",
            "FieldKind::nothing",
            "Format",
            "Format: Debug",
            "Help",
            "Help: Debug",
            "Help::check",
            "Help: Display",
            "Json: Display",
            "Json: Serialize",
            "JsonSchema",
            "JsonSchema: Debug",
            "JsonSchema::check",
            "JsonSchema: Display",
            "JsonSchema: Serialize",
            "Markdown",
            "Markdown: Debug",
            "Markdown::check",
            "Markdown: Display",
            "Notes: Debug",
            "Plain::nothing",
            "Presence",
            "Presence: Debug",
            "Rule",
            "Rule: Debug",
            "Rule: Display",
            "Schema",
            "Schema: Debug",
            "Schema::field",
            "Schema::for_each_field",
            "Schema::new",
            "Schema::variant",
            "TextDefault::text_default",
            "Variant",
            "Variant: Debug",
            "Variant::new",
            "is_distinct",
        ],
    },
    Exempt { why: "a word of ours", doors: &["Kind", "Kind: Debug", "Kind: Display", "Kind::as_str"] },
    Exempt {
        why: "what the derive writes calls it: the rows of good and bad settings go through it",
        doors: &[
            "Config::read",
            "Contains::has",
            "IntoOptionalSecret::into_optional_secret",
            "encoded",
            "json",
            "one_of",
            "parsed",
            "plain",
            "Length::length",
            "Range::number",
            "Scope",
            "Scope: Debug",
            "Scope::broken",
            "Scope::crossed",
            "Scope::deny_unknown",
            "Scope::field",
            "Scope::judged",
            "Scope::needed",
            "Scope::nested",
            "contains",
            "does_not_contain",
            "length",
            "range",
        ],
    },
    Exempt {
        why: "seen inside of the crate alone, and holds paths, keys or places",
        doors: &["Directory: Debug", "Dotenv: Debug", "LineProblem: Debug"],
    },
    Exempt {
        why: "seen inside of the crate alone: what it says becomes a Problem or is dropped, as the bad settings show",
        doors: &["Error: Debug", "Error: Display", "Error: Error"],
    },
    Exempt {
        why: "tests/canary/process.rs looks at the process from another one",
        doors: &["Loader::scrub", "harden"],
    },
    Exempt { why: "the kernel's own error, of calls that are given numbers", doors: &["Error"] },
    Exempt { why: "steps and reasons inside of the crate", doors: &["Refusal: Debug", "Step: Debug"] },
    Exempt {
        why: "times, and that a new value is wanted",
        doors: &[
            "Generation::expires",
            "Generation::expiry",
            "Publisher::is_abandoned",
            "Publisher::publish_until",
            "Publisher::refresh_requests",
            "Publisher::set_expires",
            "RefreshRequests",
            "RefreshRequests: Debug",
            "RefreshRequests::next",
            "Request",
            "Request: Debug",
            "Requests: Debug",
            "Rotating::request_refresh",
            "Rotating::request_replacement",
            "Rotating::trouble",
            "Publisher::set_trouble",
            "Trouble",
            "Trouble: Debug",
            "Trouble::cause",
        ],
    },
    Exempt {
        why: "what the application's own function says of its failure is shown: it is asked for a secret, not given one",
        doors: &["SecretSource::function"],
    },
    Exempt { why: "an empty future: it tells that a value is released", doors: &["Retired::released"] },
    Exempt { why: "there for fuzzing alone", doors: &["dotenv", "duration", "list"] },
];

fn secret(canary: &Canary, seen: &mut Seen) {
    let secret = Secret::new(canary.text().to_owned());
    assert_eq!(secret.expose_secret(), canary.text());
    let boxed: SecretBox<String> = secret.clone().into();
    let secrecy: SecretString = secret.clone().into();
    let again = [Secret::from(boxed), Secret::from(secrecy), Secret::from(canary.text())];
    seen.debug("the secret", &secret);
    seen.json("the secret", &secret);
    seen.debug("secrets", &again);
    seen.debug("a tuple", &(Some(&secret), Box::new(&secret), Ok::<_, ()>(&secret)));
    seen.debug("bytes", &Secret::new(canary.text().as_bytes().to_vec()));
    let refused = serde_json::from_str::<Secret<u32>>(&serde_json::to_string(canary.text()).unwrap());
    // A number may be read, and is then no error.
    if let Err(error) = refused {
        seen.error("what a format says", &error);
    }
    seen.text("a panic", panic_of(|| assert_eq!(secret, Secret::from("another"))));
    seen.text("a panic", panic_of(|| unwrap(Err(&secret))));
}

/// The same secret under every name, for the settings that take any text.
fn good_pairs(canary: &Canary) -> Vec<(&'static str, String)> {
    let text = canary.text();
    let json = |key: &str| serde_json::json!({ key: text, "user": "u" }).to_string();
    vec![
        ("APP_PASSWORD", text.to_owned()),
        ("APP_OLD_TOKEN", text.to_owned()),
        ("APP_KEYS", format!("{text}\u{1}{text}")),
        ("APP_LOGIN", json("password")),
        ("APP_BLOB", json("text")),
        ("APP_CODE", text.to_owned()),
        ("APP_MAIL_PASSWORD", text.to_owned()),
    ]
}

fn good_settings(canary: &Canary, seen: &mut Seen) {
    let folder = tempfile::tempdir().unwrap();
    let pairs = good_pairs(canary);
    for (name, loader) in sources::<Good>(folder.path(), &pairs) {
        seen.debug(name, &loader);
        let loaded = loader.load_with_origins().unwrap_or_else(|report| panic!("{name}: {report}"));
        see_loaded(name, &loaded, seen);
        let settings = loaded.into_inner();
        assert_eq!(settings.password.expose_secret(), canary.text(), "{name}");
        if let Some(login) = &settings.login {
            assert_eq!(login.password.expose_secret(), canary.text(), "{name}");
        }
        seen.debug(name, &settings);
        seen.json(name, &settings);
    }
    for (name, loader) in sources::<Good>(folder.path(), &pairs) {
        seen.debug(name, &loader.load().unwrap());
    }
    seen.debug("from pairs", &Good::from_pairs(pairs).unwrap());
}

fn see_loaded(name: &str, loaded: &Loaded<Good>, seen: &mut Seen) {
    seen.debug(name, loaded);
    for provided in loaded.provided() {
        seen.debug(name, provided);
        seen.display(name, &provided.origin);
    }
    for warning in loaded.warnings() {
        seen.debug(name, warning);
        seen.display(name, warning);
        seen.text(name, format!("{} {}", warning.used(), warning.instead()));
    }
}

/// A loader for each source that can hold these pairs, and for all of them on top of each other.
fn sources<T: Config>(folder: &Path, pairs: &[(&'static str, String)]) -> Vec<(&'static str, Loader<T>)> {
    let dotenv = folder.join("app.env");
    let lines: Vec<_> = pairs.iter().map(|(name, text)| format!("{name}=\"{}\"", escaped(text))).collect();
    fs::write(&dotenv, lines.join("\n")).unwrap();
    let directory = folder.join("secrets");
    fs::create_dir_all(&directory).unwrap();
    let mut named = Vec::new();
    let mut figment = Figment::new();
    for (name, text) in pairs {
        let path = directory.join(name);
        fs::write(&path, text).unwrap();
        let takes_a_file =
            !["APP_KEYS", "APP_LOGIN", "APP_CODE", "APP_MAIL_PASSWORD", "APP_PORT"].contains(name);
        named.push(if takes_a_file && !name.ends_with("_FILE") {
            (format!("{name}_FILE"), path.to_str().unwrap().to_owned())
        } else {
            ((*name).to_owned(), text.clone())
        });
        figment = figment.join((name.trim_start_matches("APP_").to_lowercase().as_str(), text.clone()));
    }
    // A figment is asked by the fields' own names.
    let figment = figment.join(("mail.password", pairs[0].1.clone()));
    let named = || named.clone();
    vec![
        ("pairs", T::loader().pairs(pairs.iter().cloned())),
        (".env", T::loader().dotenv(&dotenv)),
        (".env, expanded", T::loader().dotenv_expanded(&dotenv)),
        ("a directory", T::loader().secrets_dir(&directory)),
        ("files that are named", T::loader().pairs(named())),
        ("a figment", T::loader().figment(figment.clone())),
        (
            "all",
            T::loader().figment(figment).dotenv(&dotenv).secrets_dir(&directory).pairs(pairs.iter().cloned()),
        ),
    ]
}

/// A value as it is written between double quotes in a `.env` file.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut line, character| {
        match character {
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            '"' | '\\' | '$' => line.extend(['\\', character]),
            _ => line.push(character),
        }
        line
    })
}

fn bad_settings(canary: &Canary, seen: &mut Seen) {
    let folder = tempfile::tempdir().unwrap();
    let text = canary.text();
    let json = serde_json::json!({ "user": text, "password": text, text: text }).to_string();
    let names = [
        "PASSWORD", "TOKEN", "PIN", "FLAG", "LETTER", "PINS", "PAIR", "BLOB", "HEX", "BASE64", "CODE",
        "LONG", "RULED", "EMAIL", "TWICE", "BOTH",
    ];
    let mut pairs: Vec<_> = names.map(|name| (name, text.to_owned())).into();
    pairs.extend([
        ("MAP", format!("{text}={text}")),
        ("LOGIN", json),
        ("OTHER", format!("{text}, but another")),
        ("BOTH_FILE", text.to_owned()),
        ("FILE_FILE", text.to_owned()),
        ("MISSIN", text.to_owned()),
        ("PORT", "eighty".to_owned()),
    ]);
    let pairs: Vec<_> = pairs
        .into_iter()
        .map(|(name, text)| (&*Box::leak(format!("APP_{name}").into_boxed_str()), text))
        .collect();
    let figment_knows = |name: &str| name != "a figment";
    for (name, loader) in sources::<Bad>(folder.path(), &pairs) {
        let report = loader.load().unwrap_err();
        see_report(name, &report, seen);
        assert!(report.problems().len() >= if figment_knows(name) { 12 } else { 10 }, "{name}: {report}");
        seen.text("a panic", panic_of(|| unwrap(Err(&report))));
    }
    malformed_sources(canary, folder.path(), seen);
}

/// Sources that cannot be used at all, with a secret in every corner.
fn malformed_sources(canary: &Canary, folder: &Path, seen: &mut Seen) {
    let text = canary.text();
    let path = folder.join("bad.env");
    for content in [
        format!("APP_PASSWORD={text}\n{text}\n"),
        format!("APP_PASSWORD=\"{text}"),
        format!("APP_PASSWORD='{text}' {text}\nAPP_PASSWORD={text}\n"),
        format!("APP_PASSWORD=\"{}\\q\"\n= {text}\n", escaped(text)),
        format!("{text}\r{text}"),
    ] {
        fs::write(&path, &content).unwrap();
        for loader in [Bad::loader().dotenv(&path), Bad::loader().dotenv_expanded(&path)] {
            see_report("a malformed .env", &loader.load().unwrap_err(), seen);
        }
    }
    let directory = folder.join("bad");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("APP_PASSWORD"), [text.as_bytes(), b"\xff"].concat()).unwrap();
    fs::write(directory.join("APP_TOKEN"), text.repeat(1 + (1 << 20) / text.len())).unwrap();
    for spelling in ["APP_LONG", "app-long"] {
        fs::write(directory.join(spelling), text).unwrap();
    }
    see_report("a malformed directory", &Bad::loader().secrets_dir(&directory).load().unwrap_err(), seen);
    for content in [
        format!("password = \"{}\nport = 1", escaped(text)),
        format!("password = \"{}\" {}", escaped(text), escaped(text)),
        format!("[{text}]\npassword = [1, 2]\npin = {{ a = 1 }}"),
    ] {
        let figment = Figment::from(Toml::string(&content));
        see_report("a malformed figment", &Bad::loader().figment(figment).load().unwrap_err(), seen);
    }
}

fn see_report(name: &str, report: &Report, seen: &mut Seen) {
    seen.error(name, report);
    assert!(report.source().is_none());
    seen.display(name, &report.coloured());
    seen.json(name, report);
    seen.text(name, report.lines().collect::<String>());
    for problem in report.problems() {
        seen.debug(name, problem);
        seen.display(name, problem);
        seen.json(name, problem);
        let parts = [problem.variable(), problem.path(), problem.origin(), problem.expected(), problem.doc()];
        seen.text(name, parts.join("\n"));
        seen.text(name, format!("{:?} {:?} {:?}", problem.found(), problem.hint(), problem.kind()));
        assert!(problem.found().is_none() || !problem.is_secret(), "{name}: {problem}");
    }
}

fn environment(canary: &Canary, seen: &mut Seen) {
    for (action, pairs, status) in [
        ("load", good_pairs(canary), 0),
        ("load", vec![("APP_PASSWORD", canary.text().to_owned()), ("APP_PIN", canary.text().to_owned())], 78),
        ("load", vec![("APP_PASSWORD_FILE", canary.text().to_owned())], 78),
        ("panic", good_pairs(canary), 101),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_canary"))
            .arg(action)
            .env("RUST_BACKTRACE", "full")
            .envs(pairs)
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert_eq!(output.status.code(), Some(status), "{said}");
        seen.text(action, said);
    }
}

fn committed_document(canary: &Canary, seen: &mut Seen) {
    let text = canary.text();
    for committed in
        [format!("APP_PASSWORD={text}"), format!("APP_OLD_TOKEN=\"{}\" # {text}\n", escaped(text))]
    {
        let drift = Good::env_example().check(&committed).unwrap_err();
        seen.error("a drift", &drift);
        seen.text("a drift", drift.updated());
    }
}

fn secret_source(canary: &Canary, seen: &mut Seen) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let fixed = SecretSource::from(Secret::from(canary.text()));
    seen.debug("a fixed source", &fixed);
    seen.debug("what it gives", &runtime.block_on(fixed.read()));
    let file = SecretSource::file(&path);
    seen.debug("a file", &(&file, file.path()));
    let contents =
        [canary.text().as_bytes().to_vec(), [canary.text().as_bytes(), b"\xff"].concat(), b" ".to_vec()];
    for content in contents {
        fs::write(&path, content).unwrap();
        match runtime.block_on(file.read()) {
            Ok(secret) => seen.debug("what is in it", &secret),
            Err(error) => {
                seen.error("why it gives nothing", &error);
                seen.debug("where", &error.path());
            }
        }
    }
}

fn rotating_login(canary: &Canary, seen: &mut Seen) {
    let login = || DbCredentials::new("v-app", canary.text());
    seen.debug("a login", &login());
    seen.debug("its password", login().password());
    seen.text("its user", login().username());
    let (mut publisher, mut rotating) = rotating::channel(login());
    seen.debug("a publisher", &publisher);
    seen.debug("a rotating login", &rotating);
    seen.debug("a look", &rotating.current());
    seen.debug("a generation", &rotating.current().hold());
    seen.debug("a retired one", &publisher.publish(login()));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let changed = runtime.block_on(rotating.changed()).unwrap();
    rotating.mark_seen(&changed);
    seen.debug("a change", &changed);
    assert_eq!((changed.number(), rotating.generation(), publisher.generation()), (2, 2, 2));
    assert_eq!(changed.password().expose_secret(), canary.text());
}

fn unwrap(result: Result<(), impl Debug>) {
    result.unwrap();
}

/// Returns what a panic carries.
fn panic_of(action: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(action)).expect_err("a panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => payload
            .downcast::<&str>()
            .map_or_else(|_| "another payload".to_owned(), |text| (*text).to_owned()),
    }
}
