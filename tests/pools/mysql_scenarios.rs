//! The faults that a pool of MySQL has to survive, under their numbers in `docs/scenarios.md`.

use std::time::{Duration, Instant};

use pool_tests::{Held, Load, Logins, Place, Pool, Settings, eventually, mysql::Owner};
use rotating_pool::Error;
use secrets_config_core::{DbCredentials, rotating::Request};
use testkit::{Fault, Proxy, When};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s07_sessions_of_a_login_that_was_dropped_work_on_until_there_is_another_one() {
    let Some(mut owner) = Owner::start().await else { return };
    let (pool, rotation) = owner.connect(&Settings { max: 2, ..Settings::default() }).await;
    let load = Load::start(&pool, 4);
    eventually("the pool is full", async || owner.sessions_of("app_1").await == 2).await;
    owner.server.run("DROP USER 'app_1'@'%'").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let next = owner.make().await;
    let retired = owner.publish(next);
    tokio::time::timeout(Duration::from_secs(20), retired.released()).await.expect("let go of");
    assert_eq!((pool.user().await.unwrap().as_str(), rotation.generation()), ("app_2", 2));
    load.stop().await.assert_none_failed();
}

/// What was granted for a table, as opposed to a database, is gone for open sessions too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s07_a_login_with_rights_on_tables_that_was_dropped_is_noticed_and_replaced() {
    let Some(mut owner) = Owner::start().await else { return };
    owner.server.run("REVOKE ALL ON app.* FROM 'app_1'@'%'").await;
    owner.server.run("GRANT SELECT, INSERT ON app.orders TO 'app_1'@'%'").await;
    let (pool, rotation) = owner.connect(&Settings { max: 2, ..Settings::default() }).await;
    let mut requests = owner.refresh_requests();
    let mut held = pool.hold().await.unwrap();
    let load = Load::start(&pool, 4);
    eventually("the pool is full", async || owner.sessions_of("app_1").await == 2).await;
    // A user who is not found must have been found before: one connection a second is asked.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let dropped = Instant::now();
    owner.server.run("DROP USER 'app_1'@'%'").await;
    tokio::time::timeout(Duration::from_secs(5), requests.next()).await.expect("another login is asked for");
    let error = held.write().await.unwrap_err();
    assert!(matches!(rotation.observe(&*error.0), Some(Error::CredentialsRevoked)), "{error}");
    drop(held);
    let next = owner.make().await;
    let _gone = owner.publish(next);
    eventually("the swap", async || rotation.generation() == 2).await;
    eventually("every session is of the new login", async || owner.sessions_of("app_1").await == 0).await;
    let failed = load.failed();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(load.failed(), failed, "nothing fails after the recovery, {:?} later", dropped.elapsed());
    assert!(failed > 0);
    drop(load);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s18_past_its_end_open_sessions_serve_on_and_new_ones_fail_at_once() {
    let Some(mut owner) = Owner::start().await else { return };
    let short = Some(Duration::from_secs(2));
    let settings = Settings { max_lifetime: short, idle_timeout: short, ..Settings::default() };
    let (pool, rotation) = owner.connect(&settings).await;
    let held = pool.hold().await.unwrap();
    let other = pool.hold().await.unwrap();
    other.commit().await.unwrap();
    owner.server.run("ALTER USER 'app_1'@'%' ACCOUNT LOCK").await;
    owner.set_expires(Some(Instant::now()));
    eventually("the end is noticed", async || rotation.trouble().is_some()).await;
    // Past the time that a connection lives otherwise, and past the time that it idles.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let served = pool.hold().await.expect("an open session serves");
    let error = pool.user().await.unwrap_err();
    assert!(matches!(rotation.observe(&*error.0), Some(Error::NoValidCredentials { .. })), "{error}");
    served.commit().await.unwrap();
    held.commit().await.unwrap();

    let next = owner.make().await;
    let _old = owner.publish(next);
    eventually("a new login ends it", async || rotation.trouble().is_none()).await;
    eventually("it is used", async || pool.user().await.unwrap() == "app_2").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s24_the_swap_waits_for_the_database() {
    let Some(mut owner) = Owner::start().await else { return };
    let (pool, rotation) = owner.connect(&Settings::default()).await;
    pool.write().await.unwrap();
    let next = owner.make().await;
    owner.server.kill().await;
    let _old = owner.publish(next);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(rotation.generation(), 1, "what cannot be tried is not put in use");
    owner.server.restart().await;
    eventually("the swap", async || rotation.generation() == 2).await;
    eventually("it is used", async || pool.user().await.is_ok_and(|user| user == "app_2")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s25_s26_the_swap_waits_until_the_new_login_may_do_what_the_probe_does() {
    let Some(mut owner) = Owner::start().await else { return };
    let probe = Some("SELECT id FROM orders LIMIT 0");
    let (pool, rotation) = owner.connect(&Settings { probe, ..Settings::default() }).await;
    let load = Load::start(&pool, 4);
    owner.server.run("CREATE USER 'app_bare'@'%' IDENTIFIED BY 'x'").await;
    owner.server.run("GRANT INSERT ON app.* TO 'app_bare'@'%'").await;
    let retired = owner.publish(DbCredentials::new("app_bare", "x"));
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((rotation.generation(), owner.sessions_of("app_bare").await), (1, 0));
    owner.server.run("GRANT SELECT ON app.* TO 'app_bare'@'%'").await;
    eventually("the swap", async || rotation.generation() == 2).await;
    tokio::time::timeout(Duration::from_secs(20), retired.released()).await.expect("let go of");
    load.stop().await.assert_none_failed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s26_another_login_is_asked_for_in_the_place_of_one_that_is_of_no_use() {
    let Some(mut owner) = Owner::start().await else { return };
    let probe = Some("SELECT id FROM orders LIMIT 0");
    let (pool, rotation) = owner.connect(&Settings { probe, ..Settings::default() }).await;
    let load = Load::start(&pool, 4);
    let mut requests = owner.refresh_requests();
    owner.server.run("CREATE USER 'app_bare'@'%' IDENTIFIED BY 'x'").await;
    owner.server.run("GRANT INSERT ON app.* TO 'app_bare'@'%'").await;
    let _old = owner.publish(DbCredentials::new("app_bare", "x"));
    eventually("another one is asked for", async || {
        matches!(requests.next().await, Request::Replacement { generation: 2 })
    })
    .await;
    let next = owner.make().await;
    let bare = owner.publish(next);
    tokio::time::timeout(Duration::from_secs(20), bare.released()).await.expect("the pool lets go of it");
    eventually("the next login is put in use", async || rotation.generation() == 3).await;
    load.stop().await.assert_none_failed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s27_a_connection_that_straddles_is_never_handed_out() {
    const TIMES: u64 = 100;
    let Some(mut owner) = Owner::start().await else { return };
    let place = owner.server.place();
    let proxy = Proxy::tcp(format!("{}:{}", place.host, place.port).parse().unwrap()).await.unwrap();
    let place = Place { host: "127.0.0.1".to_owned(), port: proxy.address().port() };
    let (pool, rotation) = owner.connect_through(&place, &Settings { max: 1, ..Settings::default() }).await;
    let mut user = "app_1".to_owned();
    for number in 1..=TIMES {
        // The one connection is dead, so that the next caller needs another.
        owner.end_sessions_of(&user).await;
        let before = proxy.connections();
        proxy.inject(When::always().times(1), Fault::Stall);
        let straddling = tokio::spawn({
            let pool = pool.clone();
            async move { pool.hold().await }
        });
        eventually("the connect begins", async || proxy.connections() > before).await;
        let next = owner.make().await;
        let old = std::mem::replace(&mut user, next.username().to_owned());
        let retired = owner.publish(next);
        eventually("the swap", async || rotation.generation() == number + 1).await;
        proxy.clear();
        let mut straddling = straddling.await.unwrap().unwrap();
        assert_eq!(straddling.user().await.unwrap(), user);
        straddling.commit().await.unwrap();
        // The old login is held as long as a connect may use it, and no longer.
        tokio::time::timeout(Duration::from_secs(10), retired.released()).await.unwrap();
        owner.drop_user(&old).await;
        assert_eq!(pool.user().await.unwrap(), user);
    }
    assert_eq!(rotation.counters().straddled, TIMES);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s28_a_transaction_lives_until_its_login_ends() {
    let Some(mut owner) = Owner::start().await else { return };
    let end = Instant::now() + Duration::from_secs(12);
    owner.set_expires(Some(end));
    let (pool, rotation) = owner.connect(&Settings::default()).await;
    let mut held = pool.hold().await.unwrap();
    let next = owner.make().await;
    let retired = owner.publish(next);
    eventually("the swap", async || rotation.generation() == 2).await;
    held.write().await.expect("a swap ends nothing");
    tokio::time::timeout_at(end.into(), retired.released()).await.expect("let go of before the end");
    let error = held.write().await.expect_err("it was ended");
    assert!(matches!(rotation.observe(&*error.0), Some(Error::DrainedLate)), "{error}");
    assert_eq!(rotation.counters().drained_late, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s29_there_are_never_more_connections_than_the_maximum_and_the_overlap() {
    let Some(mut owner) = Owner::start().await else { return };
    let settings = Settings { max: 4, overlap: Some(2), ..Settings::default() };
    let (pool, rotation) = owner.connect(&settings).await;
    let load = Load::start(&pool, 6);
    eventually("the pool is full", async || pool.size() == 4).await;
    for generation in 2..=6 {
        let next = owner.make().await;
        let mut retired = std::pin::pin!(owner.publish(next).released());
        let mut most = 0;
        loop {
            most = most.max(owner.sessions().await);
            let looked = tokio::time::timeout(Duration::from_millis(1), retired.as_mut()).await;
            if looked.is_ok() {
                break;
            }
        }
        assert!(most <= 6, "{most} sessions");
        assert_eq!(rotation.generation(), generation);
    }
    load.stop().await.assert_none_failed();
    assert!(rotation.counters().drained >= 4);
}

/// The server may allow no more than the pool's maximum, and one to look with.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s29_without_overlap_an_old_connection_makes_room_for_its_successor() {
    let Some(mut owner) = Owner::start().await else { return };
    let settings = Settings { max: 3, overlap: Some(0), ..Settings::default() };
    let (pool, rotation) = owner.connect(&settings).await;
    let load = Load::start(&pool, 5);
    eventually("the pool is full", async || pool.size() == 3).await;
    for generation in 2..=5 {
        owner.rotate().await;
        assert_eq!(rotation.generation(), generation);
    }
    load.stop().await.assert_none_failed();
    assert!(pool.size() <= 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s30_old_connections_that_never_answer_again_hold_up_no_change() {
    let Some(mut owner) = Owner::start().await else { return };
    let place = owner.server.place();
    let proxy = Proxy::tcp(format!("{}:{}", place.host, place.port).parse().unwrap()).await.unwrap();
    let place = Place { host: "127.0.0.1".to_owned(), port: proxy.address().port() };
    let settings = Settings { max: 2, timeout: Duration::from_secs(30), ..Settings::default() };
    let (pool, rotation) = owner.connect_through(&place, &settings).await;
    let (one, other) = (pool.hold().await.unwrap(), pool.hold().await.unwrap());
    one.commit().await.unwrap();
    other.commit().await.unwrap();
    eventually("both are idle", async || pool.idle() == 2).await;
    proxy.silence();
    let next = owner.make().await;
    let _old = owner.publish(next);
    eventually("the swap", async || rotation.generation() == 2).await;
    eventually("what is in a place is a new connection, or nothing", async || {
        pool.idle() == pool.size() && pool.size() as u64 == rotation.counters().drained
    })
    .await;
    let (mut one, mut other) = (pool.hold().await.unwrap(), pool.hold().await.unwrap());
    assert_eq!((one.user().await.unwrap(), other.user().await.unwrap()), ("app_2".into(), "app_2".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s35_sessions_stay_when_only_the_password_changes() {
    let Some(mut owner) = Owner::start().await else { return };
    let (pool, rotation) = owner.connect(&Settings { max: 3, ..Settings::default() }).await;
    let load = Load::start(&pool, 6);
    eventually("the pool is full", async || owner.sessions_of("app_1").await == 3).await;
    let ids = "SELECT CAST(SUM(ID) AS SIGNED) FROM information_schema.PROCESSLIST WHERE USER = 'app_1'";
    let before = owner.server.number(ids).await;
    for number in 0..5 {
        owner.server.run(&format!("ALTER USER 'app_1'@'%' IDENTIFIED BY 'password {number}'")).await;
        let retired = owner.publish(DbCredentials::new("app_1", format!("password {number}")));
        tokio::time::timeout(Duration::from_secs(10), retired.released()).await.unwrap();
    }
    eventually("the probes end", async || owner.sessions_of("app_1").await == 3).await;
    assert_eq!(owner.server.number(ids).await, before, "the very same sessions");
    load.stop().await.assert_none_failed();
    assert_eq!(rotation.counters().drained, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s41_an_error_of_the_applications_own_is_left_to_it() {
    let Some(owner) = Owner::start().await else { return };
    let (pool, rotation) = owner.connect(&Settings::default()).await;
    let load = Load::start(&pool, 2);
    let mut requests = owner.refresh_requests();
    eventually("connections are open", async || pool.size() >= 2).await;
    for _ in 0..300 {
        let error = pool.run("SELECT * FROM mysql.user").await.unwrap_err();
        assert!(error.to_string().contains("command denied"), "{error}");
        assert!(rotation.observe(&*error.0).is_none(), "it is not about the login");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(tokio::time::timeout(Duration::from_millis(100), requests.next()).await.is_err(), "no storm");
    assert_eq!((rotation.generation(), rotation.counters()), (1, Default::default()));
    load.stop().await.assert_none_failed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_act_as_the_role_of_the_application() {
    let Some(mut owner) = Owner::start().await else { return };
    owner.server.run("CREATE ROLE app").await;
    owner.server.run("GRANT app TO 'app_1'@'%'").await;
    let (pool, rotation) =
        owner.connect(&Settings { role: Some("app"), max: 2, ..Settings::default() }).await;
    let role = async || -> Option<String> {
        sqlx::query_scalar("SELECT CURRENT_ROLE()").fetch_one(&pool.0).await.unwrap()
    };
    assert_eq!(role().await.as_deref(), Some("app"));
    let next = owner.make().await;
    owner.server.run("GRANT app TO 'app_2'@'%'").await;
    let retired = owner.publish(next);
    tokio::time::timeout(Duration::from_secs(20), retired.released()).await.expect("let go of");
    assert_eq!((role().await.as_deref(), rotation.generation()), (Some("app"), 2));
    assert_eq!(pool.user().await.unwrap(), "app_2");
}
