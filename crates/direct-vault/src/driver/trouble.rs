//! What those who use a lease are told of what keeps it from being replaced.

use std::sync::Arc;

use super::Driver;
use crate::{Error, engine::Job};

/// What concerns all leases, by what found it.
#[derive(Default)]
pub(super) struct Common {
    health: Option<Arc<Error>>,
    login: Option<Arc<Error>>,
    token: Option<Arc<Error>>,
}

/// What concerns one lease. That it could be renewed does not mean that it can be replaced.
#[derive(Default)]
pub(super) struct Own {
    issue: Option<Arc<Error>>,
    renewal: Option<Arc<Error>>,
}

impl Common {
    fn of(&mut self, job: Job) -> Option<&mut Option<Arc<Error>>> {
        match job {
            Job::CheckHealth => Some(&mut self.health),
            Job::LogIn => Some(&mut self.login),
            Job::LookUpToken(_) | Job::RenewToken(_) => Some(&mut self.token),
            Job::Issue(..) | Job::RenewLease(..) | Job::RevokeLease(..) | Job::RevokeToken(_) => None,
        }
    }

    fn other(&self) -> Option<&Arc<Error>> {
        self.login.as_ref().or(self.token.as_ref())
    }
}

impl Driver {
    /// Takes in how a job went: what it is about is well again, or not.
    pub(super) fn set_trouble(&mut self, job: Job, trouble: Option<Arc<Error>>) {
        match job {
            Job::Issue(key, _) => {
                if let Some(lease) = self.leases.get_mut(&key) {
                    lease.trouble.renewal = None;
                    lease.trouble.issue = trouble;
                }
            }
            // Of one that was replaced meanwhile it says nothing.
            Job::RenewLease(key, session) => {
                if let Some(lease) = self.leases.get_mut(&key).filter(|_| self.engine.holds(key, session)) {
                    lease.trouble.renewal = trouble;
                }
            }
            // Of a new token nothing bad is known.
            Job::LogIn if trouble.is_none() => self.common = Common::default(),
            _ => {
                if let Some(known) = self.common.of(job) {
                    *known = trouble;
                }
            }
        }
    }

    pub(super) fn forget_troubles(&mut self) {
        self.common = Common::default();
        self.leases.values_mut().for_each(|lease| lease.trouble = Own::default());
    }

    /// Tells everybody: of an outage, in which nothing can be replaced, or of a lease's own trouble, or of what concerns
    /// all.
    pub(super) fn tell_troubles(&mut self) {
        let (outage, other) = (self.common.health.as_ref(), self.common.other());
        for lease in self.leases.values_mut() {
            let Own { issue, renewal } = &lease.trouble;
            let trouble = outage.or(issue.as_ref()).or(renewal.as_ref()).or(other).cloned();
            lease.tell_trouble(trouble);
        }
    }

    /// Tells everybody that there will be nothing new.
    pub(super) fn tell_the_end(&mut self) {
        let end = Arc::new(Error::Stopped);
        self.leases.values_mut().for_each(|lease| lease.tell_trouble(Some(Arc::clone(&end))));
    }
}
