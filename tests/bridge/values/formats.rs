//! Which text is which value: where the field says how it is written.

use std::collections::BTreeMap;

use secrets_config::{Config, Kind, Secret};
use serde::Deserialize;
use zeroize::Zeroize;

use super::{CANARY, kinds, refused};

#[derive(Debug, Deserialize, PartialEq)]
struct Upstream {
    host: String,
    ports: Vec<u16>,
}

#[derive(Debug, Deserialize)]
struct Vault {
    keys: BTreeMap<String, u32>,
}

impl Zeroize for Vault {
    fn zeroize(&mut self) {
        self.keys.clear();
    }
}

#[test]
fn row_json() {
    #[derive(Debug, Config)]
    struct Settings {
        #[config(json)]
        upstreams: Vec<Upstream>,
    }
    let text = r#" [{"host": "a", "ports": [80, 443]}] "#;
    let settings = Settings::from_pairs([("UPSTREAMS", text)]).unwrap();
    assert_eq!(settings.upstreams, [Upstream { host: "a".to_owned(), ports: vec![80, 443] }]);

    for (text, path) in [
        (r#"[{"host": "a", "ports": [80, "hunter2"]}]"#, "[0].ports[1]"),
        (r#"[{"host": "a", "ports": []}, {"host": 5}]"#, "[1].host"),
        (r#"[{"host": "a", "ports": "hunter2"}]"#, "[0].ports"),
        (r#"[{"host": "a"}]"#, "[0]"),
    ] {
        let problem = refused(Settings::from_pairs([("UPSTREAMS", text)]));
        assert_eq!(problem.kind(), Kind::Invalid, "{text}");
        assert!(problem.expected().contains(&format!("(wrong at {path})")), "{path}: {problem}");
        assert!(!problem.expected().contains("hunter2") && problem.hint().is_none(), "{problem}");
    }
    for text in ["hunter2", "[{", "a=b", "[] []", "{\"host\": \"a\"}"] {
        let problem = refused(Settings::from_pairs([("UPSTREAMS", text)]));
        assert_eq!(problem.kind(), Kind::Invalid, "{text}");
        assert!(problem.expected().contains("JSON"), "{problem}");
    }
}

#[test]
fn row_json_of_a_secret() {
    #[derive(Debug, Config)]
    #[expect(dead_code, reason = "only what is wrong with it is of interest")]
    struct Settings {
        #[config(json)]
        vault: Secret<Vault>,
    }
    let texts = [
        format!(r#"{{"keys": {{"{CANARY}": "x"}}}}"#),
        format!(r#"{{"keys": {{"a": "{CANARY}"}}}}"#),
        format!(r#"{{"keys": "{CANARY}"}}"#),
        CANARY.to_owned(),
    ];
    for text in texts {
        let problem = refused(Settings::from_pairs([("VAULT", text.as_str())]));
        assert_eq!(problem.kind(), Kind::Invalid, "{text}");
        assert!(!format!("{problem} {problem:?}").contains("hunter2"), "{problem}");
    }
}

#[test]
fn row_bytes() {
    #[derive(Debug, Config)]
    struct Bytes {
        #[config(encoding = "base64")]
        base64: Vec<u8>,
        #[config(encoding = "base64url")]
        base64url: Secret<Vec<u8>>,
        #[config(encoding = "hex")]
        hex: [u8; 2],
    }
    let accepted: [([&str; 3], &[u8]); 5] = [
        (["++8=", "--8=", "fbef"], b"\xfb\xef"),
        (["++8", "--8", "FBEF"], b"\xfb\xef"),
        ([" ++8=\n", "\t--8=", " fbEF\r\n"], b"\xfb\xef"),
        (["//8=", "__8=", "ffff"], b"\xff\xff"),
        (["aGk=", "aGk", "6869"], b"hi"),
    ];
    for ([base64, base64url, hex], expected) in accepted {
        let pairs = [("BASE64", base64), ("BASE64URL", base64url), ("HEX", hex)];
        let bytes = Bytes::from_pairs(pairs).unwrap();
        assert_eq!(
            (bytes.base64.as_slice(), bytes.base64url.expose_secret().as_slice()),
            (expected, expected)
        );
        assert_eq!(bytes.hex, expected);
    }
    let refused = [
        ["--8=", "++8=", "fbe"],
        ["a", "a", "0xfb"],
        ["aGk==", "aGk==", "fb ef"],
        ["aG=k", "aG=k", "fbeg"],
        ["aG k", "aG\nk", "fbef00"],
        ["ü", "ü", "ü"],
    ];
    for [base64, base64url, hex] in refused {
        let pairs = [("BASE64", base64), ("BASE64URL", base64url), ("HEX", hex)];
        let report = Bytes::from_pairs(pairs).unwrap_err();
        let expected = ["BASE64", "BASE64URL", "HEX"].map(|variable| (variable, Kind::Invalid));
        assert_eq!(kinds(&report), expected, "{pairs:?}");
        let said: Vec<_> = report.problems().iter().map(|problem| problem.expected()).collect();
        assert_eq!(said, ["bytes in base64", "bytes in base64url", "bytes in hexadecimal"], "{pairs:?}");
    }
}

#[test]
fn row_parse() {
    #[derive(Debug, Config)]
    struct Settings {
        #[config(parse = percent)]
        open: u8,
        #[config(parse = percent)]
        secret: Secret<u8>,
        #[config(parse = percent)]
        optional: Option<u8>,
        #[config(parse = percent, default = 10)]
        defaulted: u8,
    }
    fn percent(text: &str) -> Result<u8, String> {
        let number = text.strip_suffix('%').and_then(|number| number.parse().ok());
        number.ok_or_else(|| format!("`{text}` is no percentage"))
    }
    let settings = Settings::from_pairs([("OPEN", "5%"), ("SECRET", "6%")]).unwrap();
    assert_eq!((settings.open, *settings.secret.expose_secret()), (5, 6));
    assert_eq!((settings.optional, settings.defaulted), (None, 10));

    let report =
        Settings::from_pairs(["OPEN", "SECRET", "OPTIONAL", "DEFAULTED"].map(|name| (name, "hunter2")))
            .unwrap_err();
    let said: Vec<_> = report
        .problems()
        .iter()
        .map(|problem| (problem.variable(), problem.kind(), problem.expected(), problem.hint()))
        .collect();
    let (expected, hint) = ("what `percent` takes", Some("`hunter2` is no percentage"));
    assert_eq!(
        said,
        [
            ("OPEN", Kind::Invalid, expected, hint),
            ("SECRET", Kind::Invalid, expected, None),
            ("OPTIONAL", Kind::Invalid, expected, hint),
            ("DEFAULTED", Kind::Invalid, expected, hint),
        ]
    );
}
