//! What the run showed, and whether that is good enough.

use std::{
    fmt,
    ops::Range,
    process::ExitStatus,
    time::{Duration, Instant},
};

use testkit::{Postgres, Provisioned, Vault};

use super::{Options, watch::Rotation};
use crate::Result;

#[derive(Debug)]
pub(super) struct Summary {
    pub(super) requests: testkit::Summary,
    pub(super) rotations: Vec<Rotation>,
    pub(super) logins: u64,
    pub(super) leftovers: Leftovers,
    pub(super) status: ExitStatus,
}

/// What the service left behind.
#[derive(Debug)]
pub(super) struct Leftovers {
    leases: usize,
    users: Vec<String>,
}

impl Leftovers {
    /// Counts them, after the moment Vault takes to carry out a revocation.
    pub(super) async fn settle(app: &Provisioned, vault: &Vault, postgres: &Postgres) -> Result<Self> {
        let deadline = Instant::now() + SETTLE_LIMIT;
        loop {
            let leases = app.leases(vault).await?;
            let users = app.database_users(postgres).await?;
            if (leases == 0 && users.is_empty()) || Instant::now() > deadline {
                return Ok(Self { leases, users });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Summary {
    /// Returns what was not as it should be.
    pub(super) fn complaints(&self, options: &Options) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut require = |holds: bool, complaint: String| {
            if !holds {
                complaints.push(complaint);
            }
        };
        let (failed, generations) = (self.requests.failed(), self.generations());
        require(self.requests.requests() > 0, "no request was sent".into());
        require(failed == 0, format!("{failed} requests failed"));
        require(
            generations >= options.generations(),
            format!("{generations} generations, and at least {} were expected", options.generations()),
        );
        require(self.leftovers.leases == 0, format!("{} leases are left", self.leftovers.leases));
        let users = &self.leftovers.users;
        require(users.is_empty(), format!("database users are left: {}", users.join(", ")));
        require(self.status.success(), format!("the service ended with {}", self.status));
        complaints
    }

    fn generations(&self) -> usize {
        self.rotations.len() + 1
    }

    fn windows(&self) -> Vec<Range<Duration>> {
        self.rotations
            .iter()
            .map(|rotation| rotation.at.saturating_sub(BEFORE)..rotation.at + AFTER)
            .collect()
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (requests, windows) = (&self.requests, self.windows());
        let rate = requests.requests() as f64 / requests.elapsed.as_secs_f64();
        writeln!(f, "requests            {} ({rate:.0} a second)", requests.requests())?;
        writeln!(f, "failed              {}", requests.failed())?;
        for failure in requests.failures().take(5) {
            writeln!(f, "  {failure}")?;
        }
        writeln!(f, "during rotations    {}", requests.latency_within(&windows))?;
        writeln!(f, "otherwise           {}", requests.latency_outside(&windows))?;
        writeln!(f, "generations         {}", self.generations())?;
        writeln!(f, "token logins        {}", self.logins)?;
        writeln!(f, "leases left         {}", self.leftovers.leases)?;
        writeln!(f, "database users left {}", self.leftovers.users.len())
    }
}

/// A rotation is seen up to a tenth of a second late, and the old connections leave for a while after it.
const BEFORE: Duration = Duration::from_millis(500);
const AFTER: Duration = Duration::from_secs(3);
const SETTLE_LIMIT: Duration = Duration::from_secs(5);
