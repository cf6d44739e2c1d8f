//! What came of an input, and whether two outcomes are the same.

use secrets_config::Report;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::Url;

use super::row::Expected;

#[derive(Debug, Deserialize, Serialize)]
pub(crate) enum Outcome {
    Loaded(Value),
    Refused(Vec<Refusal>),
}

#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Refusal {
    kind: String,
    variable: String,
    said: String,
}

impl Outcome {
    pub(crate) fn of<T: Serialize>(result: Result<T, Report>) -> Self {
        match result {
            Ok(settings) => Self::Loaded(serde_json::to_value(settings).unwrap()),
            Err(report) => Self::Refused(report.problems().iter().map(Refusal::new).collect()),
        }
    }

    pub(crate) fn map(self, change: impl FnOnce(Value) -> Value) -> Self {
        match self {
            Self::Loaded(value) => Self::Loaded(change(value)),
            refused @ Self::Refused(_) => refused,
        }
    }

    pub(crate) fn agrees_with(&self, expected: &Expected) -> bool {
        match (self, expected) {
            (Self::Loaded(ours), Expected::Ok(theirs)) => is_same(ours, theirs),
            (Self::Refused(ours), Expected::Error(Value::String(theirs))) => {
                ours.first().is_some_and(|refusal| refusal.is(theirs))
            }
            (Self::Refused(ours), Expected::Error(Value::Array(theirs))) => {
                let is_ours = |theirs: &Value| {
                    let (kind, variable) = theirs.as_str().unwrap().split_once(':').unwrap();
                    ours.iter().any(|refusal| refusal.variable == variable && refusal.is(kind))
                };
                ours.len() == theirs.len() && theirs.iter().all(is_ours)
            }
            _ => false,
        }
    }
}

impl Refusal {
    fn new(problem: &secrets_config::Problem) -> Self {
        Self {
            kind: problem.kind().as_str().to_owned(),
            variable: problem.variable().to_owned(),
            said: problem.to_string(),
        }
    }

    /// Whether our kind is what others call `theirs`.
    fn is(&self, theirs: &str) -> bool {
        let ours: &[&str] = match theirs {
            "missing" => &["missing"],
            "empty" => &["empty", "blank"],
            "unknown_var" => &["unknown"],
            "file_not_found" | "file_not_readable" | "too_large" => &["file"],
            "out_of_range" => &["out_of_range", "rule"],
            "invalid_schema" | "forbidden_access" | "deprecated" => &[],
            _ => &["invalid", "out_of_range", "rule"],
        };
        ours.contains(&self.kind.as_str())
    }
}

fn is_same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Value::Object(fields), Value::Object(theirs)) => {
            duration(theirs).is_some_and(|theirs| theirs == *ours)
                || fields.len() == theirs.len()
                    && fields
                        .iter()
                        .all(|(name, ours)| theirs.get(name).is_some_and(|theirs| is_same(ours, theirs)))
        }
        (Value::Number(ours), Value::Number(theirs)) => {
            let (ours_exactly, theirs_exactly) = (ours.as_i64(), theirs.as_i64());
            match (ours.as_f64(), theirs.as_f64()) {
                _ if ours_exactly.is_some() && theirs_exactly.is_some() => ours_exactly == theirs_exactly,
                (Some(ours), Some(theirs)) => (ours - theirs).abs() <= f64::from(f32::EPSILON) * theirs.abs(),
                _ => false,
            }
        }
        (Value::String(ours), Value::String(theirs)) => ours == theirs || is_same_url(ours, theirs),
        _ => ours == theirs,
    }
}

/// `Url` writes an empty path as `/`.
fn is_same_url(ours: &str, theirs: &str) -> bool {
    Url::parse(theirs).is_ok_and(|theirs| theirs.has_authority() && theirs.as_str() == ours)
}

/// Returns `{"ms": 1}` as serde writes a `Duration`.
fn duration(theirs: &serde_json::Map<String, Value>) -> Option<Value> {
    let units = [("ns", 1), ("us", 1_000), ("ms", 1_000_000)];
    let (unit, nanos) = units.into_iter().find(|(unit, _)| theirs.contains_key(*unit))?;
    let nanos = theirs[unit].as_u64()?.checked_mul(nanos)?;
    Some(json!({ "secs": nanos / 1_000_000_000, "nanos": nanos % 1_000_000_000 }))
}
