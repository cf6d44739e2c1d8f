//! What a load measured.

use std::{
    fmt,
    ops::Range,
    time::{Duration, Instant},
};

use super::Sample;

/// All requests of a load.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The requests, in the order they were due.
    pub samples: Vec<Sample>,
    /// When the first one was due.
    pub began: Instant,
    /// How long requests were sent.
    pub elapsed: Duration,
}

/// How long requests took.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Latency {
    /// How many requests these are.
    pub count: usize,
    /// Half of them took no longer.
    pub p50: Duration,
    /// 99 of 100 took no longer.
    pub p99: Duration,
    /// None took longer.
    pub max: Duration,
}

impl Summary {
    pub(super) fn new(mut samples: Vec<Sample>, began: Instant, elapsed: Duration) -> Self {
        samples.sort_by_key(|sample| sample.at);
        Self { samples, began, elapsed }
    }

    /// How many requests were sent.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.samples.len()
    }

    /// How many of them did not succeed.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.failures().count()
    }

    /// The requests that did not succeed, each printable with its reason.
    pub fn failures(&self) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(|sample| !sample.is_success())
    }

    /// The times at which a request that took longer than `limit` was on its way, each from when it was due to its end.
    pub fn slower_than(&self, limit: Duration) -> impl Iterator<Item = Range<Instant>> {
        let slow = self.samples.iter().filter(move |sample| sample.latency > limit);
        slow.map(|sample| {
            let due = self.began + sample.at;
            due..due + sample.latency
        })
    }

    /// The latency of all requests.
    #[must_use]
    pub fn latency(&self) -> Latency {
        Latency::of(&self.samples)
    }

    /// The latency of the requests that were due within any of the windows.
    #[must_use]
    pub fn latency_within(&self, windows: &[Range<Duration>]) -> Latency {
        Latency::of(self.samples.iter().filter(|sample| within(windows, sample)))
    }

    /// The latency of the requests that were due outside all of the windows.
    #[must_use]
    pub fn latency_outside(&self, windows: &[Range<Duration>]) -> Latency {
        Latency::of(self.samples.iter().filter(|sample| !within(windows, sample)))
    }
}

impl Latency {
    fn of<'a>(samples: impl IntoIterator<Item = &'a Sample>) -> Self {
        let mut latencies: Vec<Duration> = samples.into_iter().map(|sample| sample.latency).collect();
        latencies.sort_unstable();
        let count = latencies.len();
        // The smallest value that this many hundredths do not exceed.
        let percentile = |hundredths: usize| {
            let rank = (count * hundredths).div_ceil(100).max(1);
            latencies.get(rank - 1).copied().unwrap_or_default()
        };
        Self { count, p50: percentile(50), p99: percentile(99), max: percentile(100) }
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.count == 0 {
            return f.write_str("no requests");
        }
        let [p50, p99, max] = [self.p50, self.p99, self.max].map(|latency| latency.as_secs_f64() * 1e3);
        write!(f, "p50 {p50:.1} ms, p99 {p99:.1} ms, max {max:.1} ms ({} requests)", self.count)
    }
}

fn within(windows: &[Range<Duration>], sample: &Sample) -> bool {
    windows.iter().any(|window| window.contains(&sample.at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, Request};

    fn summary(latencies: impl IntoIterator<Item = u64>) -> Summary {
        let sample = |(index, latency)| Sample {
            request: Request::Order,
            at: Duration::from_secs(index),
            latency: Duration::from_millis(latency),
            outcome: Outcome::Success,
        };
        Summary::new((0..).zip(latencies).map(sample).collect(), Instant::now(), Duration::ZERO)
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let latency = summary((1..=200).rev()).latency();
        let [p50, p99, max] = [100, 198, 200].map(Duration::from_millis);
        assert_eq!(latency, Latency { count: 200, p50, p99, max });
        assert_eq!(summary([]).latency(), Latency::default());
    }

    #[test]
    fn what_was_slow_is_told_with_its_time() {
        let summary = summary([10, 500, 20, 700]);
        let slow: Vec<_> = summary.slower_than(Duration::from_millis(100)).collect();
        let [second, third] = [1, 3].map(|second| summary.began + Duration::from_secs(second));
        let [half, more] = [500, 700].map(Duration::from_millis);
        assert_eq!(slow, [second..second + half, third..third + more]);
    }

    #[test]
    fn windows_divide_the_requests() {
        let windows =
            [Duration::from_secs(1)..Duration::from_secs(3), Duration::from_secs(2)..Duration::from_secs(4)];
        let summary = summary([10, 500, 600, 700, 20]);
        assert_eq!(summary.latency_within(&windows).count, 3);
        assert_eq!(summary.latency_outside(&windows).max, Duration::from_millis(20));
    }
}
