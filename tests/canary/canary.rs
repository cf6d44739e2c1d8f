//! Texts that stand for a secret, and how they are recognised wherever they come out.

use std::{collections::BTreeSet, fmt::Write};

/// A secret that must not come out.
#[derive(Clone)]
pub struct Canary {
    kind: &'static str,
    text: String,
    signs: BTreeSet<Vec<u8>>,
}

/// How many bytes of a secret are enough to know it by.
const ENOUGH: usize = 8;

impl Canary {
    /// Returns a canary of every kind that is treated differently somewhere on the way.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![
            Self::new("plain", "hunter2-canary-in-a-coal-mine-0123456789"),
            Self::new("numeric", "90210733101774411"),
            Self::new("quoted", r#"hunter2"canary'in\a`coal$mine0123"#),
            Self::new("lines", "-----BEGIN CANARY-----\nhunter2\r\n\tcanary\n-----END CANARY-----"),
            Self::new("multi-byte", "jäger2-kanarienvögel-カナリア-канарейка"),
            Self::new("url", "hunter2x://canary:in-a-coal-mine@shaft7.kohle:4711/db?mode=7#x"),
            Self::new("long", "hunter2-canary-in-a-very-deep-coal-mine.".repeat(128)),
        ]
    }

    /// Makes a canary of a text that a server gave.
    #[must_use]
    pub fn new(kind: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        assert!(text.len() >= ENOUGH, "{kind}: too short to be recognised");
        let mut canary = Self { kind, signs: BTreeSet::new(), text };
        canary.signs = canary.signs();
        canary
    }

    /// What kind of text it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// The secret itself.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether any of it is in `content`, in whatever form.
    #[must_use]
    pub fn is_in(&self, content: impl AsRef<[u8]>) -> bool {
        let content = content.as_ref();
        self.signs.iter().any(|sign| finds(content, sign))
    }

    /// Returns whether any eight bytes of it are in `content` as they are.
    #[must_use]
    pub fn is_in_memory(&self, content: &[u8]) -> bool {
        windows(self.text.as_bytes()).any(|window| finds(content, window))
    }

    /// Everything to look for: any eight bytes as they are, and what they begin with in each way of writing them.
    fn signs(&self) -> BTreeSet<Vec<u8>> {
        let bytes = self.text.as_bytes();
        let head = &self.text[..self.text.ceil_char_boundary(ENOUGH)];
        let numbers = |form: fn(&u8) -> String, between: &str| {
            head.bytes().map(|byte| form(&byte)).collect::<Vec<_>>().join(between)
        };
        let mut signs: BTreeSet<Vec<u8>> = windows(bytes).map(<[u8]>::to_vec).collect();
        signs.extend(
            [
                head.escape_debug().to_string(),
                head.escape_default().to_string(),
                head.as_bytes().escape_ascii().to_string(),
                serde_json::Value::from(head).to_string().trim_matches('"').to_owned(),
                percent(head),
                percent(head).to_lowercase(),
                numbers(u8::to_string, ", "),
                numbers(u8::to_string, ","),
                numbers(|byte| format!("{byte:02x}"), ""),
                numbers(|byte| format!("{byte:02X}"), ""),
            ]
            .map(String::into_bytes),
        );
        // Whatever stood before it, one of three shifts is that of its base64 form; the ends are its neighbours'.
        for shift in 0..3 {
            let shifted = [&[0; 2][..shift], &bytes[..12.min(bytes.len())]].concat();
            let encoded = base64(&shifted);
            let url = encoded.replace('+', "-").replace('/', "_");
            signs.extend([encoded, url].map(|text| text.as_bytes()[[0, 2, 3][shift]..12].to_vec()));
        }
        signs
    }
}

impl std::fmt::Debug for Canary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind)
    }
}

fn windows(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.windows(ENOUGH).take(256)
}

fn finds(content: &[u8], sign: &[u8]) -> bool {
    let Some((&first, rest)) = sign.split_first() else { return false };
    let mut from = 0;
    while let Some(at) = content[from..].iter().position(|&byte| byte == first) {
        from += at + 1;
        if content[from..].starts_with(rest) {
            return true;
        }
    }
    false
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(byte.into());
        } else {
            write!(escaped, "%{byte:02X}").unwrap();
        }
        escaped
    })
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().enumerate().fold(0, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for at in 0..=chunk.len() {
            text.push(LETTERS[(bits >> (18 - 6 * at) & 63) as usize].into());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_canary_is_recognised_in_every_form() {
        for canary in Canary::all() {
            let text = canary.text();
            for form in [
                text.to_owned(),
                format!("{text:?}"),
                format!("{:?}", text.as_bytes()),
                text.as_bytes().escape_ascii().to_string(),
                text.escape_default().to_string(),
                serde_json::to_string(text).unwrap(),
                percent(text),
                base64(text.as_bytes()),
                base64(format!("u:{text}").as_bytes()),
                base64(format!("u{text}").as_bytes()),
                text.bytes().map(|byte| format!("{byte:02x}")).collect(),
                text[..text.ceil_char_boundary(8)].to_owned(),
            ] {
                assert!(canary.is_in(format!("before {form} after")), "{canary:?}: {form}");
            }
            assert!(!canary.is_in("password is invalid: expected a whole number, found [REDACTED]"));
        }
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        assert_eq!(base64(b"Man is distinguished"), "TWFuIGlzIGRpc3Rpbmd1aXNoZWQ");
    }
}
