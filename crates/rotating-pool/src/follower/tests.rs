//! The task and a pool that is none, in simulated time.

mod log;

use std::{
    collections::HashMap,
    io,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use secrets_config_core::rotating::{self, Publisher, RefreshRequests, Request};
use tokio::task::JoinHandle;

use super::*;
use crate::spares::Spares;

/// A pool whose database does what a test says.
#[derive(Clone)]
struct Fake(Arc<State>);

struct State {
    /// What a connect with a generation's login comes to, if it fails.
    failing: Mutex<HashMap<u64, Reason>>,
    opened: AtomicUsize,
    opened_in_place: AtomicUsize,
    may_grow: Mutex<Option<u64>>,
    /// Connections of old logins that nobody uses, and those that are in use.
    idle: AtomicUsize,
    in_use: AtomicUsize,
    trial_period: Mutex<Option<Duration>>,
    upkeep_period: Mutex<Option<Duration>>,
    spares: Spares<()>,
}

impl Fake {
    fn new() -> Self {
        Self(Arc::new(State {
            failing: Mutex::default(),
            opened: AtomicUsize::new(0),
            opened_in_place: AtomicUsize::new(0),
            may_grow: Mutex::new(None),
            idle: AtomicUsize::new(0),
            in_use: AtomicUsize::new(0),
            trial_period: Mutex::new(None),
            upkeep_period: Mutex::new(None),
            spares: Spares::new(),
        }))
    }

    fn fail(&self, generation: u64, reason: Reason) {
        self.0.failing.lock().unwrap().insert(generation, reason);
    }

    fn opened(&self) -> usize {
        self.0.opened.load(Ordering::Relaxed)
    }
}

impl Adapter for Fake {
    type Session = ();
    type Taken = ();

    async fn open(&self, login: &Login) -> Result<(), Failure> {
        self.0.opened.fetch_add(1, Ordering::Relaxed);
        match self.0.failing.lock().unwrap().get(&login.number()) {
            Some(reason) => Err(Failure { reason: *reason, source: io::Error::other("as told").into() }),
            None => Ok(()),
        }
    }

    async fn open_in_place(&self, login: &Login) -> Result<(), Failure> {
        self.0.opened_in_place.fetch_add(1, Ordering::Relaxed);
        self.open(login).await
    }

    fn switch(&self, login: &Arc<Login>) {
        *self.0.may_grow.lock().unwrap() = Some(login.number());
    }

    fn refuse_growth(&self) {
        *self.0.may_grow.lock().unwrap() = None;
    }

    fn spares(&self) -> &Spares<()> {
        &self.0.spares
    }

    fn size(&self) -> usize {
        10
    }

    fn has_only(&self, _: &Login) -> bool {
        false
    }

    async fn take_old(&self, _: &Login, _: Duration) -> Option<()> {
        let less = |idle: usize| idle.checked_sub(1);
        self.0.idle.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).ok().map(drop)
    }

    async fn exchange(&self, (): (), (): ()) {}

    async fn replace_in_place(&self, (): (), _: &Login) -> Result<(), Failure> {
        Ok(())
    }

    async fn remaining(&self, _: &Arc<Login>) -> Result<usize, Failure> {
        Ok(self.0.idle.load(Ordering::Relaxed) + self.0.in_use.load(Ordering::Relaxed))
    }

    async fn end(&self, _: &Arc<Login>) -> Result<usize, Failure> {
        Ok(self.0.in_use.swap(0, Ordering::Relaxed))
    }

    async fn upkeep(&self) {}

    fn upkeep_period(&self) -> Option<Duration> {
        *self.0.upkeep_period.lock().unwrap()
    }

    fn trial_period(&self) -> Option<Duration> {
        *self.0.trial_period.lock().unwrap()
    }

    fn overlap(&self) -> usize {
        2
    }

    async fn close_session(&self, (): ()) {}

    async fn closed(&self) {
        std::future::pending().await
    }

    async fn emptied(&self) {}
}

struct Stage {
    publisher: Publisher<DbCredentials>,
    requests: RefreshRequests,
    fake: Fake,
    gate: Arc<Gate>,
    follower: JoinHandle<()>,
}

impl Stage {
    fn open(fake: Fake) -> Self {
        log::keep();
        let (publisher, mut rotating) = rotating::channel(login());
        let first = rotating.current().hold();
        rotating.mark_seen(&first);
        let gate = Gate::new(Arc::new(Login::new(first)), rotating.trouble());
        let follower = tokio::spawn(Follower::new(fake.clone(), rotating, Arc::clone(&gate)).run());
        Self { requests: publisher.refresh_requests(), publisher, fake, gate, follower }
    }

    /// Returns what is asked for within this time.
    async fn asked_within(&mut self, time: Duration) -> Option<Request> {
        time::timeout(time, self.requests.next()).await.ok()
    }

    async fn is_pinned_within(&self, time: Duration) -> bool {
        within(time, || self.gate.pinned().is_some()).await
    }

    async fn is_served_within(&self, time: Duration) -> bool {
        within(time, || self.gate.pinned().is_none()).await
    }
}

async fn within(time: Duration, is_so: impl Fn() -> bool) -> bool {
    let waited = time::timeout(time, async {
        while !is_so() {
            time::sleep(Duration::from_millis(10)).await;
        }
    });
    waited.await.is_ok()
}

/// Each of another user.
fn login() -> DbCredentials {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    DbCredentials::new(format!("app_{}", MADE.fetch_add(1, Ordering::Relaxed)), "x")
}

const SOON: Duration = Duration::from_secs(7);
const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn where_the_pool_tells_nothing_the_login_is_tried() {
    let fake = Fake::new();
    *fake.0.trial_period.lock().unwrap() = Some(Duration::from_secs(5));
    let mut stage = Stage::open(fake);
    assert_eq!(stage.asked_within(MINUTE).await, None, "it works");
    let opened = stage.fake.opened();
    assert!((11..=12).contains(&opened), "{opened} trials in a minute");
    stage.fake.fail(1, Reason::Refused);
    assert_eq!(stage.asked_within(SOON).await, Some(Request::Refresh));
    assert!(stage.gate.pinned().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_pool_that_tells_is_left_alone() {
    let stage = Stage::open(Fake::new());
    time::sleep(MINUTE * 10).await;
    assert_eq!(stage.fake.opened(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_right_after_a_good_trial_is_found_out() {
    let stage = Stage::open(Fake::new());
    time::sleep(MINUTE).await;
    stage.gate.was_refused_a_connection();
    time::sleep(Duration::from_millis(1)).await;
    assert_eq!(stage.fake.opened(), 1);
    stage.fake.fail(1, Reason::Refused);
    for _ in 0..1000 {
        stage.gate.was_refused_a_connection();
        time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(stage.fake.opened(), 1, "not at every word");
    assert!(stage.is_pinned_within(SOON).await);
}

#[tokio::test(start_paused = true)]
async fn a_new_login_that_may_nothing_is_given_back_for_another_within_seconds() {
    let mut stage = Stage::open(Fake::new());
    stage.fake.fail(2, Reason::Denied);
    let retired = [stage.publisher.publish(login())];
    assert_eq!(stage.asked_within(Duration::from_secs(4)).await, None, "a grant may be under way");
    assert_eq!(stage.asked_within(SOON).await, Some(Request::Replacement { generation: 2 }));
    assert_eq!(stage.asked_within(MINUTE).await, Some(Request::Replacement { generation: 2 }), "again");
    let bad = stage.publisher.publish(login());
    time::timeout(SOON, bad.released()).await.expect("the pool lets go of it");
    assert_eq!(stage.gate.login().number(), 3);
    drop(retired);
}

#[tokio::test(start_paused = true)]
async fn a_new_login_that_the_database_refuses_has_a_minute() {
    let mut stage = Stage::open(Fake::new());
    for reason in [Reason::Refused, Reason::Answer] {
        let generation = stage.publisher.generation() + 1;
        stage.fake.fail(generation, reason);
        let _old = stage.publisher.publish(login());
        assert_eq!(stage.asked_within(MINUTE - SOON).await, None);
        assert_eq!(stage.asked_within(MINUTE).await, Some(Request::Replacement { generation }));
    }
}

#[tokio::test(start_paused = true)]
async fn no_other_login_is_asked_for_while_there_is_no_answer() {
    let mut stage = Stage::open(Fake::new());
    for reason in [Reason::Other, Reason::Full, Reason::Unclear] {
        stage.fake.fail(stage.publisher.generation() + 1, reason);
        let _old = stage.publisher.publish(login());
        assert_eq!(stage.asked_within(MINUTE * 20).await, None, "{reason:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_login_is_asked_for_when_the_one_in_use_ends_before_a_bad_one() {
    let mut stage = Stage::open(Fake::new());
    stage.publisher.set_expires(Some((Instant::now() + Duration::from_secs(20)).into_std()));
    stage.fake.fail(2, Reason::Answer);
    let _old = stage.publisher.publish(login());
    assert_eq!(stage.asked_within(Duration::from_secs(19)).await, None);
    assert_eq!(stage.asked_within(SOON).await, Some(Request::Replacement { generation: 2 }));
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_is_behind_has_a_moment_even_where_no_login_works() {
    let mut stage = Stage::open(Fake::new());
    stage.fake.fail(1, Reason::Refused);
    stage.publisher.set_expires(Some(Instant::now().into_std()));
    assert_eq!(stage.asked_within(SOON).await, Some(Request::Refresh));
    stage.fake.fail(2, Reason::Refused);
    let _old = stage.publisher.publish(login());
    assert_eq!(stage.asked_within(Duration::from_secs(3)).await, None);
    assert_eq!(stage.asked_within(SOON).await, Some(Request::Replacement { generation: 2 }));
}

#[tokio::test(start_paused = true)]
async fn what_still_serves_is_not_ended_to_try_a_login() {
    let stage = &mut Stage::open(Fake::new());
    stage.publisher.set_expires(Some(Instant::now().into_std()));
    assert!(stage.is_pinned_within(SOON).await);
    stage.fake.fail(1, Reason::Refused);
    stage.fake.fail(2, Reason::Full);
    let _old = stage.publisher.publish(login());
    time::sleep(MINUTE).await;
    assert!(stage.fake.opened() > 2, "it is tried");
    assert_eq!(stage.fake.0.opened_in_place.load(Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_after_the_end_counts_at_once() {
    let stage = Stage::open(Fake::new());
    stage.publisher.set_expires(Some(Instant::now().into_std()));
    assert!(stage.is_pinned_within(SOON).await);
    stage.publisher.set_expires(Some((Instant::now() + MINUTE).into_std()));
    assert!(stage.is_served_within(Duration::from_secs(1)).await);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_of_what_is_refused_all_the_same_leads_to_no_storm() {
    let mut stage = Stage::open(Fake::new());
    stage.fake.fail(1, Reason::Refused);
    stage.publisher.set_expires(Some(Instant::now().into_std()));
    let began = Instant::now();
    while began.elapsed() < MINUTE {
        // As an owner does whose lease is good.
        if stage.asked_within(MINUTE).await.is_some() {
            stage.publisher.set_expires(Some((Instant::now() + MINUTE * 60).into_std()));
        }
    }
    assert!(stage.fake.opened() <= 4, "{} trials in a minute", stage.fake.opened());
}

#[tokio::test(start_paused = true)]
async fn when_the_owner_is_gone_growth_is_not_refused_for_ever() {
    let Stage { publisher, fake, gate, follower, .. } = Stage::open(Fake::new());
    publisher.set_expires(Some(Instant::now().into_std()));
    assert!(within(SOON, || gate.pinned().is_some()).await);
    drop(publisher);
    time::timeout(SOON, follower).await.unwrap().unwrap();
    assert!(gate.pinned().is_none());
    assert_eq!(*fake.0.may_grow.lock().unwrap(), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_period_without_end_is_no_panic() {
    let fake = Fake::new();
    *fake.0.upkeep_period.lock().unwrap() = Some(Duration::MAX);
    let stage = Stage::open(fake);
    time::sleep(MINUTE).await;
    assert!(!stage.follower.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_is_kept_holds_no_login_of_a_closed_pool() {
    let Stage { mut publisher, gate, follower, .. } = Stage::open(Fake::new());
    let first = publisher.publish(login());
    gate.close();
    time::timeout(SOON, follower).await.unwrap().unwrap();
    time::timeout(SOON, first.released()).await.expect("nothing holds it");
    time::timeout(SOON, publisher.publish(login()).released()).await.expect("nor the one after it");
}

#[tokio::test(start_paused = true)]
async fn a_change_tells_at_its_end_what_became_of_the_old_connections() {
    let mut stage = Stage::open(Fake::new());
    for (idle, in_use, end) in [(3, 0, "drained=3 killed=0"), (2, 1, "drained=2 killed=1")] {
        stage.fake.0.idle.store(idle, Ordering::Relaxed);
        stage.fake.0.in_use.store(in_use, Ordering::Relaxed);
        stage.publisher.set_expires(Some((Instant::now() + MINUTE).into_std()));
        let old = stage.publisher.publish(login());
        time::timeout(MINUTE, old.released()).await.unwrap();
        let line = log::line("every connection has the new login");
        assert!(line.contains(end), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn s28_what_is_in_use_is_ended_thirty_seconds_before_its_login() {
    let fake = Fake::new();
    let mut stage = Stage::open(fake);
    let end = Instant::now() + Duration::from_secs(3600);
    stage.publisher.set_expires(Some(end.into_std()));
    stage.fake.0.in_use.store(1, Ordering::Relaxed);
    let _old = stage.publisher.publish(login());
    time::sleep_until(end - Duration::from_secs(31)).await;
    assert_eq!(stage.fake.0.in_use.load(Ordering::Relaxed), 1, "it serves on");
    time::sleep_until(end - Duration::from_secs(28)).await;
    assert_eq!(stage.fake.0.in_use.load(Ordering::Relaxed), 0, "it was ended");
    assert_eq!(stage.gate.counts.read().drained_late, 1);
}
