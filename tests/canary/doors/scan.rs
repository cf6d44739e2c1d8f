//! The doors, as the sources of the crates have them.
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]

use std::{collections::BTreeSet, fs, path::Path};

use syn::{Attribute, ImplItem, Item, TraitItem, Type, Visibility};

/// The traits by which a value shows itself.
const SHOWING: [&str; 4] = ["Debug", "Display", "Error", "Serialize"];

/// Returns every public type and function of a crate, and every form in which one of its types shows itself.
///
/// `Loader`, `Loader::dotenv`, `rotating::channel` as `channel`, `Report: Display`. Types are known by their last
/// name alone, so that a move to another file is no new door.
pub(crate) fn doors(crate_name: &str) -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates").join(crate_name).join("src");
    let mut doors = BTreeSet::new();
    visit(&sources, &mut doors);
    assert!(!doors.is_empty(), "no sources in {}", sources.display());
    doors
}

fn visit(directory: &Path, doors: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if is_test(&path) {
            continue;
        }
        if path.is_dir() {
            visit(&path, doors);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
            items(&file.items, doors);
        }
    }
}

/// Whether the file is of tests alone: `tests.rs`, or in a folder of that name.
fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests")
}

fn items(items: &[Item], doors: &mut BTreeSet<String>) {
    for item in items {
        match item {
            Item::Mod(module) if !is_for_tests(&module.attrs) => {
                if let Some((_, content)) = &module.content {
                    self::items(content, doors);
                }
            }
            Item::Struct(item) if !is_for_tests(&item.attrs) => {
                of_type(&item.ident.to_string(), &item.vis, &item.attrs, doors);
            }
            Item::Enum(item) if !is_for_tests(&item.attrs) => {
                of_type(&item.ident.to_string(), &item.vis, &item.attrs, doors);
            }
            Item::Fn(item) if is_public(&item.vis) && !is_for_tests(&item.attrs) => {
                doors.insert(item.sig.ident.to_string());
            }
            Item::Trait(item) if is_public(&item.vis) => {
                for function in &item.items {
                    if let TraitItem::Fn(function) = function {
                        doors.insert(format!("{}::{}", item.ident, function.sig.ident));
                    }
                }
            }
            Item::Impl(item) if !is_for_tests(&item.attrs) => {
                let Some(name) = name_of(&item.self_ty) else { continue };
                if let Some((path, _)) = &item.trait_ {
                    let shown = path.segments.last().unwrap().ident.to_string();
                    if SHOWING.contains(&shown.as_str()) && !is_serde_error(path) {
                        doors.insert(format!("{name}: {shown}"));
                    }
                    continue;
                }
                for function in &item.items {
                    if let ImplItem::Fn(function) = function
                        && is_public(&function.vis)
                        && !is_for_tests(&function.attrs)
                    {
                        doors.insert(format!("{name}::{}", function.sig.ident));
                    }
                }
            }
            _ => {}
        }
    }
}

fn of_type(name: &str, visibility: &Visibility, attributes: &[Attribute], doors: &mut BTreeSet<String>) {
    if is_public(visibility) {
        doors.insert(name.to_owned());
    }
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        attribute
            .parse_nested_meta(|derived| {
                let trait_name = derived.path.segments.last().unwrap().ident.to_string();
                if SHOWING.contains(&trait_name.as_str()) {
                    doors.insert(format!("{name}: {trait_name}"));
                    if trait_name == "Error" {
                        doors.insert(format!("{name}: Display"));
                    }
                }
                Ok(())
            })
            .unwrap();
    }
}

/// Returns the last name of a type without its arguments.
fn name_of(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        Type::Reference(reference) => name_of(&reference.elem),
        _ => None,
    }
}

/// `de::Error` is how an error is made, not how it is shown.
fn is_serde_error(path: &syn::Path) -> bool {
    path.segments.iter().any(|segment| segment.ident == "de")
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether it is compiled for tests or fuzzing only.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|condition| condition == "test" || condition == "fuzzing")
    })
}
