//! What the machine takes for itself, so that a promise is not measured by how busy it is.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use testkit::{Latency, Load, Proxy, Request, Seen, Service, Summary};

use crate::scene::FLOOR;

/// Requests a second, which need neither a database nor Vault.
const RATE: u32 = 20;
/// One that takes longer was held up by the machine.
const PROMPT: Duration = Duration::from_millis(50);

/// Asks the service for something that costs it nothing, all the time.
pub(crate) struct Probe(Load);

impl Probe {
    pub(crate) fn start(service: &Service) -> Self {
        Self(Load::of(&[Request::Alive], service.address(), RATE).unwrap())
    }

    pub(crate) async fn stop(self) -> Machine {
        Machine(self.0.stop().await)
    }
}

/// What a probe has found.
pub(crate) struct Machine(Summary);

impl Machine {
    pub(crate) fn latency(&self) -> Latency {
        self.0.latency()
    }

    /// Asserts that `to` is at most `promised` after `from`, not counting while Vault had not yet answered or the
    /// machine held everything up.
    pub(crate) fn assert_within(&self, promised: Duration, proxy: &Proxy, from: Instant, to: Instant) {
        let (pause, taken) = (to.saturating_duration_since(from), self.taken(proxy, from, to));
        assert!(pause <= promised + taken, "{pause:?}, of which Vault and the machine took {taken:?}");
    }

    /// Asserts that from each request to the next it is a second, less what the machine held the first one up on its way.
    pub(crate) fn assert_a_second_apart(&self, requests: &[Seen]) {
        for pair in requests.windows(2) {
            let [first, second] = [pair[0].at, pair[1].at];
            let window = first.checked_sub(Duration::from_secs(1)).unwrap()..first;
            let late = covered(self.0.slower_than(PROMPT), window);
            assert!(second - first + late >= FLOOR, "{:?} from {pair:?}", second - first);
        }
    }

    /// Returns for how much of the time Vault had not yet answered, or the machine held everything up.
    fn taken(&self, proxy: &Proxy, from: Instant, to: Instant) -> Duration {
        let asked = proxy.requests("/v1/").into_iter();
        let vaults = asked.filter_map(|request| Some(request.at..request.answered_at?));
        let covered = covered(vaults.chain(self.0.slower_than(PROMPT)), from..to);
        // A stall may begin and end unseen between two requests.
        covered + Duration::from_secs(1) / RATE
    }
}

/// Returns how much of `window` is within any of the spans.
fn covered(spans: impl Iterator<Item = Range<Instant>>, window: Range<Instant>) -> Duration {
    let mut spans: Vec<_> = spans.collect();
    spans.sort_unstable_by_key(|span| span.start);
    let (mut at, mut covered) = (window.start, Duration::ZERO);
    for span in spans {
        let (start, end) = (span.start.max(at), span.end.min(window.end));
        if start < end {
            covered += end - start;
            at = end;
        }
    }
    covered
}
