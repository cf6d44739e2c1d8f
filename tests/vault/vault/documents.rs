//! The table of errors is about every error there is.

const SOURCE: &str = include_str!("../../../crates/direct-vault/src/error.rs");
const TABLE: &str = include_str!("../../../docs/direct-vault/errors.md");

/// The names of the variants, which stand four blanks deep in the enum and begin with a capital.
fn variants() -> Vec<&'static str> {
    let body = SOURCE.split_once("pub enum Error {").unwrap().1.split_once("\n}").unwrap().0;
    let lines = body.lines().filter_map(|line| line.strip_prefix("    "));
    let names = lines.filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    names.map(|line| line.split([' ', ',', '{', '(']).next().unwrap()).collect()
}

#[test]
fn every_error_has_a_row_and_every_row_an_error() {
    let rows = TABLE.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let mut rows: Vec<_> = rows.map(|(name, _)| name).collect();
    let mut variants = variants();
    assert!(variants.len() > 15, "{variants:?}");
    rows.sort_unstable();
    variants.sort_unstable();
    assert_eq!(rows, variants);
}
