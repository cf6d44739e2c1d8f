//! The structs for the usual types, by what the cases call them.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use secrets_config::Secret;
use serde_json::{Map, Value};
use url::Url;

use super::{
    custom::{self, Day, Email, Fruit, HighPort, Letters, Level, Mode, Number, Pets, Valid, Zone},
    odd::Keys,
    ruled::{Address, Api, Capitals, Greeting, Page, Sentence, Web},
    shape::{Shape, load, one},
};

pub(crate) const SHAPES: &[(&[&str], Shape)] = &[
    (
        &[
            "string",
            "string required",
            "string required (not \"not empty\")",
            "string required (whitespace-only is empty)",
            "string notEmpty required",
            "string unset required",
            "string, value expansion",
            "string; error names the inner variable",
            "string; backslash escapes expansion",
            "string env SECRET_KEY expand",
            "string (only defaults expand, never values)",
            "untyped; @cast tokens",
            "untyped; TOML-ish inference",
        ],
        one!(String),
    ),
    (&["env-spec value position: VAL=<raw>; type inferred"], one!(String)),
    (
        &["optional string", "optional string; \"null\" means none", "optional non-empty string"],
        one!(Option<String>),
    ),
    (&["NOT_SET optional"], one!(Option<String>)),
    (&["string, ignored"], one!(Option<String>)),
    (
        &["string, env NAME_NOT_SET, default \"abcd\""],
        one!(
            #[config(default = "abcd")]
            String
        ),
    ),
    (
        &["string required default \"important\""],
        one!(
            #[config(default = "important")]
            String
        ),
    ),
    (
        &["string default \"foo\""],
        one!(
            #[config(default = "foo")]
            String
        ),
    ),
    (
        &["string default \"required \" (looks like an option)"],
        one!(
            #[config(default = "required ")]
            String
        ),
    ),
    (
        &["string default \"main_default\""],
        one!(
            #[config(default = "main_default")]
            String
        ),
    ),
    (
        &["KEY default, neither set"],
        one!(
            #[config(file, default = "default value")]
            String
        ),
    ),
    (
        &["str {default:''}"],
        one!(
            #[config(default = "", allow_empty)]
            String
        ),
    ),
    (
        &["raw .env file; value of"],
        one!(
            #[config(allow_empty)]
            String
        ),
    ),
    (&["raw .env file"], Shape::Named(load::<Keys>)),
    (&["raw .env file; all keys", "raw .env file; all keys; interpolation off"], Shape::Named(load::<Keys>)),
    (&["raw .env file; all keys; ${VAR} interpolation on", "raw .env parse"], Shape::Named(load::<Keys>)),
    (&["bool", "bool (zod stringbool set)", "strict bool (true/false only, any case)"], one!(bool)),
    (&["boolean (JS truthiness coercion)"], one!(bool)),
    (
        &["bool {default:false}"],
        one!(
            #[config(default = false)]
            bool
        ),
    ),
    (&["optional strict bool (JSON true/false)", "optional bool, no-init"], one!(Option<bool>)),
    (
        &["optional bool default true"],
        one!(
            #[config(default = true)]
            bool
        ),
    ),
    (
        &["bool, truthy [\"y\"], falsy [\"N\"], case-insensitive"],
        one!(
            #[config(parse = custom::y_or_n)]
            bool
        ),
    ),
    (
        &["bool, truthy [\"y\"], falsy [\"N\"]"],
        one!(
            #[config(parse = custom::y_or_n)]
            bool
        ),
    ),
    (
        &["bool, truthy [\"y\"], falsy [\"N\"], case-sensitive"],
        one!(
            #[config(parse = custom::exactly_y_or_n)]
            bool
        ),
    ),
    (&["int", "int, value expansion", "int with ${X:--454}"], one!(i64)),
    (
        &["negative int"],
        one!(
            #[validate(range(max = -1))]
            i64
        ),
    ),
    (
        &["int then transform n -> string(n+10)"],
        one!(
            #[config(parse = custom::ten_more)]
            String
        ),
    ),
    (&["optional int"], one!(Option<i64>)),
    (
        &["bigint"],
        one!(
            #[serde(serialize_with = "custom::as_text")]
            i128
        ),
    ),
    (&["i8"], one!(i8)),
    (&["u8"], one!(u8)),
    (&["uint"], one!(u64)),
    (&["u32", "u32 split_words"], one!(u32)),
    (
        &["port"],
        one!(
            #[validate(range(min = 1))]
            u16
        ),
    ),
    (&["f32"], one!(f32)),
    (&["float", "num", "number", "number (JS Number() coercion)", "string -> Number()"], one!(f64)),
    (
        &["decimal"],
        one!(
            #[serde(serialize_with = "custom::as_text")]
            f64
        ),
    ),
    (&["Secret<int>"], one!(#[serde(serialize_with = "custom::exposed")] Secret<i64>)),
    (&["Secret<postgres url>"], one!(#[serde(serialize_with = "custom::exposed")] Secret<String>)),
    (
        &[
            "duration",
            "duration (Go syntax)",
            "duration (fraction only without unit)",
            "duration; bare number = seconds; unit suffixes w d h m s ms us",
            "duration; bare number = milliseconds",
            "duration; bare number = ms",
            "duration, ISO-8601 or <int><unit>",
            "duration, sign allowed",
            "duration, units case-insensitive",
            "ISO-8601 duration",
            "custom type decoding a Go duration",
        ],
        one!(Duration),
    ),
    (&["list<duration>", "list<custom type decoding a Go duration>"], one!(Vec<Duration>)),
    (&["url", "absolute url", "absolute url, any scheme; original text preserved"], one!(Url)),
    (&["url, prepend https:// when scheme missing", "url, prepend https://"], one!(Url)),
    (&["url, no trailing slash"], Shape::One(load::<Page>)),
    (&["url matching ^https://api\\."], Shape::One(load::<Api>)),
    (&["http(s) url with a domain host"], Shape::One(load::<Web>)),
    (&["optional url"], one!(Option<Url>)),
    (&["list<url>"], one!(Vec<Url>)),
    (
        &["host"],
        one!(
            #[config(parse = custom::host)]
            String
        ),
    ),
    (&["email"], Shape::One(load::<Address>)),
    (&["list<email>"], one!(Vec<Email>)),
    (&["list<IANA timezone>"], one!(Vec<Zone>)),
    (
        &["date YYYY-MM-DD", "RFC3339"],
        one!(
            #[config(parse = custom::date)]
            String
        ),
    ),
    (
        &["time of day"],
        one!(
            #[config(parse = custom::time)]
            String
        ),
    ),
    (&["string matching ^[A-Z]+$"], Shape::One(load::<Capitals>)),
    (&["string matching /^hello$/i"], Shape::One(load::<Greeting>)),
    (&["string, custom check >=5 words"], Shape::One(load::<Sentence>)),
    (&["enum{VALID}"], one!(Valid)),
    (&["str {choices:['foo','bar','baz']}"], one!(Letters)),
    (&["enum{SUNDAY,MONDAY,TUESDAY} by name", "enum by exact name"], one!(Day)),
    (&["enum{ONE,TWO,THREE_AND_FOUR}, case/dash/underscore-insensitive"], one!(Number)),
    (&["optional enum"], one!(Option<Number>)),
    (&["enum by int value", "enum by int value {pear=0,kiwi=1,lime=2}"], one!(Fruit)),
    (&["log level"], one!(Level)),
    (&["list<enum{debug,info}>"], one!(Vec<Level>)),
    (&["list<enum{sandbox,whitelist,production}>"], one!(Vec<Mode>)),
    (
        &[
            "list<string>",
            "list<string>; empty items dropped",
            "list<string>; JSON array or delimited",
            "list<string> (JSON)",
            "list<string> (non-empty by default)",
            "list<string> with expansion",
            "list<base64 bytes>",
            "Sub(required){Field list<string>}",
        ],
        one!(Vec<String>),
    ),
    (&["optional list<string>"], one!(Option<Vec<String>>)),
    (&["list<string>, delimiter \":\""], one!(#[config(delimiter = ":")] Vec<String>)),
    (&["list<string>, delimiter \"-\""], one!(#[config(delimiter = "-")] Vec<String>)),
    (&["Sub(delimiter \";\"){Field list<string>}"], one!(#[config(delimiter = ";")] Vec<String>)),
    (
        &["list<string> default \"foo,bar,baz\""],
        one!(#[config(default = ["foo", "bar", "baz"].map(str::to_owned).into())] Vec<String>),
    ),
    (&["list<bool>", "list<bool>; first three spellings are valid bools"], one!(Vec<bool>)),
    (&["list<i8>"], one!(Vec<i8>)),
    (&["list<u64>"], one!(Vec<u64>)),
    (&["list<f64>", "list<number>"], one!(Vec<f64>)),
    (&["list<i64>", "list<int>", "list<int>, items may have spaces"], one!(Vec<i64>)),
    (&["list<int>, delimiter \":\""], one!(#[config(delimiter = ":")] Vec<i64>)),
    (&["list<int>, delimiter \"|\""], one!(#[config(delimiter = "|")] Vec<i64>)),
    (&["list<port min 1024>"], one!(Vec<HighPort>)),
    (&["set<string>"], one!(BTreeSet<String>)),
    (&["set<int> (JSON)"], one!(BTreeSet<i64>)),
    (
        &[
            "map<string,string>",
            "map<string,string>, item delim \",\", kv delim \":\"",
            "map<string,string>, kv delim \"=\"",
            "map<string,string>, kv separator \"=\"",
            "map, kv delim \":\"",
            "map; split on first \"=\" only",
            "map, kv separator \" \"",
        ],
        one!(BTreeMap<String, String>),
    ),
    (
        &["map, item delim \" \"", "map, item delimiter \" \""],
        one!(#[config(delimiter = " ")] BTreeMap<String, String>),
    ),
    (
        &["map<string,string>, item delimiter \";\"; first \":\" splits; whitespace trimmed"],
        one!(#[config(delimiter = ";")] BTreeMap<String, String>),
    ),
    (
        &["map<string,string> default \"foo:bar,zip:zap\""],
        one!(#[config(default = [("foo", "bar"), ("zip", "zap")].map(|(k, v)| (k.into(), v.into())).into())]
            BTreeMap<String, String>),
    ),
    (&["map<string,i64>", "map<string,int>"], one!(BTreeMap<String, i64>)),
    (&["map<string,bool>, item delim \";\""], one!(#[config(delimiter = ";")] BTreeMap<String, bool>)),
    (&["map<bool,bool>"], one!(BTreeMap<bool, bool>)),
    (
        &["json"],
        one!(
            #[config(json)]
            Value
        ),
    ),
    (&["json array"], one!(#[config(json)] Vec<Value>)),
    (&["json object"], one!(#[config(json)] Map<String, Value>)),
    (&["map<string,list<string>> decoded as JSON"], one!(#[config(json)] BTreeMap<String, Vec<String>>)),
    (
        &["JSON object {dog:{sound string,size enum{big,medium,small}}}"],
        one!(
            #[config(json)]
            Pets
        ),
    ),
    (
        &["bytes from base64", "base64 -> utf8 string", "base64 (padded, standard alphabet)"],
        one!(#[config(encoding = "base64")] #[serde(serialize_with = "custom::bytes_as_text")] Vec<u8>),
    ),
    (
        &["base64url (unpadded)"],
        one!(#[config(encoding = "base64url")] #[serde(serialize_with = "custom::bytes_as_text")] Vec<u8>),
    ),
    (
        &["32 hex chars", "32 hex chars, either case"],
        one!(
            #[config(encoding = "hex")]
            [u8; 16]
        ),
    ),
    (&["string file (optional)"], one!(#[config(file)] Option<String>)),
    (
        &["string file required", "KEY via KEY_FILE, strip on"],
        one!(
            #[config(file)]
            String
        ),
    ),
    (
        &["KEY via KEY_FILE pointing at a directory"],
        one!(
            #[config(file)]
            String
        ),
    ),
    (
        &["bool via _FILE"],
        one!(
            #[config(file)]
            bool
        ),
    ),
    (
        &["float via _FILE"],
        one!(
            #[config(file)]
            f64
        ),
    ),
    (&["list via _FILE"], one!(#[config(file)] Vec<String>)),
    (
        &["string default \"default\"; empty treated as missing"],
        one!(
            #[config(default = "default")]
            String
        ),
    ),
];
