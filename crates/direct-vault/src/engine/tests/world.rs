//! The engine, a network that takes its time, and a clock that jumps from one event to the next.

mod vault;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant, SystemTime},
};

pub(super) use self::vault::{Fault, Vault};
use self::vault::{Granted, TokenNumber, UserNumber};
use crate::{
    Error, State,
    clock::{Clock, Reading},
    engine::{Engine, Job, LeaseKey, RetiredId, SessionId},
};

/// How long the driver waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT_OF_LOGINS_MADE: Duration = Duration::from_secs(30);
/// How often the driver looks at the clocks.
const TICK: Duration = Duration::from_millis(500);

/// One process with its engine, and the Vault it talks to.
pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) vault: Vault,
    random: fastrand::Rng,
    start: Instant,
    /// The time that Vault has.
    now: Instant,
    /// How long the process slept.
    slept: Duration,
    clock: Clock,
    /// It has not looked at the clocks since.
    has_just_woken: bool,
    /// How much of that its boot clock missed as well.
    boot_missed: Duration,
    /// What the wall clock showed at the start, had it been set then as it is now.
    wall: SystemTime,
    events: BTreeMap<(Instant, u64), Event>,
    last_event: u64,
    /// The longest time a request or an answer is on its way.
    pub(super) latency: Duration,
    /// How long the application goes on using a lease that has been replaced, at most.
    pub(super) longest_use: Duration,
    /// Tokens are made for the process: those that somebody gave it are not revoked.
    pub(super) makes_tokens: bool,
    tokens: BTreeMap<SessionId, TokenNumber>,
    pub(super) held: BTreeMap<LeaseKey, UserNumber>,
    retired: BTreeMap<RetiredId, UserNumber>,
    /// Those that the application still uses after they were replaced, and when they end as far as the process knew.
    in_use: BTreeMap<RetiredId, (UserNumber, Option<Instant>)>,
    /// Those that were in use when a clock went beyond their end.
    overtaken: BTreeSet<UserNumber>,
    /// How often the process revoked what the application used.
    pub(super) cut: usize,
    /// What was started, and when. A renewal of another process before it is not in it.
    pub(super) log: Vec<(Duration, Job)>,
    /// When this process was started, or its clock last jumped.
    born: Duration,
    /// When Vault said that there are too many requests.
    limited: Vec<Duration>,
    /// How often a lease in use had ended by its time, though Vault answered.
    pub(super) lapses: usize,
    pub(super) least_overlap: Duration,
    leases: usize,
}

#[derive(Debug)]
enum Event {
    /// A request reaches Vault.
    Arrives { job: Job, sent: Instant },
    /// Its answer reaches the process.
    Answered { job: Job, sent: Instant, result: Result<Granted, Error> },
    /// The application has let go of it.
    Released(RetiredId),
    /// The driver looks at the clocks.
    Tick,
}

impl World {
    pub(super) fn new() -> Self {
        Self::seeded(1)
    }

    pub(super) fn seeded(seed: u64) -> Self {
        Self::seeded_with_leases(seed, 1)
    }

    pub(super) fn with_leases(leases: usize) -> Self {
        Self::seeded_with_leases(1, leases)
    }

    pub(super) fn seeded_with_leases(seed: u64, leases: usize) -> Self {
        Self::start(Engine::new(None, fastrand::Rng::with_seed(seed)), seed, leases)
    }

    pub(super) fn with_lease_max_age(age: Duration) -> Self {
        Self::start(Engine::new(Some(age), fastrand::Rng::with_seed(1)), 1, 1)
    }

    fn start(mut engine: Engine, seed: u64, leases: usize) -> Self {
        for _ in 0..leases {
            engine.add_lease();
        }
        let now = Instant::now();
        let wall = SystemTime::now();
        Self {
            engine,
            vault: Vault::new(),
            random: fastrand::Rng::with_seed(!seed),
            start: now,
            now,
            slept: Duration::ZERO,
            clock: Clock::new(move || Reading { awake: now, boot: Some(Duration::ZERO), wall }),
            has_just_woken: false,
            boot_missed: Duration::ZERO,
            wall,
            events: BTreeMap::new(),
            last_event: 0,
            latency: Duration::from_millis(20),
            longest_use: Duration::from_secs(3),
            makes_tokens: true,
            tokens: BTreeMap::new(),
            held: BTreeMap::new(),
            retired: BTreeMap::new(),
            in_use: BTreeMap::new(),
            overtaken: BTreeSet::new(),
            cut: 0,
            log: Vec::new(),
            born: Duration::ZERO,
            limited: Vec::new(),
            lapses: 0,
            least_overlap: Duration::MAX,
            leases,
        }
    }

    pub(super) fn run_for(&mut self, time: Duration) {
        self.run_and_check(time, |_| {});
    }

    /// Runs, and has `check` look at each step.
    pub(super) fn run_and_check(&mut self, time: Duration, mut check: impl FnMut(&Self)) {
        let end = self.now + time;
        loop {
            self.lapses += self.vault.let_end(self.now, self.held.values());
            let engine_now = self.engine_now();
            self.engine.clock_is_ahead(engine_now, self.clock.ahead());
            while let Some(job) = self.engine.next_job(engine_now) {
                self.log.push((self.now - self.start, job));
                self.send(job, engine_now);
            }
            if !self.clock.ahead().is_zero() {
                let is_over = |ends: Option<Instant>| ends.is_some_and(|ends| ends <= engine_now);
                let over = self.in_use.values().filter(|(_, ends)| is_over(*ends));
                self.overtaken.extend(over.map(|(user, _)| *user));
            }
            check(self);
            let wake = self.engine.wake(engine_now).map(|wake| self.now + (wake - engine_now));
            let event = self.events.keys().next().map(|(at, _)| *at);
            let Some(next) = wake.into_iter().chain(event).min().filter(|next| *next <= end) else { break };
            self.now = self.now.max(next);
            while let Some(entry) = self.events.first_entry().filter(|entry| entry.key().0 <= self.now) {
                let event = entry.remove();
                self.take_in(event);
            }
        }
        self.now = end;
        self.lapses += self.vault.let_end(self.now, self.held.values());
        check(self);
    }

    /// Freezes the process while the time of Vault goes on. Its clocks know of it, or the wall clock alone.
    pub(super) fn sleep(&mut self, time: Duration, does_boot_clock_know: bool) {
        let asleep_since = self.now;
        self.now += time;
        self.slept += time;
        self.has_just_woken = true;
        let events = std::mem::take(&mut self.events);
        for ((at, number), event) in events {
            // What had arrived goes on in Vault; timers and the rest are late.
            let is_of_vault = matches!(event, Event::Arrives { .. });
            let at = if is_of_vault { at } else { at.max(asleep_since) + time };
            self.events.insert((at, number), event);
        }
        if !does_boot_clock_know {
            self.boot_missed += time;
        }
        self.schedule(TICK, Event::Tick);
    }

    /// Somebody sets the wall clock.
    pub(super) fn set_wall_clock(&mut self, set: impl FnOnce(SystemTime) -> SystemTime) {
        self.wall = set(self.wall);
        self.schedule(TICK, Event::Tick);
    }

    /// The process dies and another one takes its place.
    pub(super) fn crash(&mut self) {
        self.engine = Engine::new(None, self.random.fork());
        for _ in 0..self.leases {
            self.engine.add_lease();
        }
        // What was sent is in Vault's hands.
        self.events.retain(|_, event| matches!(event, Event::Arrives { .. }));
        let lost = std::mem::take(&mut self.events);
        for (_, event) in lost {
            if let Event::Arrives { job, .. } = event {
                let _nobody_hears = self.vault.answer(self.now, job, self.number_of(job));
            }
        }
        self.vault.process_died();
        self.born = self.elapsed();
        self.tokens.clear();
        self.held.clear();
        self.retired.clear();
        self.in_use.clear();
        self.overtaken.clear();
        self.slept = Duration::ZERO;
        self.has_just_woken = false;
        self.boot_missed = Duration::ZERO;
        let reading = self.reading();
        self.clock = Clock::new(move || reading);
    }

    /// The process gives everything back and ends, and another one takes its place.
    pub(super) fn restart(&mut self) {
        for token in self.tokens.values() {
            self.vault.revoke_token(*token);
        }
        self.crash();
    }

    pub(super) fn state(&self) -> State {
        self.engine.state(self.engine_now())
    }

    pub(super) fn until_the_lease_ends(&self) -> Duration {
        let ends = self.held.keys().filter_map(|key| self.engine.lease_expires(*key)).min().unwrap();
        ends.saturating_duration_since(self.engine_now())
    }

    pub(super) fn until_the_token_ends(&self) -> Duration {
        let ends = self.engine.token_expires().unwrap();
        ends.saturating_duration_since(self.engine_now())
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.now - self.start
    }

    /// Returns how many leases the engine says are good, and have ended by their time. What somebody revoked it cannot
    /// know of, nor a sleep it has not looked at the clocks since.
    pub(super) fn wrongly_good(&self) -> usize {
        let now = self.engine_now();
        let is_said_to_be_good = |key| self.engine.lease_expires(key).is_none_or(|expires| expires > now);
        let wrongly =
            self.held.iter().filter(|(key, user)| is_said_to_be_good(**key) && self.vault.has_ended(**user));
        if self.has_just_woken { 0 } else { wrongly.count() }
    }

    /// Returns how many logins this process began in the last second, by its own clock: since that last jumped.
    pub(super) fn logins_in_a_second(&self) -> usize {
        let second = self.elapsed().saturating_sub(Duration::from_secs(1)).max(self.born);
        self.log
            .iter()
            .rev()
            .take_while(|(at, _)| *at > second)
            .filter(|(_, job)| matches!(job, Job::LogIn))
            .count()
    }

    /// Returns whether everything that is in use works.
    pub(super) fn is_well(&self) -> bool {
        self.state() == State::Ready
            && self.held.len() == self.leases
            && self.held.values().all(|user| self.vault.is_user(*user))
    }

    /// Returns how many users Vault has of this process, those included that it does not know of. Two kinds do not count,
    /// as nobody can wait for them: what was still used when a clock that was set forward said that it had ended, and
    /// what was lost with a token that is not the process's to revoke, or that others hang on.
    pub(super) fn users_in_vault(&self) -> usize {
        let overtaken = self.overtaken.iter().filter(|user| self.vault.is_user(**user));
        let lost = if self.makes_tokens && self.leases == 1 { 0 } else { self.vault.lost_users() };
        self.vault.users_of_process() - overtaken.count() - lost
    }

    /// The application finds that its logins do not work, and says so.
    pub(super) fn complain(&mut self) {
        let now = self.engine_now();
        for (key, user) in &self.held {
            if !self.vault.is_user(*user) {
                self.engine.doubted(now, *key);
            }
        }
    }

    /// The process finds something else to log in with.
    pub(super) fn change_login(&mut self) {
        let now = self.engine_now();
        self.engine.login_changed(now);
    }

    /// The application says that its logins do not work, though they do.
    pub(super) fn insist(&mut self) {
        let now = self.engine_now();
        for key in self.held.keys() {
            self.engine.doubted(now, *key);
        }
    }

    /// The application says that its logins are of no use to it, whether or not they are good.
    pub(super) fn reject(&mut self) {
        let now = self.engine_now();
        for key in self.held.keys() {
            self.engine.useless(now, *key);
        }
    }

    pub(super) fn count(&self, wanted: impl Fn(&Job) -> bool) -> usize {
        self.count_since(Duration::ZERO, wanted)
    }

    pub(super) fn count_since(&self, since: Duration, wanted: impl Fn(&Job) -> bool) -> usize {
        self.log.iter().filter(|(at, job)| *at >= since && wanted(job)).count()
    }

    /// Returns what was done last, for a message.
    pub(super) fn trail(&self) -> String {
        let from = self.log.len().saturating_sub(25);
        let lines = self.log[from..].iter().map(|(at, job)| format!("\n  {at:?} {job:?}"));
        format!(
            "{:?} after {:?}, with {:?}{}",
            self.state(),
            self.elapsed(),
            self.vault,
            lines.collect::<String>()
        )
    }

    /// Returns the shortest time between two starts.
    pub(super) fn least_pause(&self, since: Duration, wanted: impl Fn(&Job) -> bool) -> Duration {
        self.pauses(since, wanted).into_iter().min().unwrap_or(Duration::MAX)
    }

    /// Returns each time between two starts.
    pub(super) fn pauses(&self, since: Duration, wanted: impl Fn(&Job) -> bool) -> Vec<Duration> {
        let starts: Vec<_> =
            self.log.iter().filter(|(at, job)| *at >= since && wanted(job)).map(|(at, _)| *at).collect();
        starts.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// Returns when the last of them was started.
    pub(super) fn last(&self, wanted: impl Fn(&Job) -> bool) -> Option<Duration> {
        self.log.iter().rev().find(|(_, job)| wanted(job)).map(|(at, _)| *at)
    }

    /// Returns the shortest time between two starts in the minute after Vault has said that there are too many.
    pub(super) fn least_pause_when_limited(&self) -> Duration {
        let is_limited = |at: Duration| {
            let before = self.limited.partition_point(|limited| *limited <= at);
            before > 0 && at - self.limited[before - 1] < Duration::from_secs(60)
        };
        let pairs = self.log.windows(2).map(|pair| (pair[0].0, pair[1].0));
        let pauses = pairs.filter(|(first, _)| is_limited(*first)).map(|(first, second)| second - first);
        pauses.min().unwrap_or(Duration::MAX)
    }

    /// Returns the time in the process, which has not seen what its clocks have not told.
    fn engine_now(&self) -> Instant {
        self.now - self.slept + self.clock.ahead()
    }

    fn reading(&self) -> Reading {
        let passed = self.now - self.start;
        let boot = passed.saturating_sub(self.boot_missed);
        Reading { awake: self.now - self.slept, boot: Some(boot), wall: self.wall + passed }
    }

    fn schedule(&mut self, after: Duration, event: Event) {
        self.last_event += 1;
        self.events.insert((self.now + after, self.last_event), event);
    }

    fn send(&mut self, job: Job, sent: Instant) {
        let way = self.latency.mul_f64(0.5 + 0.5 * self.random.f64());
        if self.vault.fault == Fault::Unreachable {
            let error = Error::Unreachable { address: String::new(), reason: String::new() };
            return self.schedule(way, Event::Answered { job, sent, result: Err(error) });
        }
        self.schedule(way, Event::Arrives { job, sent });
    }

    fn number_of(&self, job: Job) -> vault::Subject {
        let token = |session: &SessionId| self.tokens.get(session).copied();
        match job {
            Job::CheckHealth | Job::LogIn => vault::Subject::default(),
            Job::RenewToken(id) => vault::Subject {
                token: token(&id),
                increment: self.engine.token_increment(id),
                ..vault::Subject::default()
            },
            Job::LookUpToken(id) | Job::RevokeToken(id) | Job::Issue(_, id) => {
                vault::Subject { token: token(&id), ..vault::Subject::default() }
            }
            Job::RenewLease(key, id) => vault::Subject {
                token: token(&id),
                user: self.held.get(&key).copied(),
                ..vault::Subject::default()
            },
            Job::RevokeLease(retired, id) => vault::Subject {
                token: token(&id),
                user: self.retired.get(&retired).copied(),
                ..vault::Subject::default()
            },
        }
    }

    fn take_in(&mut self, event: Event) {
        match event {
            Event::Arrives { job, sent } => self.arrives(job, sent),
            Event::Answered { job, sent, result } => match result {
                Ok(granted) => self.answered(job, sent, granted),
                Err(error) => {
                    if matches!(error, Error::Unavailable { status: 429, .. }) {
                        self.limited.push(self.now - self.start);
                    }
                    let now = self.engine_now();
                    self.engine.failed(now, job, &error);
                }
            },
            Event::Released(id) => {
                self.in_use.remove(&id);
                self.engine.released(id);
            }
            Event::Tick => {
                if self.clock.observe(self.reading()) {
                    self.born = self.elapsed();
                }
                self.has_just_woken = false;
            }
        }
    }

    fn arrives(&mut self, job: Job, sent: Instant) {
        let timeout = match job {
            Job::Issue(..) | Job::RevokeLease(..) => TIMEOUT_OF_LOGINS_MADE,
            _ => TIMEOUT,
        };
        self.lapses += self.vault.let_end(self.now, self.held.values());
        let used_before = self.used();
        let result = match job {
            Job::RevokeToken(_) if !self.makes_tokens => Ok(Granted::Done),
            _ => self.vault.answer(self.now, job, self.number_of(job)),
        };
        if matches!(job, Job::RevokeLease(..) | Job::RevokeToken(_)) {
            self.cut += used_before - self.used();
        }
        let way = self.latency.mul_f64(0.5 + 0.5 * self.random.f64());
        let (after, is_lost) = match self.vault.fault {
            Fault::Unreachable => (way, true),
            Fault::AnswersLost(part) => (timeout, self.random.f64() < part),
            Fault::ReadsLost | Fault::ReadsLostAndLoginsRefused if matches!(job, Job::Issue(..)) => {
                (timeout, true)
            }
            Fault::LoginsHang if job == Job::LogIn => (timeout, true),
            Fault::ReadsCut if matches!(job, Job::Issue(..)) => (way, true),
            Fault::Slow(time) => (time, time >= timeout),
            _ => (way, false),
        };
        let result = match result {
            Ok(granted) if is_lost => {
                self.vault.forget(&granted);
                Err(match self.vault.fault {
                    Fault::Unreachable | Fault::ReadsCut => {
                        Error::AnswerLost { path: String::new(), reason: String::new() }
                    }
                    _ => Error::TimedOut { path: String::new(), timeout },
                })
            }
            other => other,
        };
        let after =
            if is_lost || matches!(self.vault.fault, Fault::Slow(_)) { after.min(timeout) } else { way };
        self.schedule(after, Event::Answered { job, sent, result });
    }

    /// Returns how many users the application uses that exist, and have not ended as far as the process knows.
    fn used(&self) -> usize {
        let now = self.engine_now();
        let lasts = |ends: Option<Instant>| ends.is_none_or(|ends| ends > now);
        let held = self.held.iter().filter(|(key, _)| lasts(self.engine.lease_expires(**key)));
        let replaced = self.in_use.values().filter(|(_, ends)| lasts(*ends));
        let used = held.map(|(_, user)| user).chain(replaced.map(|(user, _)| user));
        used.filter(|user| self.vault.is_user(**user)).count()
    }

    fn answered(&mut self, job: Job, sent: Instant, granted: Granted) {
        let now = self.engine_now();
        match (job, granted) {
            (Job::CheckHealth, Granted::Health(health)) => self.engine.health_checked(now, health),
            (Job::LogIn, Granted::Token(token, grant)) => {
                let id = self.engine.logged_in(now, sent, grant, self.makes_tokens);
                self.tokens.insert(id, token);
            }
            (Job::LookUpToken(id), Granted::Alive(alive)) => self.engine.token_looked_up(now, id, alive),
            (Job::RenewToken(id), Granted::Time(grant)) => {
                self.engine.token_renewed(now, id, sent, grant);
            }
            (Job::RenewLease(key, id), Granted::Time(grant)) => {
                self.engine.lease_renewed(now, key, id, sent, grant);
            }
            (Job::Issue(key, session), Granted::User(user, grant)) => {
                let ends = self.engine.retired_expires(key);
                let retired = self.engine.issued(now, key, session, sent, grant);
                if let (Some(old), Some(id)) = (self.held.insert(key, user), retired) {
                    self.least_overlap = self.least_overlap.min(self.vault.time_left(self.now, old));
                    self.retired.insert(id, old);
                    self.in_use.insert(id, (old, ends));
                    // Whoever uses it is told in time that it ends.
                    let left = ends.map_or(self.longest_use, |ends| ends.saturating_duration_since(now));
                    let in_use = self.longest_use.mul_f64(self.random.f64()).min(left.mul_f64(0.75));
                    self.schedule(in_use, Event::Released(id));
                }
            }
            (Job::RevokeLease(id, _), Granted::Done) => self.engine.lease_revoked(id),
            (Job::RevokeToken(id), Granted::Done) => self.engine.token_revoked(now, id),
            (job, granted) => unreachable!("{job:?} has another outcome than {granted:?}"),
        }
        self.tokens.retain(|id, _| self.engine.has_session(*id));
        self.retired.retain(|id, _| self.engine.has_retired(*id));
    }
}
