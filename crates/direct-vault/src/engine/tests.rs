//! The engine against a simulated Vault, in simulated time.

mod clocks;
mod fleet;
mod outages;
mod outcomes;
mod pod;
mod refusals;
mod terms;
mod world;

use std::time::Duration;

use super::Job;

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

fn is_login(job: &Job) -> bool {
    matches!(job, Job::LogIn)
}

fn is_issue(job: &Job) -> bool {
    matches!(job, Job::Issue(..))
}

fn is_lease_renewal(job: &Job) -> bool {
    matches!(job, Job::RenewLease(..))
}

fn is_token_renewal(job: &Job) -> bool {
    matches!(job, Job::RenewToken(_))
}

fn is_health_check(job: &Job) -> bool {
    matches!(job, Job::CheckHealth)
}
