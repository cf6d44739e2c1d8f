//! Each example is a package that can be copied out.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

use std::{fs, path::Path, process::Command};

/// Copies the example to a folder of its own and builds it there, with only the paths of our crates pointing back.
fn build_copy(example: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(example);
    copy_folder(&root.join("examples").join(example), &copy);
    let manifest = fs::read_to_string(copy.join("Cargo.toml")).unwrap();
    let crates = root.join("crates");
    let manifest = manifest.replace("../../crates", crates.to_str().unwrap());
    assert!(!manifest.contains("workspace"), "{example} leans on the workspace");
    fs::write(copy.join("Cargo.toml"), format!("{manifest}\n[workspace]\n")).unwrap();
    fs::copy(root.join("Cargo.lock"), copy.join("Cargo.lock")).unwrap();
    let status = Command::new(env!("CARGO"))
        .args(["check", "--quiet"])
        .current_dir(&copy)
        .env("CARGO_TARGET_DIR", target(&root).join("copies"))
        .status()
        .unwrap();
    assert!(status.success(), "{example} does not build when copied out");
}

fn target(root: &Path) -> std::path::PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into)
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn every_example_builds_when_copied_out() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut names: Vec<_> = fs::read_dir(examples)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.contains(&"eso-bridge".to_owned()) && names.contains(&"direct-vault".to_owned()));
    for name in names {
        build_copy(&name);
    }
}
