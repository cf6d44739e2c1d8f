//! What a recorder of the crate `metrics` is given.

use std::{
    fmt,
    sync::{Arc, Mutex},
};

use canary_tests::Seen;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// Runs `action`, and takes in every name, label and value that it records on this thread.
pub(crate) fn record(seen: &mut Seen, action: impl FnOnce(&mut Seen)) {
    let recorded = Recorded::default();
    metrics::with_local_recorder(&recorded, || action(seen));
    let lines = recorded.0.lock().unwrap();
    assert!(!lines.is_empty(), "nothing was recorded");
    seen.text("the metrics", lines.join("\n"));
}

#[derive(Clone, Default)]
struct Recorded(Arc<Mutex<Vec<String>>>);

impl Recorded {
    fn push(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }

    fn cell(&self, key: &Key, metadata: &Metadata<'_>) -> Arc<Cell> {
        let labels: Vec<_> = key.labels().map(|label| (label.key(), label.value())).collect();
        self.push(format!("{} {labels:?} {metadata:?}", key.name()));
        Arc::new(Cell { name: key.name().to_owned(), recorded: self.clone() })
    }
}

impl Recorder for Recorded {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, text: SharedString) {
        self.push(format!("{name:?} {text}"));
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, text: SharedString) {
        self.push(format!("{name:?} {text}"));
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, text: SharedString) {
        self.push(format!("{name:?} {text}"));
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.cell(key, metadata))
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.cell(key, metadata))
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.cell(key, metadata))
    }
}

/// One metric.
struct Cell {
    name: String,
    recorded: Recorded,
}

impl Cell {
    fn push(&self, value: impl fmt::Display) {
        self.recorded.push(format!("{} {value}", self.name));
    }
}

impl CounterFn for Cell {
    fn increment(&self, value: u64) {
        self.push(value);
    }

    fn absolute(&self, value: u64) {
        self.push(value);
    }
}

impl GaugeFn for Cell {
    fn increment(&self, value: f64) {
        self.push(value);
    }

    fn decrement(&self, value: f64) {
        self.push(value);
    }

    fn set(&self, value: f64) {
        self.push(value);
    }
}

impl HistogramFn for Cell {
    fn record(&self, value: f64) {
        self.push(value);
    }
}
