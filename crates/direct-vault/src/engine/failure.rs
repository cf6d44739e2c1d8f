//! What the engine makes of a job that failed.

use std::time::{Duration, Instant};

use super::{
    Engine, Job, Lease, LeaseKey, Lost, Renewal, TO_MOVE,
    attempts::{Attempts, FLOOR, longest_pause},
    term::Term,
};
use crate::Error;

/// After a refusal somebody must change something: ask again this rarely, from asking to asking. All is well within a
/// minute of the change: the second is for the answer.
const AFTER_REFUSAL: Duration = Duration::from_secs(59);
/// As far as login goes, after which there is more to ask for.
pub(super) const AFTER_REFUSED_LOGIN: Duration = Duration::from_secs(57);
/// An answer is waited for for half a minute: with that it is less than a minute until the next one.
const AFTER_TIMEOUT: Duration = Duration::from_secs(25);
/// Vault may ask to wait for longer than anything here lives.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// Vault has said that there are too many requests: for so long they are a second apart.
const SLOW: Duration = Duration::from_secs(60);

impl Engine {
    /// A job failed.
    pub(crate) fn failed(&mut self, now: Instant, job: Job, error: &Error) {
        self.pause(now, job, error);
        if let Job::Issue(key, _) = job {
            self.leases.entry(key).and_modify(|lease| {
                lease.issuing = None;
                lease.was_denied = matches!(error, Error::Denied { .. });
            });
        }
        if let Error::Unavailable { status: 429, .. } = error {
            self.slow_until = Some(now + SLOW);
        }
        if let (Job::Issue(_, id) | Job::RenewLease(_, id), Error::Unavailable { status: 500, .. }) =
            (job, error)
        {
            // Vault looks at the token first: what is behind it failed.
            self.proves(id);
        }
        let ahead = self.ahead;
        let has_no_answer = matches!(error, Error::TimedOut { .. } | Error::AnswerLost { .. });
        if has_no_answer && job != Job::LogIn {
            self.unanswered = Some(now);
        }
        if let Some(term) = self.term(job).filter(|_| has_no_answer) {
            term.renewal_got_lost(now, ahead);
        }
        let is_from_between = matches!(error, Error::Unavailable { status: 502 | 504, .. });
        if is_from_between || matches!(error, Error::Malformed { .. }) {
            // Vault may have answered something else.
            self.unanswered(now, job);
        }
        match error {
            Error::Unreachable { .. } | Error::Sealed { .. } => self.outage_begins(now),
            // What is behind that path is slow or cut off; for all others Vault itself is.
            Error::TimedOut { .. } | Error::AnswerLost { .. } => match job {
                Job::Issue(..) | Job::RevokeLease(..) => self.unanswered(now, job),
                Job::RenewLease(..) => self.refused(now, job),
                _ => self.outage_begins(now),
            },
            Error::Denied { .. } => self.denied(now, job),
            Error::LeaseGone { .. } => self.gone(now, job),
            Error::RenewalRefused { .. } => self.ends(now, job),
            _ => self.refused(now, job),
        }
    }

    fn outage_begins(&mut self, now: Instant) {
        if self.outage.is_none() {
            let longest = longest_pause(self.headroom(now));
            self.outage.insert(Attempts::default()).still_out(now, longest, &mut self.random);
        }
    }

    /// A read may have made a lease that nobody knows. If there is no other lease, and the token is ours to revoke, it
    /// goes, and takes it along.
    fn unanswered(&mut self, now: Instant, job: Job) {
        let Job::Issue(key, id) = job else { return };
        let Some(lease) = self.leases.get(&key).filter(|lease| !lease.is_reading) else { return };
        let full = lease.held.as_ref().map(|held| held.term.full()).filter(|full| !full.is_zero());
        let lost = Lost { key, ends: full.and_then(|full| self.certain(now).checked_add(full)) };
        let is_own = self.is_ours_alone(id);
        if let Some(session) = self.sessions.get_mut(&id).filter(|_| is_own) {
            session.lost.push(lost);
        }
    }

    /// Sets the earliest time of the next attempt.
    fn pause(&mut self, now: Instant, job: Job, error: &Error) {
        let headroom = self.headroom(now);
        let longest = longest_pause(headroom);
        let mut random = self.random.fork();
        let is_of_old_token = match job {
            Job::Issue(_, id) => Some(id) != self.current(),
            Job::RenewLease(key, id) => !self.holds(key, id),
            _ => false,
        };
        let Some(attempts) = self.attempts(job) else { return };
        match error {
            // It says nothing about the token in use, or the lease.
            Error::Denied { .. } if is_of_old_token => attempts.succeeded(now),
            _ if is_of_old_token && matches!(job, Job::RenewLease(..)) => attempts.succeeded(now),
            Error::Denied { .. }
            | Error::NotFound { .. }
            | Error::NotLeased { .. }
            | Error::Leased { .. }
            | Error::Unfit { .. }
            | Error::UnusableToken { .. } => {
                attempts.failed_apart(now, AFTER_REFUSAL);
            }
            // Whatever ends meanwhile: wrong credentials do not become right by asking often.
            Error::LoginRefused { .. } => attempts.failed(now, AFTER_REFUSED_LOGIN, &mut random),
            Error::LeaseGone { .. } | Error::RenewalRefused { .. } => attempts.succeeded(now),
            Error::Unavailable { retry_after: Some(wait), .. } => {
                // Not so long that what is held ends meanwhile.
                let most =
                    headroom.map_or(LONGEST_WAIT, |headroom| (headroom * 3 / 4).clamp(FLOOR, LONGEST_WAIT));
                attempts.failed_until(now + (*wait).min(most));
            }
            Error::TimedOut { .. } => attempts.failed(now, longest.min(AFTER_TIMEOUT), &mut random),
            _ => attempts.failed(now, longest, &mut random),
        }
        if job == Job::LogIn {
            self.is_without_login = !error.is_retryable();
            self.keep_token(now, error);
        }
    }

    /// A login failed. If it was made only to be there earlier than others, the token in use is kept for another half of
    /// its life or a whole one; if it was for the next lease, that is read with the token there is.
    fn keep_token(&mut self, now: Instant, error: &Error) {
        let Some((&current, session)) = self.sessions.last_key_value() else { return };
        if session.has_ended(now) {
            return;
        }
        let is_to_go = session.is_to_be_replaced(now);
        let is_due = |lease: &Lease| lease.replacement(now, current, session).is_some_and(|at| at <= now);
        let stays = |(key, lease): (&LeaseKey, &Lease)| {
            (is_due(lease) && !lease.is_reading && self.is_in_vain(now, *key, lease, error)).then_some(*key)
        };
        let staying: Vec<_> = self.leases.iter().filter_map(stays).collect();
        let is_early = !is_to_go && session.term.oldest().is_some_and(|oldest| oldest <= now);
        if !is_to_go && (is_early || !staying.is_empty()) {
            self.log_in.succeeded(now);
        }
        for key in staying {
            self.leases.entry(key).and_modify(|lease| lease.stays = true);
        }
        if let Some(session) = self.sessions.get_mut(&current).filter(|_| is_early) {
            let kept = session.term.full().mul_f64(0.5 + 0.5 * self.random.f64());
            session.term.set_oldest(now.checked_add(kept));
            session.is_kept = true;
        }
    }

    /// Returns whether the lease is not to wait for a login that failed: because it will fail again, or there is no time.
    fn is_in_vain(&self, now: Instant, key: LeaseKey, lease: &Lease, error: &Error) -> bool {
        /// After so many logins in a row without an answer, and so long without anything else, it is logins alone, as long
        /// as Vault says that it is well.
        const ENOUGH: u32 = 5;
        const LATELY: Duration = Duration::from_secs(600);
        const NOW: Duration = Duration::from_secs(60);
        let is_lost = matches!(error, Error::TimedOut { .. } | Error::AnswerLost { .. });
        let is_login_alone = self.log_in.failures() >= ENOUGH
            && self.unanswered.is_none_or(|at| at + LATELY <= now)
            && self.healthy.is_some_and(|at| now < at + NOW);
        // The answer to a read could get lost as well, and with the token in use nobody could revoke what it made.
        let loses_answers = is_lost && !is_login_alone;
        let is_urgent = match &lease.held {
            None => true,
            Some(held) if held.is_useless || lease.is_in_doubt => true,
            Some(held) => {
                let moves = now + TO_MOVE.min(held.term.full() / 4);
                self.lease_expires(key).is_some_and(|expires| expires <= moves)
            }
        };
        !error.is_retryable() || is_urgent && !loses_answers
    }

    /// Nobody may do this, or the token is dead: the next job finds out which. Should it live, what was denied for good
    /// is already noted here.
    fn denied(&mut self, now: Instant, job: Job) {
        match job {
            // Its own end, or that of its token, does it. No reason to doubt the token in use.
            Job::RevokeLease(id, _) => self.lease_revoked(id),
            // It is dead, or lives to its end: what it made may still be given back with another one.
            Job::RevokeToken(id) => drop(self.forget_token(now, id)),
            Job::RenewToken(id) | Job::Issue(_, id) | Job::RenewLease(_, id) => {
                if let Some(term) = self.term(job) {
                    term.is_not_renewable();
                    if let Some(attempts) = self.attempts(job) {
                        attempts.forgive();
                    }
                }
                if let Job::RenewLease(key, _) = job {
                    self.leases.entry(key).and_modify(|lease| lease.renewal = Renewal::Denied(id));
                }
                if let Some(session) = self.sessions.get_mut(&id) {
                    session.suspect = Some(now);
                    session.renewal_denied |= matches!(job, Job::RenewToken(_));
                }
            }
            Job::CheckHealth | Job::LogIn | Job::LookUpToken(_) => {}
        }
    }

    /// What was to be renewed or revoked is no more.
    fn gone(&mut self, now: Instant, job: Job) {
        match job {
            Job::RevokeLease(id, _) => self.lease_revoked(id),
            Job::RevokeToken(id) => self.token_revoked(now, id),
            Job::RenewLease(key, _) => {
                let ahead = self.ahead;
                if let Some(term) = self.term(job) {
                    term.end(now, ahead);
                    self.leases.entry(key).and_modify(|lease| {
                        // Who doubted it was right, and is heard again.
                        lease.doubted = None;
                        lease.issue.no_earlier(now + FLOOR);
                    });
                }
            }
            _ => self.ends(now, job),
        }
    }

    /// What was to be renewed lives on to its end and no further.
    fn ends(&mut self, now: Instant, job: Job) {
        if let Some(term) = self.term(job) {
            term.replace(now);
        }
    }

    /// The request was understood and not served.
    fn refused(&mut self, now: Instant, job: Job) {
        let again = self.attempts(job).and_then(|attempts| attempts.earliest(now)).unwrap_or(now);
        if let Some(term) = self.term(job) {
            term.renewal_failed(now, again);
        }
    }

    /// The term that the job was to renew. That of a lease is meant only if it was made with this token: the outcome of
    /// an older renewal is not about it.
    fn term(&mut self, job: Job) -> Option<&mut Term> {
        match job {
            Job::RenewToken(id) => self.sessions.get_mut(&id).map(|session| &mut session.term),
            Job::RenewLease(key, session) => {
                let held = self.leases.get_mut(&key)?.held.as_mut()?;
                (held.session == session).then_some(&mut held.term)
            }
            _ => None,
        }
    }
}
