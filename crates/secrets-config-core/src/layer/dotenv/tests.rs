//! What a `.env` text means, and which lines of it are refused.

use proptest::prelude::*;

use super::*;

fn environment(name: &str) -> Option<Zeroizing<String>> {
    match name {
        "HOME" => Some(Zeroizing::new("/home/app".to_owned())),
        "A" => Some(Zeroizing::new("from the environment".to_owned())),
        _ => None,
    }
}

/// Returns `KEY=value` of each entry, for one comparison of all there is.
fn pairs(dotenv: Result<Dotenv, Vec<LineProblem>>) -> Vec<String> {
    let dotenv = dotenv.unwrap();
    dotenv.names().map(|name| format!("{name}={}", **dotenv.get(name).unwrap().0)).collect()
}

/// Returns `line key: what` of each problem.
fn problems(dotenv: Result<Dotenv, Vec<LineProblem>>) -> Vec<String> {
    let said = |problem: LineProblem| {
        format!("{} {}: {}", problem.line, problem.key.as_deref().unwrap_or("-"), problem.what)
    };
    dotenv.unwrap_err().into_iter().map(said).collect()
}

#[track_caller]
fn assert_means(text: &str, expected: &[&str]) {
    assert_eq!(pairs(Dotenv::parse(text, None)), expected, "{text:?}");
}

#[track_caller]
fn assert_expands(text: &str, expected: &[&str]) {
    assert_eq!(pairs(Dotenv::parse(text, Some(&environment))), expected, "{text:?}");
}

#[track_caller]
fn assert_refused(text: &str, expected: &[String]) {
    assert_eq!(problems(Dotenv::parse(text, None)), expected, "{text:?}");
}

#[test]
fn lines_and_keys() {
    assert_means("", &[]);
    assert_means("\n \t\n# A=1\n  #\n", &[]);
    assert_means("A=1\nB=2", &["A=1", "B=2"]);
    assert_means("A=1\r\nB='2'\r\n\r\nC=3\r\n", &["A=1", "B=2", "C=3"]);
    assert_means("\u{feff}A=1", &["A=1"]);
    assert_means(" \tA \t=\t 1 ", &["A=1"]);
    assert_means("export A=1\n \t export \t B =2", &["A=1", "B=2"]);
    assert_means("export=1\nexport_A=2\nexportB=3", &["export=1", "exportB=3", "export_A=2"]);
    assert_means("_a.b-c9=1", &["_a.b-c9=1"]);
    assert_means("a=1\nA=2", &["A=2", "a=1"]);
}

#[test]
fn unquoted_values() {
    assert_means("A=\nB= \nC=#c\nD= # c", &["A=", "B=", "C=#c", "D="]);
    assert_means("A=b#c\nB=b #c\nC=b\t#c\nD=b # c # d", &["A=b#c", "B=b", "C=b", "D=b"]);
    assert_means("A= b  c \t", &["A=b  c"]);
    assert_means("A=b==\nB=1:2\nC=x@y.z?q=1", &["A=b==", "B=1:2", "C=x@y.z?q=1"]);
    assert_means(r#"A={"b": "c"}"#, &[r#"A={"b": "c"}"#]);
    assert_means(r"A=C:\new\$x$HOME${HOME}\", &[r"A=C:\new\$x$HOME${HOME}\"]);
    assert_means("A=it's\nB=`b c`", &["A=it's", "B=`b c`"]);
    assert_means("A=à\u{a0} ü", &["A=à\u{a0} ü"]);
}

#[test]
fn quoted_values() {
    assert_means(r#"A=''"#, &["A="]);
    assert_means(r#"A="" # c"#, &["A="]);
    assert_means("A=' b # c ' # d\nB=\" b # c \"\t#", &["A= b # c ", "B= b # c "]);
    assert_means(r#"A='\n\$"$HOME\'"#, &[r#"A=\n\$"$HOME\"#]);
    assert_means(r#"A="\n\r\t\"\\\$'$HOME""#, &["A=\n\r\t\"\\$'$HOME"]);
    assert_means(r#"A="b\\""#, &[r"A=b\"]);
}

#[test]
fn quoted_values_of_many_lines() {
    assert_means("A=\"b\nc\n\"\nD=e", &["A=b\nc\n", "D=e"]);
    assert_means("A='# b\n\nC=c' # d\nD=e", &["A=# b\n\nC=c", "D=e"]);
    assert_means("A='b\r\nc'\r\nB=\"b\r\nc\\r\"\r\n", &["A=b\nc", "B=b\nc\r"]);
    assert_means("A='b\rc'", &["A=b\rc"]);
}

#[test]
fn a_value_knows_the_line_of_its_key() {
    let dotenv = Dotenv::parse("# c\nA='1\n2'\n\nB=3", None).unwrap();
    assert_eq!(dotenv.get("A").map(|(_, line)| line), Some(2));
    assert_eq!(dotenv.get("B").map(|(_, line)| line), Some(5));
    assert!(dotenv.get("C").is_none());
}

#[test]
fn expanded_values() {
    assert_expands(
        "B=$HOME/x\nC=${HOME}x\nD=\"<$HOME>\"",
        &["B=/home/app/x", "C=/home/appx", "D=</home/app>"],
    );
    assert_expands("A=1\nB=$A$A\nC=${B}2", &["A=1", "B=11", "C=112"]);
    assert_expands("B=$A\nA=1", &["A=1", "B=from the environment"]);
    assert_expands("HOME=$HOME/x", &["HOME=/home/app/x"]);
    assert_expands("a.b=1\nC=${a.b}", &["C=1", "a.b=1"]);
    assert_expands(r#"B=\$HOME\n\x"#, &[r"B=$HOME\n\x"]);
    assert_expands(r#"B="\$HOME\\$HOME""#, &[r"B=$HOME\/home/app"]);
    assert_expands("B='$HOME ${X'", &["B=$HOME ${X"]);
    assert_expands("B='$HOME'\nC=$B", &["B=$HOME", "C=$HOME"]);
    assert_expands("B=c # $X", &["B=c"]);
}

#[test]
fn every_bad_line_is_told() {
    assert_refused(
        "A=1\nNAME\n\nB C=1\nA=2\nD=\"\\x\"\nE='1' 2\nF=1\rG=2\nH=\"",
        &[
            format!("2 -: {NO_EQUALS_SIGN}"),
            format!("4 -: {BAD_KEY}"),
            format!("5 A: {DUPLICATE_KEY}"),
            format!("6 D: {}", value::UNKNOWN_ESCAPE),
            format!("7 E: {TEXT_AFTER_QUOTE}"),
            format!("8 -: {STRAY_CARRIAGE_RETURN}"),
            format!("9 H: {UNCLOSED_QUOTE}"),
        ],
    );
}

#[test]
fn bad_keys() {
    for key in ["", "1A", ".A", "-A", "A B", "A+B", "'A'", "À", "export 1", "A\rB", "$A"] {
        assert_refused(&format!("{key}=1"), &[format!("1 -: {BAD_KEY}")]);
    }
}

#[test]
fn bad_quotes() {
    let after = [format!("1 A: {TEXT_AFTER_QUOTE}")];
    for text in ["A=''b", "A=\"b\"#c", "A='it's'", "A=\"\"\"b\"\"\"", r"A='b\'c'"] {
        assert_refused(text, &after);
    }
    assert_refused(
        "A=\"b\nB=\"c\"\nD",
        &[format!("2 A: {TEXT_AFTER_QUOTE}"), format!("3 -: {NO_EQUALS_SIGN}")],
    );
    assert_refused("A=\"\\\"", &[format!("1 A: {UNCLOSED_QUOTE}")]);
    assert_refused("A='\nhunter2\nB=1\n", &[format!("1 A: {UNCLOSED_QUOTE}")]);
}

#[test]
fn bad_escapes_are_on_the_lines_they_stand_on() {
    assert_refused(
        "A=\"\\a\\b\n\\n\n\\é\r\n\\\n\"\nB",
        &[
            format!("1 A: {}", value::UNKNOWN_ESCAPE),
            format!("3 A: {}", value::UNKNOWN_ESCAPE),
            format!("4 A: {}", value::UNKNOWN_ESCAPE),
            format!("6 -: {NO_EQUALS_SIGN}"),
        ],
    );
}

#[test]
fn the_value_of_a_bad_key_is_no_further_line() {
    assert_refused("A+B='\nhunter2\n'\nB", &[format!("1 -: {BAD_KEY}"), format!("4 -: {NO_EQUALS_SIGN}")]);
}

#[test]
fn a_bad_value_still_takes_its_key() {
    assert_refused(
        "A=\"\\x\"\nA=1",
        &[format!("1 A: {}", value::UNKNOWN_ESCAPE), format!("2 A: {DUPLICATE_KEY}")],
    );
}

#[test]
fn bad_references() {
    for value in ["$", "$$HOME", "$2b", "${HOME", "${HOME:-x}", "${}", "\"${HO\nME}\"", "$\u{e0}"] {
        let expected = [format!("1 B: {}", value::BAD_REFERENCE)];
        assert_eq!(problems(Dotenv::parse(&format!("B={value}"), Some(&environment))), expected, "{value:?}");
    }
    for value in ["$X", "${X}", "\"$B\"", "$HOMEX", "${HOME-x}"] {
        let expected = [format!("1 B: {}", value::UNKNOWN_NAME)];
        assert_eq!(problems(Dotenv::parse(&format!("B={value}"), Some(&environment))), expected, "{value:?}");
    }
}

#[test]
fn references_to_references_do_not_fill_the_memory() {
    let mut text = String::from("A0=0123456789abcdef\n");
    for line in 1..64 {
        text.push_str(&format!("A{line}=$A{0}$A{0}\n", line - 1));
    }
    let problems = Dotenv::parse(&text, Some(&environment)).unwrap_err();
    assert_eq!((problems[0].line, problems[0].what), (17, value::TOO_LARGE));
}

#[test]
fn no_form_shows_a_value() {
    let good = Dotenv::parse("A=hunter2-canary", None);
    assert_eq!(format!("{good:?}"), r#"Ok({"A"})"#);
    let bad = "hunter2-canary\nhunter2 canary=1\nB=\"hunter2-canary\\x\"\nC='' hunter2-canary\nD=$hunter2\nE='hunter2-canary";
    let problems = Dotenv::parse(bad, Some(&environment)).unwrap_err();
    assert_eq!(problems.len(), 6);
    assert!(!format!("{problems:?}").contains("hunter2"), "{problems:?}");
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let missing = Dotenv::read(Path::new("no/such/.env"), None);
    assert!(matches!(missing, Err(DotenvError::File(FileError::Io(_)))));
    let directory = Dotenv::read(Path::new("."), None);
    assert!(matches!(directory, Err(DotenvError::File(FileError::Directory | FileError::Io(_)))));
}

/// Writes any text as a double-quoted value.
fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '"' | '\\' | '$' => quoted.extend(['\\', character]),
            _ => quoted.push(character),
        }
    }
    quoted + "\""
}

/// Texts of what means something in the format, and some that does not.
fn tricky_text() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "A",
        "b",
        "=",
        " ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "'",
        "\"",
        "\\",
        "\\n",
        "$",
        "${",
        "}",
        "$A",
        "#",
        "export ",
        "\u{feff}",
        "é",
        "\u{1f600}",
    ];
    proptest::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_survives_in_double_quotes(text in prop_oneof!["[^\0]*", tricky_text()]) {
        let written = format!("A={} # c\nB=after", quote(&text));
        for environment in [None, Some(&environment as Environment<'_>)] {
            let dotenv = Dotenv::parse(&written, environment).unwrap();
            prop_assert_eq!(dotenv.get("A").unwrap().0.as_str(), text.as_str());
            prop_assert_eq!(dotenv.get("B").map(|(_, line)| line), Some(2));
        }
    }

    #[test]
    fn no_text_panics(text in prop_oneof!["(?s).*", tricky_text()]) {
        let lines = text.split('\n').count();
        for environment in [None, Some(&environment as Environment<'_>)] {
            if let Err(problems) = Dotenv::parse(&text, environment) {
                prop_assert!(problems.is_sorted_by(|a, b| a.line < b.line), "one problem a line, in order");
                prop_assert!(problems.iter().all(|problem| (1..=lines).contains(&problem.line)));
            }
        }
    }
}
