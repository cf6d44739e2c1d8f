//! Which text is which value: a single one.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZero,
    path::PathBuf,
    time::Duration,
};

use secrets_config::{Config, Kind, Secret};
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

use super::{Refusal, assert_reads, assert_refuses, read};

fn invalid(expected: &str) -> Refusal<'_> {
    Refusal { kind: Kind::Invalid, expected, hint: None }
}

#[test]
fn row_string() {
    let texts = [
        "0012345",
        " padded ",
        "\"quoted\"",
        "'quoted'",
        "a,b,",
        "a=b#c",
        "1e5",
        "TRUE",
        "null",
        "[x]",
        "{\"a\": 1}",
        "${HOME}x",
        "line\nline\r\n",
        "päss\u{301} \u{1f511}",
        "\u{feff}\u{7f}\u{1b}[31m",
    ];
    for text in texts {
        assert_eq!(read::<String>(text).unwrap(), text);
        assert_eq!(read::<Secret<String>>(text).unwrap().expose_secret(), text);
    }
}

#[test]
fn row_scalars_ignore_surrounding_ascii_whitespace() {
    for (before, after) in [(" ", " "), ("", "\n"), ("\t", "\r\n")] {
        let around = |text: &str| format!("{before}{text}{after}");
        assert!(read::<bool>(&around("true")).unwrap());
        assert_eq!(read::<i8>(&around("-1")).unwrap(), -1);
        assert_eq!(read::<f32>(&around("0.5")).unwrap(), 0.5);
        assert_eq!(read::<Duration>(&around("2s")).unwrap(), Duration::from_secs(2));
        assert_eq!(read::<Mode>(&around("read-only")).unwrap(), Mode::ReadOnly);
        assert_eq!(read::<Url>(&around("https://example.com")).unwrap().as_str(), "https://example.com/");
    }
    let other_blanks = ["\u{a0}1", "1\u{2003}", "\u{feff}1"];
    assert_refuses::<u8>(invalid("a whole number from 0 to 255"), &other_blanks);
}

#[test]
fn row_other_scalars_ignore_surrounding_ascii_whitespace() {
    for (before, after) in [(" ", " "), ("", "\n"), ("\t", "\r\n")] {
        let around = |text: &str| format!("{before}{text}{after}");
        assert_eq!(read::<NonZero<u8>>(&around("7")).unwrap().get(), 7);
        assert_eq!(read::<IpAddr>(&around("::1")).unwrap(), Ipv6Addr::LOCALHOST);
        assert_eq!(read::<SocketAddr>(&around("127.0.0.1:80")).unwrap().port(), 80);
        assert_eq!(
            read::<Uuid>(&around("67e55044-10b1-426f-9247-bb680e5fe0c8")).unwrap().get_version_num(),
            4
        );
    }
}

#[test]
fn row_bool() {
    let accepted =
        |flag, texts: &[&'static str]| texts.iter().map(move |text| (*text, flag)).collect::<Vec<_>>();
    assert_reads(accepted(
        true,
        &["true", "t", "yes", "y", "on", "1", "TRUE", "True", "T", "YES", "Y", "On"],
    ));
    assert_reads(accepted(
        false,
        &["false", "f", "no", "n", "off", "0", "FALSE", "False", "F", "NO", "N", "Off"],
    ));
    assert_refuses::<bool>(
        invalid("true or false (or yes/no, on/off, 1/0)"),
        &["enabled", "disabled", "2", "-1", "00", "tru", "yes!", "\"true\"", "null", "ｔｒｕｅ"],
    );
}

#[test]
fn row_integers() {
    assert_reads::<u8>([("0", 0), ("255", 255), ("+5", 5), ("007", 7)]);
    assert_reads::<i8>([("-128", -128), ("127", 127), ("+5", 5), ("-0", 0)]);
    assert_reads::<u64>([("9007199254740993", 9_007_199_254_740_993), ("18446744073709551615", u64::MAX)]);
    assert_reads::<i128>([("-170141183460469231731687303715884105728", i128::MIN)]);
    assert_reads::<usize>([("12", 12)]);

    let from_0_to_255 = "a whole number from 0 to 255";
    assert_refuses::<u8>(
        invalid(from_0_to_255),
        &["0x10", "0b1", "1_000", "1,000", "3.0", "1e2", "42abc", "- 1", "--1", "+", "-", "٤٢", "1 2"],
    );
    let out_of_range = Refusal { kind: Kind::OutOfRange, expected: from_0_to_255, hint: None };
    assert_refuses::<u8>(out_of_range, &["256", "-1", "99999999999999999999999999999999999999999999"]);
    let expected = "a whole number from -128 to 127";
    assert_refuses::<i8>(Refusal { expected, ..out_of_range }, &["128", "-129"]);
    let expected = "a whole number from 0 to 18446744073709551615";
    assert_refuses::<u64>(Refusal { expected, ..out_of_range }, &["18446744073709551616"]);
}

#[test]
fn row_floats() {
    assert_reads::<f64>([
        ("1", 1.0),
        ("-0.5", -0.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("+2.5E-1", 0.25),
    ]);
    assert_refuses::<f64>(
        invalid("a number"),
        &["nan", "NaN", "-nan", "inf", "-inf", "+Infinity", "1e999", "1,5", "1_000.0", "0x1p3", "5%"],
    );
}

#[test]
fn row_duration() {
    let (ms, minute) = (Duration::from_millis(1), Duration::from_secs(60));
    assert_reads([
        ("500ms", 500 * ms),
        ("30s", minute / 2),
        ("1h 30m", 90 * minute),
        ("1h30m", 90 * minute),
        ("2d", 2 * 24 * 60 * minute),
        ("1us", ms / 1000),
        ("0", Duration::ZERO),
        ("0s", Duration::ZERO),
    ]);
    let refused = invalid("a time with its unit, such as 500ms, 30s or 1h 30m");
    let needs_a_unit = Refusal { hint: Some("the number needs a unit"), ..refused };
    assert_refuses::<Duration>(needs_a_unit, &["5", "1.5", "3600", "00"]);
    assert_refuses::<Duration>(refused, &["-5s", "-5", "15:00", "s", "5 parsecs", "PT5S", "1h-30m"]);
    assert_refuses::<Duration>(refused, &["99999999999999999999s", "18446744073709551615y"]);
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    ReadOnly,
    #[serde(alias = "rw")]
    ReadWrite,
    #[serde(rename = "OFF")]
    Closed,
}

#[test]
fn row_enum() {
    assert_reads([("read-only", Mode::ReadOnly), ("read-write", Mode::ReadWrite), ("rw", Mode::ReadWrite)]);
    assert_reads([("OFF", Mode::Closed)]);
    let refused = invalid("one of read-only, read-write, rw, OFF");
    assert_refuses::<Mode>(refused, &["append", "0", "null", "read only write"]);
    let near = Refusal { hint: Some("did you mean read-only?"), ..refused };
    assert_refuses::<Mode>(near, &["read-onyl", "READ-ONLY", "read_only", "ReadOnly"]);
}

#[test]
fn row_enum_that_derives_config() {
    #[derive(Debug, PartialEq, Config)]
    #[config(tag = "STORE")]
    enum Store {
        Memory,
        LocalDisk,
    }
    assert_eq!(Store::from_pairs([("STORE", " local-disk\n")]).unwrap(), Store::LocalDisk);
    for (text, hint) in [("locla-disk", Some("did you mean local-disk?")), ("s3", None)] {
        let problem = super::refused(Store::from_pairs([("STORE", text)]));
        assert_eq!((problem.kind(), problem.expected()), (Kind::Invalid, "one of memory, local-disk"));
        assert_eq!(problem.hint(), hint);
    }
}

#[test]
fn row_url() {
    for text in
        ["https://example.com/a?b=c#d", "postgres://u:p@db:5432/app", "redis://[::1]:6379", "http://h"]
    {
        assert_eq!(read::<Url>(text).unwrap(), Url::parse(text).unwrap());
    }
    let refused = invalid("a URL with its scheme and host, such as https://example.com");
    let no_scheme =
        Refusal { hint: Some("a scheme is missing: https://, postgres:// or the like"), ..refused };
    assert_refuses::<Url>(
        no_scheme,
        &["localhost:3000", "example.com", "127.0.0.1:80", "mailto:a@b.c", "/path"],
    );
    assert_refuses::<Url>(refused, &["://host", "https://"]);
    for text in ["http://host:99999", "http://[::1", "http:// /"] {
        assert_eq!(read::<Url>(text).unwrap_err().kind(), Kind::Invalid, "{text:?}");
    }
}

#[test]
fn row_char() {
    assert_reads([("a", 'a'), ("ß", 'ß'), (",", ','), ("\u{1f511}", '\u{1f511}')]);
    assert_refuses::<char>(invalid("a single character"), &["ab", "e\u{301}", "''"]);
}

#[test]
fn row_addresses() {
    assert_reads::<IpAddr>([("127.0.0.1", Ipv4Addr::LOCALHOST.into()), ("::1", Ipv6Addr::LOCALHOST.into())]);
    assert_reads::<SocketAddr>([("[::1]:80", (Ipv6Addr::LOCALHOST, 80).into())]);
    for text in ["localhost", "127.0.0.1:80", "127.0.0.01", "256.0.0.1"] {
        assert_eq!(read::<IpAddr>(text).unwrap_err().kind(), Kind::Invalid, "{text:?}");
    }
    for text in ["127.0.0.1", "::1:80", "127.0.0.1:65536", "localhost:80"] {
        assert_eq!(read::<SocketAddr>(text).unwrap_err().kind(), Kind::Invalid, "{text:?}");
    }
}

#[test]
fn row_path() {
    assert_reads::<PathBuf>([
        ("/run/secrets", "/run/secrets".into()),
        ("a b, c", "a b, c".into()),
        (".", ".".into()),
    ]);
}

#[test]
fn row_non_zero() {
    assert_reads([("1", NonZero::<u8>::MIN), ("255", NonZero::<u8>::MAX)]);
    assert_eq!(read::<NonZero<u8>>("0").unwrap_err().kind(), Kind::Invalid);
    assert_eq!(read::<NonZero<u8>>("256").unwrap_err().kind(), Kind::OutOfRange);
}

#[test]
fn row_uuid() {
    let text = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    assert_reads([(text, Uuid::parse_str(text).unwrap())]);
    for text in ["67e55044", "67e55044-10b1-426f-9247-bb680e5fe0cg"] {
        assert_eq!(read::<Uuid>(text).unwrap_err().kind(), Kind::Invalid, "{text:?}");
    }
}
