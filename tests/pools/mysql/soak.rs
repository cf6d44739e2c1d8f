//! Many rotations under full load, with each old login dropped as soon as nobody holds it.

use pool_tests::{Load, Pool, Settings, eventually};

use crate::owner::Owner;

/// `POOL_SOAK_ROTATIONS` says how many; 50 if not set.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn soak() {
    let Some(mut owner) = Owner::start().await else { return };
    let rotations: u64 = std::env::var("POOL_SOAK_ROTATIONS").map_or(50, |text| text.parse().unwrap());
    let (pool, rotation) = owner.connect(&Settings { max: 5, ..Settings::default() }).await;
    let load = Load::start(&pool, 8);
    for number in 1..=rotations {
        owner.rotate().await;
        assert_eq!(rotation.generation(), number + 1);
    }
    let outcome = load.stop().await;
    outcome.assert_none_failed();
    assert_eq!(owner.users().await, 1);
    assert!(pool.size() <= 5);
    eventually("no session is left over", async || owner.sessions().await <= 5).await;
}
