//! A figment: files and profiles, by the field's place in the struct.

use ::figment::{Figment, value::Value};
use zeroize::{Zeroize, Zeroizing};

use super::{Failed, Found, Layer, Name, Text};
use crate::{Kind, Origin, Problem};

/// A figment. One with a malformed file holds nothing.
pub(crate) struct FigmentLayer {
    figment: Figment,
    /// All that it holds, merged once: whatever figment merges it copies, and does not wipe.
    values: Option<Wiped>,
}

/// Values that are wiped when dropped.
struct Wiped(Value);

impl FigmentLayer {
    #[inline]
    pub(crate) fn new(figment: Figment) -> Self {
        Self { figment, values: None }
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl Layer for FigmentLayer {
    #[inline]
    fn open(&mut self, problems: &mut Vec<Problem>) {
        self.values = match self.figment.find_value("") {
            Ok(values) => Some(Wiped(values)),
            Err(error) => {
                problems.push(malformed(&error));
                None
            }
        };
    }

    #[inline]
    fn entry(&self, name: &Name<'_>) -> Result<Option<Found>, Box<Failed>> {
        Ok(self.values.as_ref().and_then(|values| get(&self.figment, &values.0, name)))
    }

    #[inline]
    fn place(&self) -> String {
        let names: Vec<_> = self.figment.metadata().map(|metadata| metadata.name.to_string()).collect();
        let note = if self.values.is_some() { "" } else { " (not usable)" };
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
fn get(figment: &Figment, values: &Value, name: &Name<'_>) -> Option<Found> {
    let mut steps = name.folders();
    steps.push(name.field);
    let key = steps.join(".");
    let value = values.find_ref(&key)?;
    let text = match value {
        Value::String(_, text) => text.clone(),
        Value::Char(_, character) => character.to_string(),
        Value::Bool(_, flag) => flag.to_string(),
        Value::Num(_, number) => serde_json::to_string(number).unwrap_or_default(),
        Value::Empty(..) => return None,
        Value::Dict(..) | Value::Array(..) => serde_json::to_string(value).unwrap_or_default(),
    };
    Some(Found::new(Text::Unicode(Zeroizing::new(text)), origin(figment, value, key)))
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(_, text) => text.zeroize(),
        Value::Char(_, character) => character.zeroize(),
        Value::Bool(_, flag) => flag.zeroize(),
        Value::Num(_, number) => *number = 0_u8.into(),
        Value::Dict(_, values) => values.values_mut().for_each(wipe),
        Value::Array(_, values) => values.iter_mut().for_each(wipe),
        Value::Empty(..) => {}
    }
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

/// Returns the problem of a malformed file. figment's message quotes it, so only its place is told.
#[inline]
fn malformed(error: &::figment::Error) -> Problem {
    let place = error.metadata.as_ref().map_or_else(
        || "figment".to_owned(),
        |metadata| match &metadata.source {
            Some(source) => format!("{} ({source})", metadata.name),
            None => metadata.name.to_string(),
        },
    );
    Problem::of_name(place.clone(), Kind::File, place, "a file that figment can read")
}
