//! A figment: files and profiles, by the field's place in the struct.

use ::figment::{Figment, value::Value};
use serde_core::de::IgnoredAny;
use zeroize::Zeroizing;

use super::{Failed, Found, Layer, Name, Text};
use crate::{Kind, Origin, Problem};

/// A figment. One with a malformed file holds nothing.
pub(crate) struct FigmentLayer {
    figment: Figment,
    is_usable: bool,
}

impl FigmentLayer {
    #[inline]
    pub(crate) fn new(figment: Figment) -> Self {
        Self { figment, is_usable: true }
    }
}

impl Layer for FigmentLayer {
    #[inline]
    fn open(&mut self, problems: &mut Vec<Problem>) {
        let malformed = malformed(&self.figment);
        self.is_usable = malformed.is_none();
        problems.extend(malformed);
    }

    #[inline]
    fn entry(&self, name: &Name<'_>) -> Result<Option<Found>, Box<Failed>> {
        if self.is_usable { get(&self.figment, name) } else { Ok(None) }
    }

    #[inline]
    fn place(&self) -> String {
        let names: Vec<_> = self.figment.metadata().map(|metadata| metadata.name.to_string()).collect();
        let note = if self.is_usable { "" } else { " (not usable)" };
        format!("figment ({}){note}", names.join(", "))
    }

    /// A key is no variable.
    #[inline]
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Looks a value up and turns it into the text that its field reads. Lists and tables become JSON.
#[inline]
fn get(figment: &Figment, name: &Name<'_>) -> Result<Option<Found>, Box<Failed>> {
    let mut steps = name.folders();
    steps.push(name.field);
    let key = steps.join(".");
    let value = match figment.find_value(&key) {
        Ok(value) => value,
        Err(error) if error.missing() => return Ok(None),
        Err(error) => return Err(Box::new(unreadable(&error, key))),
    };
    let origin = origin(figment, &value, key);
    let text = match value {
        Value::String(_, text) => text,
        Value::Char(_, character) => character.to_string(),
        Value::Bool(_, flag) => flag.to_string(),
        Value::Num(_, number) => serde_json::to_string(&number).unwrap_or_default(),
        Value::Empty(..) => return Ok(None),
        Value::Dict(..) | Value::Array(..) => serde_json::to_string(&value).unwrap_or_default(),
    };
    Ok(Some(Found::new(Text::Unicode(Zeroizing::new(text)), origin)))
}

#[inline]
fn origin(figment: &Figment, value: &Value, key: String) -> Origin {
    let metadata = figment.get_metadata(value.tag());
    let place = metadata.map_or_else(
        || "figment".to_owned(),
        |metadata| match &metadata.source {
            Some(source) => format!("{} ({source})", metadata.name),
            None => metadata.name.to_string(),
        },
    );
    Origin::Figment { place, key }
}

/// Returns the problem if a file of the figment is malformed. figment's message quotes it, so only its place is told.
#[inline]
fn malformed(figment: &Figment) -> Option<Problem> {
    let error = figment.extract::<IgnoredAny>().err()?;
    let place = error.metadata.as_ref().map_or_else(
        || "figment".to_owned(),
        |metadata| match &metadata.source {
            Some(source) => format!("{} ({source})", metadata.name),
            None => metadata.name.to_string(),
        },
    );
    Some(Problem::of_name(place.clone(), Kind::File, place, "a file that figment can read"))
}

/// A value that figment has and cannot give.
#[inline]
fn unreadable(error: &::figment::Error, key: String) -> Failed {
    let place =
        error.metadata.as_ref().map_or_else(|| "figment".to_owned(), |metadata| metadata.name.to_string());
    Failed {
        kind: Kind::Invalid,
        origin: Origin::Figment { place, key },
        expected: "a value that figment can read".into(),
        hint: None,
    }
}
