//! What leases ask of Vault while hours pass, on a paused clock.

use std::{fs, time::Duration};

use lifecycle_tests::turns::{complete, pass, paused};
use testkit::{FakeVault, Terms};

use crate::{Result, anybody, asked::Asked};

const LEASES: usize = 1_000;
/// So finely time passes.
const STEP: Duration = Duration::from_secs(5);
const HOUR: Duration = Duration::from_secs(3600);
const FOUR_HOURS: Duration = Duration::from_secs(4 * 3600);
const DAY: Duration = Duration::from_secs(86_400);

/// How long things live, and for how long it is watched after four hours in which they settle: by then the token of the
/// start has been replaced.
struct Case {
    name: &'static str,
    lease_ttl: Duration,
    lease_max_ttl: Duration,
    watched: Duration,
}

const CASES: [Case; 3] = [
    Case { name: "TTL 1 h", lease_ttl: HOUR, lease_max_ttl: DAY, watched: FOUR_HOURS },
    Case { name: "TTL 1 h, at most 4 h", lease_ttl: HOUR, lease_max_ttl: FOUR_HOURS, watched: FOUR_HOURS },
    Case { name: "TTL 10 min", lease_ttl: Duration::from_secs(600), lease_max_ttl: DAY, watched: HOUR },
];

pub(crate) fn report() -> Result<()> {
    println!("\n### Requests in an hour, {LEASES} leases\n");
    println!("| | requests | least | x least | logins | token | read | renewed | revoked | other | CPU s |");
    println!("| --- |{}", " ---: |".repeat(10));
    for case in &CASES {
        let (asked, cpu) = paused(case.live(LEASES))?;
        let hours = case.watched.as_secs_f64() / HOUR.as_secs_f64();
        let per_hour = asked.total() as f64 / hours;
        let least = case.least();
        println!(
            "| {} | {per_hour:.0} | {least:.0} | {:.2} | {} | {:.2} |",
            case.name,
            per_hour / least,
            asked.cells(),
            cpu / hours
        );
    }
    println!(
        "\nThe kinds are counted over the whole time that was watched. CPU time is per hour of life, of the"
    );
    println!("client and the simulated server together.");
    Ok(())
}

impl Case {
    /// Returns the requests in an hour that nobody can do without: each lease is granted anew at the very end of each
    /// TTL, by a renewal or a reading, and is given back once in its greatest TTL. The same with the token.
    fn least(&self) -> f64 {
        let in_an_hour = |time: Duration| HOUR.as_secs_f64() / time.as_secs_f64();
        let each = in_an_hour(self.lease_ttl) + in_an_hour(self.lease_max_ttl);
        LEASES as f64 * each + in_an_hour(HOUR) + in_an_hour(30 * DAY)
    }

    async fn live(&self, leases: usize) -> Result<(Asked, f64)> {
        let terms = Terms {
            token_ttl: HOUR,
            token_max_ttl: 30 * DAY,
            lease_ttl: self.lease_ttl,
            lease_max_ttl: self.lease_max_ttl,
        };
        let server = FakeVault::start(terms).await?;
        let vault = complete(anybody(&server.url())?.start()).await?;
        let mut logins = Vec::new();
        for _ in 0..leases {
            logins.push(complete(vault.database("database/creds/app-role")).await?);
            // Nobody asks for all in one moment.
            pass(self.lease_ttl / 2 / u32::try_from(leases)?, STEP).await;
        }
        pass(FOUR_HOURS, STEP).await;
        let (before, cpu) = (asked(&server), cpu()?);
        pass(self.watched, STEP).await;
        let (after, cpu) = (asked(&server), self::cpu()? - cpu);
        if server.leases() != leases {
            return Err(format!("{} of {leases} leases live", server.leases()).into());
        }
        drop(logins);
        complete(vault.shutdown()).await;
        Ok((after - before, cpu))
    }
}

fn asked(server: &FakeVault) -> Asked {
    let requests = server.requests();
    Asked::of(requests.iter().filter_map(|request| Some(request.split_once(' ')?.1)))
}

/// Returns how long this thread has run, in seconds.
fn cpu() -> Result<f64> {
    let times = fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds: u64 = times.split(' ').next().ok_or("no time")?.parse()?;
    Ok(Duration::from_nanos(nanoseconds).as_secs_f64())
}
