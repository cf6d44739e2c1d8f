//! Many rotations under full load, with each old login dropped as soon as nobody holds it.
//!
//! `POOL_SOAK_ROTATIONS` says how many; 50 if not set.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]
#![expect(clippy::disallowed_methods, reason = "the rule is about the settings and secrets of applications")]
#![expect(clippy::print_stderr, reason = "a long test says how far it is")]

use std::{
    env, fs,
    time::{Duration, Instant},
};

use pool_tests::{Held, Load, Logins, Owner, Pool, Settings, eventually, for_pool, mysql};
use rotating_pool::Rotation;
use tokio::sync::Mutex;

for_pool!(bb8, Bb8, soak);
for_pool!(deadpool, Deadpool, soak);
for_pool!(sqlx_postgres, SqlxPostgres, soak);

const MAX: u32 = 5;

/// What is measured is the process's: one pool at a time.
static TURN: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlx_mysql_soak() {
    let _turn = TURN.lock().await;
    let Some(owner) = mysql::Owner::start().await else { return };
    let (pool, rotation) = owner.connect(&settings()).await;
    go_round(owner, pool, rotation).await;
}

async fn soak<P: Pool>() {
    let _turn = TURN.lock().await;
    let owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&settings()).await;
    go_round(owner, pool, rotation).await;
}

fn settings() -> Settings {
    Settings { max: MAX, ..Settings::default() }
}

async fn go_round(mut owner: impl Logins, pool: impl Pool, rotation: Rotation) {
    let rotations: u64 = env::var("POOL_SOAK_ROTATIONS").map_or(50, |text| text.parse().unwrap());
    let load = Load::start(&pool, 8);
    let mut flat = None;
    let began = Instant::now();
    for number in 1..=rotations {
        owner.rotate().await;
        eventually("the new login is in use, and few old ones are left", async || {
            rotation.generation() == number + 1 && owner.logins().await <= 4
        })
        .await;
        if number == rotations.min(10) {
            flat = Some((files(), memory()));
        }
        if number % 50 == 0 {
            eprintln!(
                "{number} rotations, {} failed, {:?} a rotation, {} files, {} KiB",
                load.failed(),
                began.elapsed() / u32::try_from(number).unwrap(),
                files(),
                memory()
            );
        }
    }
    eventually("the old logins are let go of", async || owner.logins().await == 1).await;
    let outcome = load.stop().await;
    eprintln!("{rotations} rotations: {outcome:?}, {:?}", rotation.counters());
    outcome.assert_none_failed();
    eventually("no session is left over", async || owner.sessions().await <= i64::from(MAX)).await;
    assert!(pool.size() <= MAX as usize);
    let (files_before, memory_before) = flat.unwrap();
    assert!(files() <= files_before + 8, "{} files, {files_before} before", files());
    assert!(memory() < memory_before + 16 * 1024, "{} KiB, {memory_before} before", memory());
    // No place in the pool was lost.
    let mut held = Vec::new();
    for _ in 0..MAX {
        held.push(pool.hold().await.unwrap());
    }
    for held in held {
        held.commit().await.unwrap();
    }
    tokio::time::timeout(Duration::from_secs(5), pool.close()).await.unwrap();
}

fn files() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Resident memory in KiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
