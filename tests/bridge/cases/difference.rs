//! Why we differ where we do.

use super::row::Row;

pub(crate) struct Difference {
    pub(crate) reason: &'static str,
    /// Ids of cases, or features that they are about.
    pub(crate) rows: &'static [&'static str],
}

impl Difference {
    /// Returns what in the entry covers the case.
    pub(crate) fn entry_for(&self, row: &Row) -> Option<&'static str> {
        self.rows.iter().copied().find(|entry| *entry == row.id || *entry == row.feature)
    }
}

/// Our rule is another one.
pub(crate) const DELIBERATE: &[Difference] = &[
    Difference {
        reason: "an empty text is no value: a required field says `empty`, or `blank`, whatever its type; \
                 `allow_empty` is for the text fields that want it",
        rows: &[
            "caarlos0-041",
            "environs-004",
            "koanf-002",
            "envvar-049",
            "kelsey-007",
            "kelsey-027",
            "environs-035",
            "environs-036",
            "pyd-029",
            "zod-016",
            "zod-026",
        ],
    },
    Difference {
        reason: "an optional field that is unset is `None` and not the empty text",
        rows: &["caarlos0-062", "kelsey-022"],
    },
    Difference {
        reason: "there is one set of spellings for a bool, and a text means what it says",
        rows: &["envvar-034", "zod-013", "zod-029"],
    },
    Difference { reason: "integers are decimal: a zero in front changes nothing", rows: &["envalid-038"] },
    Difference {
        reason: "a time is what `humantime` reads; ISO 8601 and clock times are not",
        rows: &["duration.iso8601", "pyd-034"],
    },
    Difference { reason: "a time is not negative", rows: &["duration.negative", "environs-028"] },
    Difference {
        reason: "a bare number is no time: whether seconds or milliseconds is meant would be a guess",
        rows: &["environs-025", "environs-027", "spring-029", "varlock-048", "varlock-050", "varlock-062"],
    },
    Difference {
        reason: "the units are `humantime`'s, case included: `M` is a month and `m` a minute",
        rows: &["duration.upper", "varlock-042"],
    },
    Difference { reason: "a time may be as short as a nanosecond", rows: &["varlock-063"] },
    Difference {
        reason: "a variant is spelled as serde spells it; a near miss gets a hint",
        rows: &["enum.lenient"],
    },
    Difference {
        reason: "a URL has an authority: `c:` or a host without its scheme has none",
        rows: &["zod-059"],
    },
    Difference {
        reason: "a key and its value are split at `=`",
        rows: &[
            "caarlos0-019",
            "caarlos0-020",
            "caarlos0-021",
            "environs-019",
            "kelsey-009",
            "sethvargo-015",
            "sethvargo-020",
            "sethvargo-064",
            "sethvargo-065",
        ],
    },
    Difference {
        reason: "an empty item is refused; only one delimiter at the end is allowed",
        rows: &["envvar-052"],
    },
    Difference {
        reason: "an empty JSON array is a list; `length(min = 1)` asks for more",
        rows: &["varlock-092"],
    },
    Difference {
        reason: "a variable has one problem, which carries the index of its first bad item",
        rows: &["varlock-084"],
    },
    Difference {
        reason: "an encoding gives the bytes and not the text that they were written in",
        rows: &["base64.valid", "base64url.valid", "hex.fixed_length"],
    },
    Difference {
        reason: "white space around anything but a text is ignored",
        rows: &["zod-042", "zod-043", "zod-044"],
    },
    Difference { reason: "the standard padding may be there or not", rows: &["zod-053"] },
    Difference {
        reason: "a text is kept byte for byte: nothing is expanded outside a `.env` file, and there only if asked for",
        rows: &[
            "expand.value",
            "expand.sees_other_fields_default",
            "expand",
            "expand.int",
            "expand.inline_default_negative",
            "expand.unset_uses_field_default",
            "expand.unset_is_error_naming_inner",
            "expand.multiple",
            "expand.escaped",
            "expand.in_list",
        ],
    },
    Difference {
        reason: "a text is kept byte for byte: quotes around it, outside a `.env` file, belong to it",
        rows: &["dynaconf-010", "dynaconf-011"],
    },
    Difference {
        reason: "a text is kept byte for byte: `null` is one, and only an unset variable is `None`",
        rows: &["pydset-035"],
    },
    Difference {
        reason: "a name that is set nowhere is an error of the line: nothing falls back to the empty text",
        rows: &["dotenvx-003", "dotenvx-006", "godotenv-015", "godotenv-018"],
    },
    Difference {
        reason: "an expanded name is an earlier key of the file first, and then a variable of the environment",
        rows: &["dotenvx-007"],
    },
    Difference {
        reason: "`.env` knows `$NAME` and `${NAME}` and no defaults in them",
        rows: &["dotenvx-013"],
    },
    Difference {
        reason: "a text in single quotes is literal",
        rows: &["pydotenv-025", "pydotenv-048", "godotenv-013"],
    },
    Difference {
        reason: "`.env` knows single and double quotes; a backtick is a character, and three quotes are one too many",
        rows: &["dotenv-006", "dotenv-017", "dotenv-030", "varlock-010"],
    },
    Difference {
        reason: "the escapes in double quotes are a fixed list, `\\\\` is one of them, and others are an error",
        rows: &["dotenv-047", "godotenv-047"],
    },
    Difference {
        reason: "`#` begins a comment only after white space",
        rows: &["dotenv-037", "godotenv-053", "varlock-026"],
    },
    Difference { reason: "a lone carriage return ends no line", rows: &["dotenv.line_ending.cr"] },
    Difference { reason: "a line is `KEY=value`", rows: &["godotenv-032", "dotenv.key_without_value"] },
    Difference {
        reason: "a key is a name, without quotes or brackets",
        rows: &["pydotenv-003", "pydotenv-004", "pydotenv-007", "pydotenv-036"],
    },
    Difference { reason: "a second value for a key is an error", rows: &["pydotenv-055", "pydotenv-056"] },
    Difference {
        reason: "an unterminated quote is an error; nothing after it is guessed at",
        rows: &["pydotenv-040"],
    },
    Difference {
        reason: "one line break at the end of a file is removed, if it is the only one; the rest is the value",
        rows: &["environs-072"],
    },
    Difference { reason: "the limit is 1 MiB for each file", rows: &["pydset-060"] },
    Difference {
        reason: "what resolves outside the secrets directory is refused and not passed over",
        rows: &["pydset-056"],
    },
    Difference {
        reason: "names are exact and case-sensitive, file names included",
        rows: &["spring-058", "spring-038", "dotnet-001"],
    },
    Difference { reason: "a prefix goes in front of every name of its struct", rows: &["pydset-018"] },
    Difference {
        reason: "two names of one field with different values are a conflict",
        rows: &["pydset-007", "viper-001"],
    },
    Difference {
        reason: "an old name goes on working, with a warning, as a `deprecated_alias`",
        rows: &["znv-019", "znv-020"],
    },
    Difference { reason: "what no field asks for is not loaded", rows: &["pydset-023"] },
];

/// It is about something that we do not have.
pub(crate) const API_SHAPE: &[Difference] = &[
    Difference {
        reason: "a mistake in the struct is a compile error, for which `refusals.rs` has the cases",
        rows: &["caarlos0-058", "sethvargo-044", "sethvargo-056"],
    },
    Difference {
        reason: "a field of a Rust struct is in snake_case; there is no case to convert but to capitals",
        rows: &["caarlos0-074", "caarlos0-075", "caarlos0-076", "caarlos0-080", "caarlos0-082"],
    },
    Difference {
        reason: "a list or a map is one variable, not one for each of its items",
        rows: &["caarlos0-089", "pydset-036", "pydset-037", "spring-034", "spring-036"],
    },
    Difference { reason: "no platform's prefix stands for a path", rows: &["dotnet-005"] },
    Difference {
        reason: "the field's type says what a text is, not a token in the text",
        rows: &["dynaconf-001", "dynaconf-004", "dynaconf-006"],
    },
    Difference {
        reason: "an untyped text that looks like TOML; ours would be JSON",
        rows: &["dynaconf-015"],
    },
    Difference {
        reason: "a default does not depend on a profile; figment has those",
        rows: &["envalid-060"],
    },
    Difference {
        reason: "log levels that are numbers are Python's",
        rows: &["environs-054", "environs-055"],
    },
    Difference { reason: "every field of a struct is read", rows: &["kelsey-010"] },
    Difference {
        reason: "a nested struct in a secrets directory is a sub-directory; there is no delimiter to choose",
        rows: &["pydset-051"],
    },
    Difference {
        reason: "an unknown name is told by its prefix, and these have none",
        rows: &["pydset-022"],
    },
    Difference { reason: "an encoding is that of a field, not of its items", rows: &["sethvargo-063"] },
    Difference { reason: "a build for browsers reads no environment", rows: &["t3-005"] },
    Difference { reason: "no option completes a URL", rows: &["varlock-066"] },
];

/// Where we break our own rule. Nothing may stay here.
pub(crate) const WRONG: &[Difference] = &[];
