//! The page of scenarios and the folders of their tests tell of the same ones.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::{collections::BTreeSet, fs, path::Path};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const FOLDERS: [&str; 2] = ["tests/services/scenarios", "tests/pools/scenarios"];

fn is_scenario(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next() == Some('s') && letters.take(2).all(|letter| letter.is_ascii_digit()) && name.contains('_')
}

fn files() -> BTreeSet<String> {
    let files = FOLDERS.iter().flat_map(|folder| fs::read_dir(Path::new(ROOT).join(folder)).unwrap());
    let names = files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| is_scenario(name)).collect()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]
fn each_test_of_a_scenario_is_on_the_page_and_each_on_the_page_is_there() {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/scenarios.md")).unwrap();
    let named = page.split('`').filter(|name| is_scenario(name) && !name.contains(' '));
    assert_eq!(named.map(str::to_owned).collect::<BTreeSet<_>>(), files());
}
