//! What the threat model promises is kept by tests that exist.
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

use std::{fs, path::Path};

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let model = fs::read_to_string(root.join("docs/threat-model.md")).unwrap();
    let names = model.split('`').filter(|name| name.contains("-tests::"));
    let mut count = 0;
    for name in names {
        let [package, target, function] = name.split("::").collect::<Vec<_>>()[..] else { panic!("{name}") };
        let file = root.join("tests").join(package.trim_end_matches("-tests")).join(format!("{target}.rs"));
        let source = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(source.contains(&format!("fn {function}(")), "{name} is not in {}", file.display());
        count += 1;
    }
    assert!(count > 20, "only {count} tests are named");
}

#[test]
fn every_way_out_has_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let model = fs::read_to_string(root.join("docs/threat-model.md")).unwrap();
    for row in model
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| way out") && !line.starts_with("| ---"))
    {
        assert!(row.contains("-tests::"), "{row}");
    }
}
