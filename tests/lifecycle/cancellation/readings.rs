//! What is read once, by somebody who does not wait for it.

use std::{collections::BTreeMap, time::Duration};

use lifecycle_tests::turns::{at_every_turn, complete, cut_after, pass};
use secrets_config_core::Secret;

use crate::ground::{Ground, LONG};

#[test]
fn a_secret_nobody_waits_for_is_read_once_at_most() {
    let turns = at_every_turn(async |turns| {
        let ground = Ground::new(LONG).await;
        let vault = ground.vault().await;
        let secrets = vault.kv1("database/creds");
        let read = secrets.read::<BTreeMap<String, Secret<String>>>("app");
        let completed = cut_after(turns, read).await.is_some();
        pass(Duration::from_secs(60), Duration::from_secs(3)).await;
        let read = ground.server.requests().iter().filter(|asked| asked.starts_with("GET database/")).count();
        assert!(read <= 1, "{read} after {turns} turns");
        complete(vault.shutdown()).await;
        ground.assert_quiet().await;
        completed
    });
    assert!(turns > 5, "it was cut at {turns} places only");
}
