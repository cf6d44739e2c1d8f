//! Which text is which value: many in one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use secrets_config::{Config, Kind, Secret};

use super::{Refusal, assert_reads, assert_refuses, read, refused};

#[test]
fn row_lists() {
    let owned = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
    assert_reads::<Vec<String>>([
        ("a", owned(&["a"])),
        ("a,b,c", owned(&["a", "b", "c"])),
        (" a , b c ,\td\n", owned(&["a", "b c", "d"])),
        ("a,b,", owned(&["a", "b"])),
        ("a,b , ", owned(&["a", "b"])),
        ("\"a,b\",c", owned(&["\"a", "b\"", "c"])),
        ("k=v;x,y", owned(&["k=v;x", "y"])),
    ]);
    let empty_item = "items that are not empty, separated by `,`";
    for (text, item) in [(",", 1), (",a", 1), ("a,,b", 2), ("a,b,,", 3), ("a, ,b", 2)] {
        let expected = format!("{empty_item} (item {item})");
        let refusal = Refusal { kind: Kind::Invalid, expected: &expected, hint: None };
        assert_refuses::<Vec<String>>(refusal, &[text]);
    }
}

#[test]
fn row_lists_of_numbers() {
    assert_reads::<Vec<u8>>([("1, 2,3", vec![1, 2, 3])]);
    let expected = "a whole number from 0 to 255 (item 2)";
    assert_refuses::<Vec<u8>>(Refusal { kind: Kind::Invalid, expected, hint: None }, &["1,x,y", "1,2;3"]);
    assert_refuses::<Vec<u8>>(Refusal { kind: Kind::OutOfRange, expected, hint: None }, &["1,256", "1,-1,x"]);
}

#[test]
fn row_lists_in_json() {
    assert_reads::<Vec<String>>([
        (r#"["a,b", "c"]"#, vec!["a,b".to_owned(), "c".to_owned()]),
        (" [ ] ", Vec::new()),
        (r#"["", " "]"#, vec![String::new(), " ".to_owned()]),
    ]);
    assert_reads::<Vec<u16>>([("[80, 443]", vec![80, 443])]);
    assert_reads::<BTreeSet<u16>>([("[80, 443, 80]", BTreeSet::from([80, 443]))]);
}

#[test]
fn row_lists_in_malformed_json_are_not_split() {
    for text in ["[a,b]", "[\"a\",\"b\"", "[\"a\",]", "[\"a\"] x", "[", "[]]"] {
        assert_eq!(read::<Vec<String>>(text).unwrap_err().kind(), Kind::Invalid, "{text:?}");
    }
}

#[test]
fn row_lists_in_json_tell_the_item_too() {
    for text in ["[80, \"x\"]", "[80, null, 1]", "[80, 1.5]"] {
        let problem = read::<Vec<u16>>(text).unwrap_err();
        assert_eq!(problem.kind(), Kind::Invalid, "{text:?}");
        assert!(problem.expected().contains("item 2"), "{text:?}: {problem}");
    }
}

#[test]
fn row_lists_with_another_delimiter() {
    #[derive(Debug, Config)]
    struct Delimited {
        #[config(delimiter = ";")]
        list: Vec<String>,
        #[config(delimiter = " ")]
        map: BTreeMap<String, String>,
    }
    let delimited = Delimited::from_pairs([("LIST", "a,b; c;"), ("MAP", "k=v,w x=y")]).unwrap();
    assert_eq!(delimited.list, ["a,b", "c"]);
    let map = [("k", "v,w"), ("x", "y")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(delimited.map, BTreeMap::from(map));
    let problem = refused(Delimited::from_pairs([("LIST", "a;;b"), ("MAP", "k=v")]));
    assert_eq!(problem.expected(), "items that are not empty, separated by `;` (item 2)");
}

#[test]
fn row_sets() {
    assert_reads::<BTreeSet<u16>>([("443,80", BTreeSet::from([80, 443])), ("80,80", BTreeSet::from([80]))]);
    assert_eq!(
        read::<BTreeSet<u16>>("80,x").unwrap_err().expected(),
        "a whole number from 0 to 65535 (item 2)"
    );
}

#[test]
fn row_arrays_and_tuples() {
    assert_reads::<[u8; 3]>([("1,2,3", [1, 2, 3]), ("1,2,3,", [1, 2, 3]), ("[1, 2, 3]", [1, 2, 3])]);
    assert_reads::<(String, u16)>([
        ("db, 5432", ("db".to_owned(), 5432)),
        (r#"["db", 5432]"#, ("db".to_owned(), 5432)),
    ]);
    for text in ["1,2", "1,2,3,4", "[1, 2]", "[1, 2, 3, 4]"] {
        assert_eq!(read::<[u8; 3]>(text).unwrap_err().kind(), Kind::Invalid, "{text:?}");
    }
    for text in ["db", "db,1,2", "[\"db\"]", "5432,db"] {
        assert_eq!(read::<(String, u16)>(text).unwrap_err().kind(), Kind::Invalid, "{text:?}");
    }
}

#[test]
fn row_lists_of_secrets() {
    let keys = read::<Vec<Secret<String>>>("one, two").unwrap();
    assert_eq!(keys, [Secret::from("one"), Secret::from("two")]);
    let keys = read::<Secret<Vec<u32>>>("1,2").unwrap();
    assert_eq!(keys.expose_secret(), &[1, 2]);
}

fn map<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

#[test]
fn row_maps() {
    assert_reads::<BTreeMap<String, String>>([
        ("k=v,k2=v2", map([("k", "v"), ("k2", "v2")])),
        (" k = v , k2=v2, ", map([("k", "v"), ("k2", "v2")])),
        ("url=a=b:c", map([("url", "a=b:c")])),
        ("k=,K=v", map([("k", ""), ("K", "v")])),
        (r#"{"k": "v,w", "x=y": ""}"#, map([("k", "v,w"), ("x=y", "")])),
        ("{}", map([])),
    ]);
    assert_reads::<HashMap<u8, bool>>([("1=yes,2=no", HashMap::from([(1, true), (2, false)]))]);
    for (text, item) in [("a", 1), ("a=1,b", 2), ("a=1,b,c=2", 2)] {
        let expected = format!("pairs of key=value, separated by commas (item {item})");
        let refusal = Refusal { kind: Kind::Invalid, expected: &expected, hint: None };
        assert_refuses::<BTreeMap<String, String>>(refusal, &[text]);
    }
    let expected = "a whole number from 0 to 255 (item 2)";
    let refusal = Refusal { kind: Kind::Invalid, expected, hint: None };
    assert_refuses::<BTreeMap<String, u8>>(refusal, &["a=1,b=x", "a=1,b=x,c=2"]);
    assert_refuses::<BTreeMap<u8, String>>(refusal, &["1=a,b=x"]);
}

#[test]
fn row_maps_refuse_duplicate_keys() {
    let refusal = Refusal { kind: Kind::Invalid, expected: "keys that differ (item 2)", hint: None };
    assert_refuses::<BTreeMap<String, String>>(refusal, &["a=1,a=2", "a=1, a =1"]);
    assert_refuses::<HashMap<String, String>>(refusal, &["a=1,a=2"]);
}

#[test]
fn row_maps_refuse_duplicate_keys_in_json() {
    for text in [r#"{"a": "1", "a": "2"}"#, r#"{"a": "1", "\u0061": "1"}"#] {
        match read::<BTreeMap<String, String>>(text) {
            Ok(map) => panic!("{text} is accepted as {map:?}"),
            Err(problem) => assert_eq!(problem.kind(), Kind::Invalid),
        }
    }
}

#[test]
fn row_maps_in_malformed_json_are_not_split() {
    for text in ["{a=1}", "{\"a\": \"1\"", "{\"a\": \"1\",}", "{\"a\": 1}", "{}x"] {
        assert_eq!(read::<BTreeMap<String, String>>(text).unwrap_err().kind(), Kind::Invalid, "{text:?}");
    }
}
