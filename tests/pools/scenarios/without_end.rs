//! Times that are without end.

use std::time::Duration;

use pool_tests::{Logins, Owner, Pool, Settings, eventually, for_pool};

for_pool!(bb8, Bb8, a_pool_whose_connections_live_for_ever_follows_its_login);
for_pool!(sqlx_postgres, SqlxPostgres, a_pool_whose_connections_live_for_ever_follows_its_login);

async fn a_pool_whose_connections_live_for_ever_follows_its_login<P: Pool>() {
    const UNTIL_UPKEEP: Duration = Duration::from_secs(2);
    let mut owner = Owner::start().await;
    for (idle_timeout, generation) in [(UNTIL_UPKEEP, 2), (Duration::MAX, 3)] {
        let settings = Settings {
            max_lifetime: Some(Duration::MAX),
            idle_timeout: Some(idle_timeout),
            ..Settings::default()
        };
        let (pool, rotation) = owner.connect::<P>(&settings).await;
        tokio::time::sleep(UNTIL_UPKEEP).await;
        owner.rotate().await;
        eventually("the swap", async || rotation.generation() == generation).await;
        pool.write().await.unwrap();
        rotation.close();
    }
}
