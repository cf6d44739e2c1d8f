//! How busy the machine is.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{task::JoinHandle, time};

const EVERY: Duration = Duration::from_millis(10);
/// A timer is never exact; what is later than this was held up.
const INEXACT: Duration = Duration::from_millis(20);

/// Does next to nothing every ten milliseconds, in the runtime of the test, and notes how late that was.
#[derive(Debug)]
pub struct Pulse {
    beating: JoinHandle<()>,
    beats: Arc<Mutex<Vec<(Instant, Duration)>>>,
}

impl Pulse {
    /// Starts.
    #[must_use]
    pub fn start() -> Self {
        let beats = Arc::default();
        let beating = tokio::spawn({
            let beats = Arc::clone(&beats);
            async move {
                loop {
                    let due = Instant::now() + EVERY;
                    time::sleep(EVERY).await;
                    let at = Instant::now();
                    let beats: &Mutex<Vec<_>> = &beats;
                    beats.lock().unwrap().push((at, at - due));
                }
            }
        });
        Self { beating, beats }
    }

    /// Returns for how long in all everything was held up since `then`.
    #[must_use]
    pub fn held_up_since(&self, then: Instant) -> Duration {
        let beats = self.beats.lock().unwrap();
        let held_up = beats.iter().filter(|(at, late)| *at >= then && *late > INEXACT);
        held_up.map(|(_, late)| *late).sum()
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.beating.abort();
    }
}
