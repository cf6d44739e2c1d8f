//! The application closes its pool and keeps what it has of it.

use pool_tests::{Bb8, Deadpool, Owner, Pool, SOON, Settings, SqlxPostgres};

#[tokio::test]
async fn a_closed_sqlx_pool_that_is_kept_holds_no_login() {
    handles_hold_nothing::<SqlxPostgres, _>(|pool| pool).await;
}

#[tokio::test]
async fn a_closed_deadpool_that_is_kept_holds_no_login() {
    handles_hold_nothing::<Deadpool, _>(|pool| pool).await;
}

/// Such a pool is closed by dropping its last handle.
#[tokio::test]
async fn a_view_of_a_closed_bb8_pool_holds_no_login() {
    handles_hold_nothing::<Bb8, _>(drop).await;
}

async fn handles_hold_nothing<P: Pool, K>(keep: impl FnOnce(P) -> K) {
    let mut owner = Owner::start().await;
    let (pool, rotation) = owner.connect::<P>(&Settings::default()).await;
    pool.write().await.unwrap();
    rotation.close();
    pool.close().await;
    let kept = keep(pool);
    let next = owner.make("").await;
    let first = owner.publish(next);
    tokio::time::timeout(SOON, first.released()).await.expect("nobody holds the login");
    let next = owner.make("").await;
    let second = owner.publish(next);
    tokio::time::timeout(SOON, second.released()).await.expect("nor the one after it");
    drop((kept, rotation));
}
