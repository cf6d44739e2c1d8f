//! How a case becomes a struct of ours.

use secrets_config::Config;
use serde::Serialize;

use super::{input::Input, outcome::Outcome, row::Row};

pub(crate) enum Shape {
    /// One field, `value`, whatever it is called in the case.
    One(Load),
    /// Fields with the names of the case.
    Named(Load),
    /// As `Named`, of which only the field counts that the case is about.
    Field(Load),
    /// Something else than the values of a struct.
    Other(fn(&Row) -> Outcome),
}

type Load = fn(&Input) -> Outcome;

impl Shape {
    pub(crate) fn run(&self, row: &Row) -> Outcome {
        match self {
            Self::One(load) => load(&Input::renamed(row)),
            Self::Named(load) => load(&Input::named(row)),
            Self::Field(load) => {
                let name = row.subject().unwrap();
                load(&Input::named(row)).map(|fields| fields[name].clone())
            }
            Self::Other(run) => run(row),
        }
    }
}

pub(crate) fn load<T: Config + Serialize>(input: &Input) -> Outcome {
    Outcome::of(input.loader::<T>().load())
}

/// A struct with the field `value` of a type and its attributes.
macro_rules! one {
    ($(#[$attribute:meta])* $ty:ty) => {{
        #[derive(secrets_config::Config, serde::Serialize)]
        #[serde(transparent)]
        struct One {
            $(#[$attribute])*
            value: $ty,
        }
        $crate::cases::shape::Shape::One($crate::cases::shape::load::<One>)
    }};
}

/// A struct with the fields of the case.
macro_rules! named {
    ($(#[$outer:meta])* { $($(#[$attribute:meta])* $field:ident: $ty:ty),* $(,)? }) => {{
        #[allow(non_snake_case, reason = "the names are those of the case")]
        #[derive(secrets_config::Config, serde::Serialize)]
        $(#[$outer])*
        struct Named {
            $($(#[$attribute])* $field: $ty,)*
        }
        $crate::cases::shape::Shape::Named($crate::cases::shape::load::<Named>)
    }};
}

pub(crate) use {named, one};
