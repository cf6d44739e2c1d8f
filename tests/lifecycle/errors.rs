//! The page on errors knows every variant and its class.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

use std::collections::{BTreeMap, BTreeSet};

use syn::{Expr, ImplItem, Item, ItemEnum, Pat, Stmt};

const PAGE: &str = include_str!("../../docs/direct-vault/errors.md");
const SOURCE: &str = include_str!("../../crates/direct-vault/src/error.rs");

/// The classes of each variant. One that has two is told apart by its fields.
type Variants = BTreeMap<String, BTreeSet<String>>;

fn items() -> Vec<Item> {
    syn::parse_file(SOURCE).unwrap().items
}

fn variants_of(name: &str) -> BTreeSet<String> {
    let found = items().into_iter().find_map(|item| match item {
        Item::Enum(ItemEnum { ident, variants, .. }) if ident == name => Some(variants),
        _ => None,
    });
    found.unwrap().into_iter().map(|variant| variant.ident.to_string()).collect()
}

/// Reads `Error::class`, which is a match of patterns on names of classes.
fn classes() -> Variants {
    let methods = items().into_iter().filter_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => Some(block.items),
        _ => None,
    });
    let class = methods.flatten().find_map(|item| match item {
        ImplItem::Fn(function) if function.sig.ident == "class" => Some(function.block.stmts),
        _ => None,
    });
    let Some([Stmt::Expr(Expr::Match(of), None)]) = class.as_deref() else {
        panic!("`Error::class` is no longer one match")
    };
    let mut classes = Variants::new();
    for arm in &of.arms {
        let Expr::Path(class) = &*arm.body else { panic!("`Error::class` has more than names at its arms") };
        let class = class.path.segments.last().unwrap().ident.to_string();
        for variant in names(&arm.pat) {
            classes.entry(variant).or_default().insert(class.clone());
        }
    }
    classes
}

fn names(pattern: &Pat) -> Vec<String> {
    let path = match pattern {
        Pat::Or(or) => return or.cases.iter().flat_map(names).collect(),
        Pat::Struct(pattern) => &pattern.path,
        Pat::TupleStruct(pattern) => &pattern.path,
        Pat::Path(pattern) => &pattern.path,
        _ => panic!("`Error::class` has other patterns than variants"),
    };
    vec![path.segments.last().unwrap().ident.to_string()]
}

/// Reads the rows of the page's table with this head.
fn rows(head: &str) -> BTreeMap<String, Vec<String>> {
    let (_, table) = PAGE.split_once(&format!("\n| {head} |")).unwrap();
    let lines = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = lines.map(|line| {
        line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect::<Vec<_>>()
    });
    cells.map(|cells| (cells[0].clone(), cells)).collect()
}

#[test]
fn every_error_stands_in_the_table() {
    let missing: Vec<_> = variants_of("Error").difference(&keys(&rows("error"))).cloned().collect();
    assert!(missing.is_empty(), "docs/direct-vault/errors.md needs rows for {missing:?}");
}

#[test]
fn everything_in_the_table_is_an_error() {
    let stale: Vec<_> = keys(&rows("error")).difference(&variants_of("Error")).cloned().collect();
    assert!(stale.is_empty(), "docs/direct-vault/errors.md has rows for {stale:?}, which are no errors");
}

#[test]
fn the_classes_of_the_table_are_those_of_the_code() {
    let classes = classes();
    for (variant, cells) in rows("error") {
        let documented: BTreeSet<_> = cells[1].split(", ").map(str::to_owned).collect();
        assert_eq!(Some(&documented), classes.get(&variant), "{variant}");
    }
}

#[test]
fn every_class_is_explained() {
    assert_eq!(keys(&rows("class")), variants_of("Class"));
}

#[test]
fn every_row_says_what_it_means_and_what_to_do() {
    for (variant, cells) in rows("error") {
        assert_eq!(cells.len(), 4, "{variant}");
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{variant}");
    }
}

fn keys<V>(map: &BTreeMap<String, V>) -> BTreeSet<String> {
    map.keys().cloned().collect()
}
