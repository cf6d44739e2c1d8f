//! Texts that stand where a secret should be.

/// Returns whether `text` was written to be replaced.
pub(crate) fn is(text: &str) -> bool {
    const WORDS: [&str; 9] = [
        "changeme",
        "change-me",
        "change_me",
        "password",
        "secret",
        "todo",
        "replaceme",
        "replace-me",
        "replace_me",
    ];
    let text = text.trim();
    let begins = |start: &str| text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    let ends = |end: &str| {
        let from = text.len().checked_sub(end.len());
        from.and_then(|from| text.get(from..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    let wrapped =
        |start: &str, end: &str| text.len() >= start.len() + end.len() && begins(start) && ends(end);
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || (text.len() >= 3 && text.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x')))
        || wrapped("<", ">")
        || wrapped("${", "}")
        || wrapped("{{", "}}")
        || wrapped("your-", "-here")
        || wrapped("your_", "_here")
}

#[cfg(test)]
mod tests {
    use super::is;

    #[test]
    fn what_stands_for_a_secret_is_known() {
        for text in
            ["changeme", "Change-Me", "PASSWORD", "todo", "xxx", "XXXXXXXX", "<password>", "${DB_PASSWORD}"]
        {
            assert!(is(text), "{text}");
        }
        for text in ["{{ password }}", "your-api-key-here", "REPLACE_ME", " secret\n"] {
            assert!(is(text), "{text}");
        }
    }

    #[test]
    fn a_secret_that_looks_alike_is_not() {
        for text in ["password1", "xx", "xxy", "<", "${", "}{", "your-", "sécret", "<a", "mypassword", "ü"]
        {
            assert!(!is(text), "{text}");
        }
    }
}
