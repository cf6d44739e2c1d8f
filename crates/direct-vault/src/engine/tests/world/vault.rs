//! Vault and the database behind it: tokens, the users made with them, and what can go wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use super::super::HOUR;
use crate::{
    Error,
    client::{Grant, Health},
    engine::Job,
    login::Method,
};

pub(super) type TokenNumber = u64;
pub(super) type UserNumber = u64;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum Fault {
    None,
    Sealed,
    Unreachable,
    /// Status 500.
    RenewalsFail,
    /// Status 500, for the token alone.
    TokenRenewalsFail,
    /// Status 500, and whoever is denied something cannot find out why.
    LookUpsFail,
    /// Status 500, and no user is made.
    IssuesFail,
    /// The policy lacks `sys/leases/renew`.
    LeaseRenewalsDenied,
    /// The policy lacks the role's path.
    IssuesDenied,
    LoginsRefused,
    /// Status 500.
    LoginsFail,
    /// They have no answer: what is behind them is gone.
    LoginsHang,
    /// Tokens are given and may do nothing.
    EverythingDenied,
    /// One request is served in so much time.
    Quota {
        every: Duration,
        retry_after: Option<Duration>,
    },
    /// Vault does what it is asked to, and of so many the answer does not come.
    AnswersLost(f64),
    /// The same for all that make a login, and nothing else.
    ReadsLost,
    ReadsLostAndLoginsRefused,
    /// The same, and the connection breaks at once.
    ReadsCut,
    /// Everything takes so long.
    Slow(Duration),
}

/// What Vault grants.
#[derive(Debug)]
pub(in super::super) struct Role {
    pub(in super::super) ttl: Duration,
    /// Nothing if it has a period instead, and can be renewed for ever.
    pub(in super::super) max: Option<Duration>,
    pub(in super::super) renewable: bool,
}

#[derive(Clone, Copy, Debug)]
struct Life {
    born: Instant,
    /// Nothing if it never ends.
    ends: Option<Instant>,
}

#[derive(Debug)]
struct User {
    token: TokenNumber,
    life: Life,
    owner: Owner,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Owner {
    /// The process knows its lease, or will when the answer is there.
    Process,
    /// The answer to the process got lost.
    Lost,
    /// The process that had it has died.
    Dead,
}

/// A good answer.
#[derive(Debug)]
pub(super) enum Granted {
    Health(Health),
    Token(TokenNumber, Grant),
    Alive(bool),
    Time(Grant),
    User(UserNumber, Grant),
    Done,
}

/// What a request is about.
#[derive(Clone, Copy, Default)]
pub(super) struct Subject {
    pub(super) token: Option<TokenNumber>,
    pub(super) user: Option<UserNumber>,
    /// How much time is asked for, if not what the role gives.
    pub(super) increment: Option<Duration>,
}

#[derive(Debug)]
pub(in super::super) struct Vault {
    pub(in super::super) token: Role,
    pub(in super::super) lease: Role,
    /// Leases end with their token at the latest, as those of a batch token do.
    pub(in super::super) clamps_to_token: bool,
    pub(in super::super) fault: Fault,
    tokens: BTreeMap<TokenNumber, Life>,
    users: BTreeMap<UserNumber, User>,
    /// Those who have ended by their time, or with a token that did.
    ended: BTreeSet<UserNumber>,
    last_number: u64,
    served: Option<Instant>,
}

impl Vault {
    pub(super) fn new() -> Self {
        Self {
            token: Role { ttl: HOUR, max: None, renewable: true },
            lease: Role { ttl: HOUR, max: None, renewable: true },
            clamps_to_token: false,
            fault: Fault::None,
            tokens: BTreeMap::new(),
            users: BTreeMap::new(),
            ended: BTreeSet::new(),
            last_number: 0,
            served: None,
        }
    }

    pub(in super::super) fn live_tokens(&self) -> usize {
        self.tokens.len()
    }

    /// Returns how many users exist, those included that nobody knows.
    pub(in super::super) fn live_users(&self) -> usize {
        self.users.len()
    }

    /// Returns how many users exist whose password got lost.
    pub(in super::super) fn lost_users(&self) -> usize {
        self.users.values().filter(|user| user.owner == Owner::Lost).count()
    }

    /// Returns how many users exist that the process made, those included that it does not know.
    pub(in super::super) fn users_of_process(&self) -> usize {
        self.users.values().filter(|user| user.owner != Owner::Dead).count()
    }

    pub(in super::super) fn revoke_users(&mut self) {
        self.users.clear();
    }

    pub(in super::super) fn revoke_tokens(&mut self) {
        self.tokens.clear();
        self.users.clear();
    }

    pub(super) fn revoke_token(&mut self, token: TokenNumber) {
        self.tokens.remove(&token);
        self.users.retain(|_, user| user.token != token);
    }

    pub(in super::super) fn is_user(&self, user: UserNumber) -> bool {
        self.users.contains_key(&user)
    }

    pub(super) fn time_left(&self, now: Instant, user: UserNumber) -> Duration {
        let Some(user) = self.users.get(&user) else { return Duration::ZERO };
        let token = self.tokens.get(&user.token).and_then(|token| token.ends);
        let ends = user.life.ends.into_iter().chain(token).min();
        ends.map_or(Duration::MAX, |ends| ends.saturating_duration_since(now))
    }

    /// Ends what is past its time. Returns how many of `in_use` were, though Vault could be asked.
    pub(super) fn let_end<'a>(
        &mut self,
        now: Instant,
        in_use: impl Iterator<Item = &'a UserNumber>,
    ) -> usize {
        let is_alive = |life: &Life| life.ends.is_none_or(|ends| ends > now);
        self.tokens.retain(|_, life| is_alive(life));
        let has_ended = |user: &User| !is_alive(&user.life) || !self.tokens.contains_key(&user.token);
        if !self.users.values().any(has_ended) {
            return 0;
        }
        let ended: BTreeSet<_> =
            self.users.iter().filter(|(_, user)| has_ended(user)).map(|(number, _)| *number).collect();
        self.users.retain(|number, _| !ended.contains(number));
        let is_up = !matches!(self.fault, Fault::Unreachable | Fault::Sealed);
        let lapses = in_use.filter(|number| is_up && ended.contains(number)).count();
        self.ended.extend(ended);
        lapses
    }

    pub(super) fn has_ended(&self, user: UserNumber) -> bool {
        self.ended.contains(&user)
    }

    /// The answer got lost.
    pub(super) fn forget(&mut self, granted: &Granted) {
        if let Granted::User(number, _) = granted {
            self.users.entry(*number).and_modify(|user| user.owner = Owner::Lost);
        }
    }

    pub(super) fn process_died(&mut self) {
        self.users.values_mut().for_each(|user| user.owner = Owner::Dead);
    }

    pub(super) fn answer(&mut self, now: Instant, job: Job, subject: Subject) -> Result<Granted, Error> {
        let _ended = self.let_end(now, [].iter());
        if let Some(error) = self.refusal(now, job, subject) {
            return Err(error);
        }
        let (token, user) = (subject.token, subject.user);
        Ok(match job {
            Job::CheckHealth if self.fault == Fault::Sealed => Granted::Health(Health::Sealed),
            Job::CheckHealth => Granted::Health(Health::Serving),
            Job::LogIn => {
                let (life, grant) = born(&self.token, now);
                Granted::Token(self.add_token(life), grant)
            }
            Job::LookUpToken(_) => {
                let alive = token.is_some_and(|token| self.tokens.contains_key(&token));
                Granted::Alive(alive && self.fault != Fault::EverythingDenied)
            }
            Job::RenewToken(_) => {
                let Some(life) = token.and_then(|token| self.tokens.get_mut(&token)) else {
                    return Err(denied());
                };
                Granted::Time(renewed(life, &self.token, now, subject.increment, None))
            }
            Job::RenewLease(..) => {
                let Some(user) = user.and_then(|user| self.users.get_mut(&user)) else { return Err(gone()) };
                let most = self.tokens.get(&user.token).and_then(|token| token.ends);
                let most = most.filter(|_| self.clamps_to_token);
                Granted::Time(renewed(&mut user.life, &self.lease, now, None, most))
            }
            Job::Issue(..) => {
                let Some(token) = token else { return Err(denied()) };
                let (mut life, mut grant) = born(&self.lease, now);
                let most = self.tokens.get(&token).and_then(|token| token.ends);
                if let Some(most) =
                    most.filter(|most| self.clamps_to_token && life.ends.is_none_or(|ends| ends > *most))
                {
                    life.ends = Some(most);
                    grant.ttl = whole_seconds(most - now);
                }
                self.last_number += 1;
                self.users.insert(self.last_number, User { token, life, owner: Owner::Process });
                Granted::User(self.last_number, grant)
            }
            Job::RevokeLease(..) => {
                if let Some(user) = user {
                    self.users.remove(&user);
                }
                Granted::Done
            }
            Job::RevokeToken(_) => {
                if let Some(token) = token {
                    self.revoke_token(token);
                }
                Granted::Done
            }
        })
    }

    fn add_token(&mut self, life: Life) -> TokenNumber {
        self.last_number += 1;
        self.tokens.insert(self.last_number, life);
        self.last_number
    }

    fn refusal(&mut self, now: Instant, job: Job, subject: Subject) -> Option<Error> {
        let path = String::new;
        let unavailable = |status, retry_after| Error::Unavailable {
            path: path(),
            status,
            messages: Vec::new(),
            retry_after,
        };
        let is_dead = subject.token.is_none_or(|token| !self.tokens.contains_key(&token));
        if let (Fault::Quota { every, retry_after }, true) = (self.fault, job != Job::CheckHealth) {
            if self.served.is_some_and(|served| now < served + every) {
                return Some(unavailable(429, retry_after));
            }
            self.served = Some(now);
        }
        match (self.fault, job) {
            (_, Job::CheckHealth) => None,
            (Fault::Sealed, _) => Some(Error::Sealed { address: path() }),
            (Fault::LoginsRefused | Fault::ReadsLostAndLoginsRefused, Job::LogIn) => {
                Some(Error::LoginRefused {
                    method: Method::AppRole,
                    path: path(),
                    status: 400,
                    messages: Vec::new(),
                })
            }
            (Fault::LookUpsFail, Job::LookUpToken(_)) | (Fault::LoginsFail, Job::LogIn) => {
                Some(unavailable(500, None))
            }
            (_, Job::LogIn | Job::LookUpToken(_)) => None,
            // Vault looks at the token before anything else.
            _ if is_dead => Some(denied()),
            (Fault::RenewalsFail, Job::RenewLease(..)) => Some(unavailable(500, None)),
            (Fault::TokenRenewalsFail, Job::RenewToken(_)) | (Fault::IssuesFail, Job::Issue(..)) => {
                Some(unavailable(500, None))
            }
            (Fault::LeaseRenewalsDenied, Job::RenewLease(..))
            | (Fault::IssuesDenied | Fault::EverythingDenied | Fault::LookUpsFail, Job::Issue(..)) => {
                Some(denied())
            }
            _ => None,
        }
    }
}

fn denied() -> Error {
    Error::Denied { operation: "read", path: String::new(), messages: Vec::new() }
}

fn gone() -> Error {
    Error::LeaseGone { path: String::new(), messages: Vec::new() }
}

fn born(role: &Role, now: Instant) -> (Life, Grant) {
    let ends = if role.ttl.is_zero() { None } else { now.checked_add(role.ttl) };
    (Life { born: now, ends }, Grant { ttl: role.ttl, renewable: role.renewable })
}

fn renewed(
    life: &mut Life,
    role: &Role,
    now: Instant,
    increment: Option<Duration>,
    most: Option<Instant>,
) -> Grant {
    let end = most.into_iter().chain(role.max.map(|max| life.born + max)).min();
    let left = end.map_or(Duration::MAX, |end| end.saturating_duration_since(now));
    // A period is granted whatever is asked for.
    let asked = increment.filter(|_| role.max.is_some()).unwrap_or(role.ttl);
    let ttl = asked.min(left);
    life.ends = Some(now + ttl);
    // The answer has whole seconds; the life goes on to its end.
    Grant { ttl: whole_seconds(ttl), renewable: role.renewable }
}

fn whole_seconds(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs())
}
