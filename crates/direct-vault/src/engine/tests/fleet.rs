//! Many pods that start in the same second, and meet one sealed Vault.
//!
//! Each pod has a Vault of its own that answers in twenty milliseconds: what is looked at is when they ask.

mod picture;

use std::{fmt::Write, thread, time::Duration};

use super::{
    HOUR, SECOND,
    world::{Fault, World},
};

const SEALED: Duration = Duration::from_secs(8 * 3600);
/// Longer than a lease lives.
const UNSEALED: Duration = Duration::from_secs(9 * 3600 + 600);
const END: Duration = Duration::from_secs(9 * 3600 + 600 + 4 * 3600);

/// The requests of all pods, by second.
struct Load {
    requests: Vec<u32>,
    /// The second in which the last pod was well after its start, and after the unsealing.
    started: usize,
    recovered: usize,
}

/// A part of the time, with its own mean.
struct Window {
    name: &'static str,
    seconds: usize,
    mean: f64,
    /// The most in one second, and the highest rates over ten and sixty.
    peak: f64,
    peak_of_ten: f64,
    peak_of_sixty: f64,
}

impl Load {
    fn of_all(pods: usize) -> Self {
        // Seeds in a row would give numbers that go together.
        let mut random = fastrand::Rng::with_seed(1);
        let seeds: Vec<_> = std::iter::repeat_with(|| random.u64(..)).take(pods).collect();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let parts: Vec<_> = seeds
                .chunks(pods.div_ceil(threads))
                .map(|seeds| scope.spawn(move || Self::of(seeds)))
                .collect();
            parts.into_iter().map(|part| part.join().unwrap()).reduce(Self::and).unwrap()
        })
    }

    fn of(seeds: &[u64]) -> Self {
        let mut load = Self { requests: vec![0; END.as_secs() as usize + 2], started: 0, recovered: 0 };
        for seed in seeds {
            let mut random = fastrand::Rng::with_seed(*seed);
            // They start within one second, by chance.
            let offset = SECOND.mul_f64(random.f64());
            let mut world = World::seeded(random.u64(..));
            world.vault.token.max = Some(4 * HOUR);
            world.vault.lease.max = Some(24 * HOUR);
            load.started = load.started.max(second_when_well(&mut world, offset));
            world.run_for(SEALED - world.elapsed() - offset);
            world.vault.fault = Fault::Sealed;
            world.run_for(UNSEALED - SEALED);
            world.vault.fault = Fault::None;
            load.recovered = load.recovered.max(second_when_well(&mut world, offset));
            world.run_for(END - world.elapsed() - offset);
            for (at, _) in &world.log {
                load.requests[(*at + offset).as_secs() as usize] += 1;
            }
        }
        load
    }

    fn and(mut self, other: Self) -> Self {
        self.requests.iter_mut().zip(other.requests).for_each(|(sum, more)| *sum += more);
        self.started = self.started.max(other.started);
        self.recovered = self.recovered.max(other.recovered);
        self
    }

    fn windows(&self) -> [Window; 5] {
        let [sealed, unsealed, end] = [SEALED, UNSEALED, END].map(|time| time.as_secs() as usize);
        [
            self.window("start", 0, self.started),
            self.window("steady", self.started, sealed),
            self.window("sealed", sealed, unsealed),
            self.window("unsealing", unsealed, self.recovered),
            self.window("steady again", self.recovered, end),
        ]
    }

    fn window(&self, name: &'static str, from: usize, to: usize) -> Window {
        let rate = |requests: &[u32]| {
            requests.iter().map(|count| f64::from(*count)).sum::<f64>() / requests.len() as f64
        };
        let requests = &self.requests[from..to];
        let most = |length: usize| requests.windows(length.min(requests.len())).map(rate).fold(0.0, f64::max);
        Window {
            name,
            seconds: to - from,
            mean: rate(requests),
            peak: most(1),
            peak_of_ten: most(10),
            peak_of_sixty: most(60),
        }
    }
}

/// Runs until the pod is well. Returns the end of that second.
fn second_when_well(world: &mut World, offset: Duration) -> usize {
    while !world.is_well() {
        world.run_for(SECOND / 4);
        assert!(world.elapsed() < END, "a pod never recovers");
    }
    (world.elapsed() + offset).as_secs() as usize + 1
}

fn table(windows: &[Window]) -> String {
    let mut table =
        "| window | seconds | mean/s | most in a second | x mean | most over ten/s | x mean |\n".to_owned();
    for Window { name, seconds, mean, peak, peak_of_ten, .. } in windows {
        let (times, times_of_ten) = (peak / mean, peak_of_ten / mean);
        let _written = writeln!(
            table,
            "| {name} | {seconds} | {mean:.1} | {peak:.0} | {times:.2} | {peak_of_ten:.1} | {times_of_ten:.2} |"
        );
    }
    table
}

#[test]
fn s33_ten_thousand_pods_ask_in_no_second_more_than_three_times_as_often_as_in_the_mean() {
    let load = Load::of_all(10_000);
    let windows = load.windows();
    println!("{}", table(&windows));
    // In two seconds no peak is more than twice the mean: there it counts that nobody asks for more than there must be.
    let [Window { mean, seconds, .. }, ..] = windows;
    assert_eq!((mean * seconds as f64).round(), 20_000.0, "a login and a lease for each pod, at the start");
    for Window { name, mean, peak, .. } in windows {
        assert!(peak <= 3.0 * mean, "{name}: {peak:.0} in a second, {mean:.1}/s in the mean");
    }
    picture::write(&load);
}

/// They ask once in four seconds: where chance would decide on the second it is the minute that is looked at.
#[test]
fn s33_two_hundred_pods_ask_in_no_minute_more_than_three_times_as_often_as_in_the_mean() {
    for Window { name, seconds, mean, peak, peak_of_sixty, .. } in Load::of_all(200).windows() {
        let most = if seconds < 60 { peak } else { peak_of_sixty };
        assert!(most <= 3.0 * mean, "{name}: {most:.1}/s, {mean:.2}/s in the mean");
    }
}
