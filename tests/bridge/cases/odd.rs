//! The structs for cases about more than the type of one field, by their ids.

use std::{collections::BTreeMap, fs, os::unix};

use secrets_config::Config;
use serde::Serialize;
use serde_json::Value;

use super::{
    custom,
    input::Input,
    outcome::Outcome,
    row::Row,
    shape::{Shape, load, named, one},
};

/// The variable of a field by its name.
macro_rules! variable_of {
    ($field:ident) => {{
        #[allow(non_snake_case, reason = "this is what the case is about")]
        #[derive(Config)]
        #[allow(dead_code, reason = "only the name is of interest")]
        struct Named {
            $field: String,
        }
        let mut name = Value::Null;
        Named::SCHEMA.for_each_field(&mut |variable, _| name = variable.into());
        Outcome::Loaded(name)
    }};
}

macro_rules! keys {
    ($($field:ident = $key:tt)*) => {
        /// Every key that a `.env` file of the cases has, as the text it is.
        #[allow(non_snake_case, reason = "the names are those of the cases")]
        #[derive(Config, Serialize)]
        pub(crate) struct Keys {
            $(
                #[config(env = $key, allow_empty)]
                #[serde(rename = $key, skip_serializing_if = "Option::is_none")]
                $field: Option<String>,
            )*
        }
    };
}

keys! {
    A = "A" B = "B" C = "C" D = "D" E = "E" U = "U" a = "a" b = "b" c = "c" d = "d"
    FOO = "FOO" BAR = "BAR" foo = "foo" bar = "bar" baz = "baz" qux = "qux" thud = "thud" fred = "fred"
    ONE = "ONE" TWO = "TWO" THREE = "THREE" KEY = "KEY" SERVER = "SERVER" PASSWORD = "PASSWORD" DB = "DB"
    OPTION_A = "OPTION_A" OPTION_B = "OPTION_B" OPTION_C = "OPTION_C" OPTION_D = "OPTION_D"
    OPTION_E = "OPTION_E" OPTION_F = "OPTION_F" OPTION_G = "OPTION_G" OPTION_H = "OPTION_H"
    OPTION_K = "OPTION_K" export_FOO = "export_FOO" BASIC_EXPAND = "BASIC_EXPAND"
    BASIC_EXPAND_SIMPLE = "BASIC_EXPAND_SIMPLE" EXPAND_SELF = "EXPAND_SELF"
    MACHINE_EXPAND = "MACHINE_EXPAND" SOME_ENV = "SOME_ENV" FOO_dot_BAR = "FOO.BAR"
}

/// What a nested struct of one field holds.
#[derive(Config, Serialize)]
#[serde(transparent)]
struct Inner {
    #[config(env = "STR")]
    value: String,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
struct Middle {
    #[config(nested, prefix = "NONDEFINED_")]
    inner: Inner,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
struct Counted {
    number: i64,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
struct Connection {
    #[config(env = "ConnectionString")]
    text: String,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
struct Property {
    inner: String,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
struct Key {
    key: String,
}

#[derive(Config, Serialize)]
struct Server {
    host: String,
    port: u16,
    token: String,
}

#[derive(Config, Serialize)]
struct Embedded {
    #[serde(rename = "Enabled")]
    enabled: bool,
    #[config(env = "EMBEDDEDPORT")]
    #[serde(rename = "EmbeddedPort")]
    port: i64,
}

#[derive(Config, Serialize)]
struct Numbers {
    num_list: Option<Vec<i64>>,
}

#[derive(Config, Serialize)]
struct Person {
    #[config(env = "sex")]
    sex: String,
    #[config(env = "first_name")]
    first_name: String,
}

#[derive(Config, Serialize)]
struct Login {
    user: String,
    passwd: Option<String>,
}

#[derive(Config, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Bread {
    #[config(env = "BREAD_NAME")]
    name: String,
    #[config(flatten)]
    meat: Meat,
}

#[derive(Config, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Meat {
    #[config(env = "MEAT_TYPE")]
    r#type: String,
}

#[derive(Config, Serialize)]
struct Element {
    name: String,
}

#[derive(Config, Serialize)]
struct Host {
    #[config(nested)]
    f00: Element,
}

#[derive(Config, Serialize)]
struct Hosts {
    #[config(nested)]
    host: Host,
}

#[derive(Config, Serialize)]
#[config(prefix = "ENV_CONFIG_", deny_unknown)]
struct Strict {
    debug: bool,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
struct Spring {
    spring: String,
}

#[derive(Config, Serialize)]
struct Mounted {
    #[config(env = "a")]
    a: String,
    #[config(env = "b")]
    b: String,
    #[config(env = "c")]
    c: String,
}

#[derive(Config, Serialize)]
#[serde(transparent)]
struct Kind {
    #[config(allow_empty)]
    r#type: String,
}

pub(crate) const SHAPES: &[(&[&str], Shape)] = &[
    (&["caarlos0-017"], named!(#[serde(transparent)] { #[config(nested, prefix = "PRF_")] middle: Middle })),
    (&["caarlos0-025"], named!({ #[config(env = "KEY1")] Key1: String, #[config(env = "KEY2")] Key2: i64 })),
    (
        &["caarlos0-026"],
        named!({ #[config(env = "innervar")] Inner: String, #[config(env = "innernum")] Number: u64 }),
    ),
    (&["caarlos0-027"], named!(#[serde(transparent)] { #[config(flatten)] foo: Counted })),
    (&["caarlos0-053"], named!(#[serde(transparent)] { no_default: String })),
    (&["caarlos0-069"], named!({ #[config(nested, prefix = "SERVER_")] api: Server })),
    (
        &["caarlos0-072"],
        named!(#[serde(rename_all = "PascalCase")] {
            foo: String,
            foo_bar: String,
            #[serde(rename = "HTTPPort")]
            http_port: i64,
        }),
    ),
    (&["caarlos0-074"], Shape::Other(|_| variable_of!(FooBar))),
    (&["caarlos0-075"], Shape::Other(|_| variable_of!(FOOBar))),
    (&["caarlos0-076"], Shape::Other(|_| variable_of!(Foo____Bar))),
    (&["caarlos0-078"], Shape::Other(|_| variable_of!(Foo_Bar))),
    (&["caarlos0-080"], Shape::Other(|_| variable_of!(SSHPort))),
    (&["caarlos0-082"], Shape::Other(|_| variable_of!(_PortHTTP))),
    (&["caarlos0-089", "caarlos0-090"], named!(#[serde(transparent)] { foo: Option<Vec<String>> })),
    (
        &[
            "dotenvx-001",
            "dotenvx-002",
            "dotenvx-003",
            "dotenvx-005",
            "dotenvx-006",
            "dotenvx-007",
            "dotenvx-009",
            "dotenvx-012",
            "dotenvx-013",
        ],
        Shape::Field(load::<Keys>),
    ),
    (&["dotnet-001"], named!(#[serde(transparent)] { #[config(nested)] defaultconnection: Connection })),
    (
        &["dotnet-003"],
        named!(#[serde(transparent)] { #[config(nested, prefix = "data__")] data: Connection }),
    ),
    (
        &["dotnet-005"],
        named!(#[serde(transparent)] { #[config(env = "ConnectionStrings_db2")] text: String }),
    ),
    (&["dynaconf-008", "varlock-013", "varlock-014", "varlock-021", "varlock-026"], one!(i64)),
    (&["dynaconf-014"], one!(Vec<bool>)),
    (&["dynaconf-015"], one!(BTreeMap<String, Value>)),
    (
        &["envalid-060", "envalid-061"],
        named!(#[serde(transparent)] { #[config(default = "prod")] FOO: String }),
    ),
    (
        &["envalid-062", "envalid-064", "envalid-065"],
        named!(#[serde(transparent)] {
            #[config(env = "autoExtractId")]
            #[serde(skip)]
            #[expect(dead_code, reason = "only the other field reads it")]
            auto: bool,
            #[config(required_if(auto = false))]
            FOO: Option<f64>,
        }),
    ),
    (&["environs-058"], named!(#[config(prefix = "APP_")] { STR: String, INT: i64 })),
    (&["environs-082"], named!(#[serde(transparent)] { #[config(file)] KEY: String })),
    (
        &["environs-083"],
        named!({ INT: i64, #[config(parse = custom::date)] DTIME: String, REQUIRED: String }),
    ),
    (
        &["kelsey-011"],
        named!(#[config(prefix = "ENV_CONFIG_")] #[serde(transparent)] { #[config(nested)] outer: Property }),
    ),
    (
        &["kelsey-022"],
        named!(#[config(prefix = "ENV_CONFIG_")] #[serde(transparent)] { user: Option<String> }),
    ),
    (
        &["kelsey-027"],
        named!(#[config(prefix = "ENV_CONFIG_")] {
            #[config(env = "DEFAULTVAR", default = "foobar")]
            DefaultVar: String,
            #[config(env = "REQUIREDVAR")]
            RequiredVar: String,
        }),
    ),
    (
        &["kelsey-028"],
        named!(#[serde(transparent)] { #[config(env = "ENV_CONFIG_REQUIREDDEFAULT", default = "foo2bar")] text: String }),
    ),
    (
        &["kelsey-031"],
        named!(#[config(prefix = "ENV_CONFIG_")] #[serde(transparent)] { #[config(flatten)] embedded: Embedded }),
    ),
    (&["kelsey-035"], named!(#[serde(transparent)] { REQUIREDVAR: String })),
    (
        &["kelsey-036", "kelsey-037"],
        Shape::Other(|row| Outcome::of(Strict::from_pairs(row.env.clone())).map(|_| Value::Null)),
    ),
    (&["koanf-003"], named!(#[serde(transparent)] { #[config(nested)] test: Key })),
    (
        &["pydset-003"],
        one!(
            #[config(default = "default")]
            String
        ),
    ),
    (&["pydotenv-048", "pydotenv-049", "pydotenv-053"], named!({ #[config(env = "a")] a: String })),
    (
        &["pydset-004", "pydset-005", "pydset-007"],
        named!(#[serde(transparent)] {
            #[config(env = "pomo", alias = "pomme", alias = "manzano")]
            apple: String,
        }),
    ),
    (&["pydset-010"], named!({ #[config(nested, prefix = "CHILD__")] child: Option<Numbers> })),
    (&["pydset-012"], named!({ #[config(nested, prefix = "caregiver_")] caregiver: Person })),
    (
        &["pydset-018"],
        named!(#[config(prefix = "p_")] #[serde(transparent)] { #[config(env = "foo")] foo: String }),
    ),
    (
        &["pydset-020"],
        named!({ #[config(env = "A")] a: String, #[config(env = "b")] b: String, #[config(env = "c")] c: String }),
    ),
    (&["pydset-021"], named!({ a: String, b: String, c: String })),
    (&["pydset-022", "pydset-023"], named!({ #[config(env = "a")] a: String })),
    (&["pydset-025"], named!(#[serde(transparent)] { #[config(env = "a", default = "default")] a: String })),
    (&["pydset-036"], named!(#[serde(transparent)] { #[config(env = "nested")] nested: Option<Value> })),
    (
        &["pydset-037"],
        named!(#[serde(transparent)] { #[config(env = "nested_field")] map: Option<BTreeMap<String, String>> }),
    ),
    (
        &["pydset-047", "pydset-048"],
        named!(#[serde(transparent)] { #[config(env = "foo", json)] foo: BTreeMap<String, String> }),
    ),
    (&["pydset-050"], named!(#[serde(transparent)] { #[config(env = "foo")] foo: String })),
    (
        &["pydset-051", "pydset-052", "pydset-056"],
        named!({ app_key: Option<String>, #[config(nested, prefix = "DB__")] db: Login }),
    ),
    (&["pydset-058", "pydset-060"], named!({ key1: Option<String>, key2: Option<String> })),
    (&["sethvargo-040"], named!(#[serde(transparent)] { #[config(default = "$DEFAULT")] FIELD: String })),
    (
        &["sethvargo-052"],
        named!(#[serde(rename_all = "PascalCase")] {
            #[config(env = "SANDWICH_NAME")]
            name: String,
            #[config(flatten)]
            bread: Bread,
        }),
    ),
    (&["sethvargo-057"], named!(#[serde(transparent)] { #[config(flatten)] sub: Option<Counted> })),
    (
        &["sethvargo-067", "sethvargo-068", "sethvargo-070", "sethvargo-071", "sethvargo-074"],
        Shape::Other(is_key),
    ),
    (&["spring-034", "spring-036", "spring-037"], Shape::Other(path_of)),
    (&["spring-038"], named!(#[serde(transparent)] { #[config(env = "FOO_THE_BAR")] the_bar: String })),
    (
        &["spring-051", "spring-052", "spring-053"],
        named!(#[serde(transparent)] { #[config(env = "a")] a: String }),
    ),
    (&["spring-055"], Shape::Other(visible)),
    (&["spring-057"], Shape::Other(removed)),
    (&["spring-058"], Shape::Named(load::<Spring>)),
    (&["t3-001", "t3-005"], named!({ BAR: String, FOO_BAR: String })),
    (
        &["viper-001", "viper-002"],
        named!(#[serde(transparent)] { #[config(alias = "OLD_FOOD")] FOOD: String }),
    ),
    (&["viper-004"], Shape::Other(over_a_file)),
    (&["viper-007"], named!(#[config(prefix = "BAZ_")] #[serde(transparent)] { bar: String })),
    (
        &["znv-003"],
        named!({ #[config(default = "defaulthost")] HOST: String, #[config(default = 80)] PORT: u16 }),
    ),
    (
        &["znv-004"],
        named!({ #[config(env = "cats")] cats: Option<u64>, #[config(env = "dogs")] dogs: Option<i128> }),
    ),
    (&["znv-007"], named!({ #[config(env = "dogs")] dogs: String })),
    (&["znv-014"], named!({ PORT: u16 })),
    (&["znv-015"], named!({ HOST: String })),
    (
        &["znv-019", "znv-020"],
        named!({ #[config(deprecated_alias = "DEPRECATED")] replacement: Option<String> }),
    ),
];

/// Whether the quoted name in the words of the schema may be a key.
fn is_key(row: &Row) -> Outcome {
    let name = row.schema().split('"').nth(1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".env");
    fs::write(&path, format!("{name}=x")).unwrap();
    Outcome::Loaded(Keys::loader().dotenv(path).load().is_ok().into())
}

/// The place in the struct that a variable fills.
fn path_of(row: &Row) -> Outcome {
    let loaded = Hosts::loader().pairs(row.env.clone()).load_with_origins();
    Outcome::of(loaded.map(|hosts| hosts.provided()[0].path.clone()))
}

/// The fields that a directory fills.
fn visible(row: &Row) -> Outcome {
    let names = |fields: Value| fields.as_object().unwrap().keys().cloned().collect();
    load::<Mounted>(&Input::named(row)).map(names)
}

/// A file that is listed, and gone when it is read.
fn removed(_: &Row) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    unix::fs::symlink("gone", folder.path().join("spring")).unwrap();
    Outcome::of(Spring::loader().secrets_dir(folder.path()).load())
}

/// An empty variable over a text from another source.
fn over_a_file(row: &Row) -> Outcome {
    Outcome::of(Kind::loader().pairs([("TYPE", "donut")]).pairs(row.env.clone()).load())
}
