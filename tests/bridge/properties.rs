//! What holds for every text.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

#[path = "values/process.rs"]
mod process;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    net::{IpAddr, SocketAddr},
    num::NonZero,
    path::PathBuf,
    time::Duration,
};

use figment::{
    Figment,
    providers::{Format, Toml},
};
use proptest::{collection::vec, prelude::*, sample::select};
use secrets_config::{Config, Loader, Secret};
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

/// A text that is kept whatever it is.
#[derive(Config)]
struct Carrier {
    #[config(allow_empty, allow_placeholder)]
    text: Secret<String>,
}

fn loaded(loader: Loader<Carrier>) -> String {
    loader.load().unwrap().text.expose_secret().clone()
}

/// Pieces that mean something to one parser or another.
const PIECES: &[&str] = &[
    "a",
    "A",
    "1",
    "0",
    "-",
    "+",
    ".",
    "e",
    "_",
    "=",
    ",",
    ";",
    ":",
    "/",
    "//",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "'",
    "\"",
    "\\",
    "\\n",
    "\\u",
    "$",
    "${",
    "$A",
    "}",
    "{",
    "[",
    "]",
    "{{",
    "#",
    " #",
    "%",
    "export ",
    "ms",
    "s",
    "h",
    "null",
    "true",
    "nan",
    "inf",
    "99999999999",
    "://",
    "http",
    "changeme",
    "\u{feff}",
    "\u{a0}",
    "é",
    "e\u{301}",
    "\u{1f600}",
    "\u{7f}",
    "\u{1b}[31m",
    "\u{202e}",
    "hunter2",
];

/// Texts without NUL: of any characters, and of such pieces.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["(?s)[^\0]{0,40}", vec(select(PIECES), 0..16).prop_map(|pieces| pieces.concat())]
}

/// Writes a text in double quotes as `.env` has them.
fn dotenv_quoted(text: &str) -> String {
    let escaped = text.chars().fold(String::new(), |escaped, character| match character {
        '\n' => escaped + "\\n",
        '\r' => escaped + "\\r",
        '\t' => escaped + "\\t",
        '"' | '\\' | '$' => escaped + "\\" + character.encode_utf8(&mut [0; 4]),
        _ => escaped + character.encode_utf8(&mut [0; 4]),
    });
    format!("\"{escaped}\"")
}

/// Writes a text as a string of TOML, which is one of JSON but for DEL.
fn toml_quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap().replace('\u{7f}', "\\u007f")
}

proptest! {
    #[test]
    fn pairs_carry_any_text(text in text()) {
        prop_assert_eq!(loaded(Carrier::loader().pairs([("TEXT", &text)])), text);
    }

    /// Of the texts of several lines, a file cannot carry the one that only ends in a line break.
    #[test]
    fn a_file_carries_any_text_that_does_not_end_in_its_only_line_break(text in text()) {
        prop_assume!(text.find('\n').is_none_or(|first| first + 1 < text.len()));
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("text");
        fs::write(&path, &text).unwrap();
        prop_assert_eq!(&loaded(Carrier::loader().pairs([("TEXT_FILE", path.to_str().unwrap())])), &text);
        prop_assert_eq!(&loaded(Carrier::loader().secrets_dir(directory.path())), &text);
    }

    #[test]
    fn a_file_of_one_line_loses_its_line_break_and_nothing_else(text in text(), end in select(&["\n", "\r\n"])) {
        prop_assume!(!text.contains('\n') && !text.ends_with('\r'));
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("TEXT"), format!("{text}{end}")).unwrap();
        prop_assert_eq!(loaded(Carrier::loader().secrets_dir(directory.path())), text);
    }

    #[test]
    fn a_figment_carries_any_text(text in text()) {
        let toml = format!("text = {}", toml_quoted(&text));
        prop_assert_eq!(loaded(Carrier::loader().figment(Figment::from(Toml::string(&toml)))), text);
    }

    #[test]
    fn no_toml_panics(text in text()) {
        let figment = Figment::from(Toml::string(&text));
        if let Err(report) = Carrier::loader().figment(figment).load() {
            prop_assert!(!report.problems().is_empty());
        }
    }
}

#[test]
fn a_dotenv_file_carries_any_text() {
    process::run::<&str, &str>("a_dotenv_file_carries_any_text", [], || {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("dev.env");
        proptest!(|(text in text())| {
            fs::write(&path, format!("BEFORE=x\nTEXT={} # comment\nAFTER=x\n", dotenv_quoted(&text))).unwrap();
            prop_assert_eq!(&loaded(Carrier::loader().dotenv(&path)), &text);
            prop_assert_eq!(&loaded(Carrier::loader().dotenv_expanded(&path)), &text);
        });
    });
}

#[test]
fn no_dotenv_file_panics() {
    process::run::<&str, &str>("no_dotenv_file_panics", [], || {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("dev.env");
        proptest!(|(lines in vec(text(), 1..4), bytes in any::<Option<Vec<u8>>>())| {
            let content = bytes.unwrap_or_else(|| format!("TEXT={}", lines.join("\nTEXT=")).into_bytes());
            fs::write(&path, content).unwrap();
            for loader in [Carrier::loader().dotenv(&path), Carrier::loader().dotenv_expanded(&path)] {
                if let Err(report) = loader.load() {
                    prop_assert!(!report.problems().is_empty());
                }
            }
        });
    });
}

/// As many texts as one process is started for.
#[derive(Config)]
struct Carriers {
    #[config(nested)]
    t0: Carrier,
    #[config(nested)]
    t1: Carrier,
    #[config(nested)]
    t2: Carrier,
    #[config(nested)]
    t3: Carrier,
}

#[test]
fn the_environment_carries_any_text() {
    const NAMES: [&str; 4] = ["T0_TEXT", "T1_TEXT", "T2_TEXT", "T3_TEXT"];
    let answer = |texts: &[String]| {
        let variables = NAMES.iter().zip(texts);
        process::run("the_environment_carries_any_text", variables, || {
            let Carriers { t0, t1, t2, t3 } = Carriers::load().unwrap();
            let texts = [t0, t1, t2, t3].map(|carrier| carrier.text.expose_secret().clone());
            eprint!("{}", serde_json::to_string(&texts).unwrap());
        })
    };
    // In the process that is started for it, the texts are set already.
    let Some(output) = answer(&NAMES.map(str::to_owned)) else { return };
    assert_eq!(serde_json::from_slice::<Vec<String>>(&output.stderr).unwrap(), NAMES);
    proptest!(ProptestConfig::with_cases(64), |(texts in vec(text(), NAMES.len()))| {
        let output = answer(&texts).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Vec<String>>(&output.stderr).unwrap(), texts);
    });
}

#[derive(Debug, Deserialize)]
enum Mode {
    On,
    Off,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "only whether it can be read is of interest")]
struct Upstream {
    host: String,
    weights: BTreeMap<String, f64>,
}

/// A field of every kind there is.
#[derive(Debug, Config)]
#[expect(dead_code, reason = "only whether it can be read is of interest")]
struct Everything {
    string: Option<String>,
    boolean: Option<bool>,
    int8: Option<i8>,
    uint8: Option<u8>,
    int64: Option<i64>,
    int128: Option<i128>,
    uint128: Option<u128>,
    float32: Option<f32>,
    float64: Option<f64>,
    character: Option<char>,
    non_zero: Option<NonZero<u16>>,
    duration: Option<Duration>,
    mode: Option<Mode>,
    url: Option<Url>,
    uuid: Option<Uuid>,
    ip: Option<IpAddr>,
    socket: Option<SocketAddr>,
    path: Option<PathBuf>,
    list: Option<Vec<String>>,
    numbers: Option<Vec<i32>>,
    durations: Option<Vec<Duration>>,
    urls: Option<Vec<Url>>,
    nested_list: Option<Vec<Vec<u8>>>,
    set: Option<BTreeSet<u16>>,
    array: Option<[u8; 3]>,
    tuple: Option<(String, u16)>,
    map: Option<BTreeMap<String, String>>,
    numbered: Option<BTreeMap<u8, Duration>>,
    #[config(delimiter = "::")]
    delimited: Option<Vec<String>>,
    #[config(json)]
    json: Option<Vec<Upstream>>,
    #[config(encoding = "base64")]
    base64: Option<Vec<u8>>,
    #[config(encoding = "base64url")]
    base64url: Option<Vec<u8>>,
    #[config(encoding = "hex")]
    hex: Option<[u8; 4]>,
    #[config(parse = refuse)]
    parsed: Option<u8>,
    #[validate(length(min = 3, max = 5), contains = "a", email)]
    ruled: Option<String>,
}

/// A secret of every kind there is.
#[derive(Debug, Config)]
#[expect(dead_code, reason = "only whether it can be read is of interest")]
struct Secrets {
    #[validate(length(min = 500), custom(function = judge))]
    string: Secret<String>,
    boolean: Secret<bool>,
    number: Secret<u64>,
    float: Secret<f64>,
    character: Secret<char>,
    list: Vec<Secret<u8>>,
    numbers: Secret<Vec<u8>>,
    #[config(json)]
    json: Secret<Vec<u32>>,
    #[config(encoding = "base64")]
    base64: Secret<Vec<u8>>,
    #[config(encoding = "hex")]
    hex: Secret<Vec<u8>>,
    #[config(parse = refuse)]
    parsed: Secret<u8>,
}

fn refuse(text: &str) -> Result<u8, String> {
    Err(format!("`{text}` is refused"))
}

fn judge(secret: &Secret<String>) -> Result<(), String> {
    Err(format!("`{}` is refused", secret.expose_secret()))
}

/// Pairs that set every variable of `T` to `text`.
fn all_set_to<T: Config>(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    T::SCHEMA.for_each_field(&mut |variable, _| pairs.push((variable.to_owned(), text.to_owned())));
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn no_text_panics_as_any_type(text in text()) {
        if let Err(report) = Everything::from_pairs(all_set_to::<Everything>(&text)) {
            for problem in report.problems() {
                let found = problem.found().unwrap_or_default().chars().count();
                prop_assert!(found <= 40 * "\\u{10ffff}".len() + "\"…\"".chars().count(), "{}", problem);
                prop_assert!(!problem.to_string().contains(['\n', '\u{1b}']), "{:?}", problem);
            }
        }
    }

    #[test]
    fn no_report_shows_a_secret(before in text(), after in text()) {
        let text = format!("{before}hunter2-canary{after}");
        let report = Secrets::from_pairs(all_set_to::<Secrets>(&text)).unwrap_err();
        let json = serde_json::to_string(&report).unwrap();
        for form in [report.to_string(), format!("{report:?} {report:#?}"), json] {
            prop_assert!(!form.contains("hunter2"), "{}", form);
        }
    }
}
