//! The rule about a `start` that is dropped, kept against a real server.

use std::time::{Duration, Instant};

use direct_vault::{Vault, VaultSettings};
use lifecycle_tests::operator;
use secrets_config_core::Config;
use serde_json::json;
use tokio::task::yield_now;

#[tokio::test]
async fn a_dropped_start_leaves_one_token_at_most_and_that_ends_by_its_time() {
    let server = testkit::Vault::start().await.unwrap();
    let role = json!({ "token_policies": ["default"], "token_ttl": "3s" });
    let login = operator::app_role(&server, role).await;
    let builder = || Vault::builder(VaultSettings::from_pairs(login.pairs(&server.address())).unwrap());
    let tokens = async || server.admin().lease_count("auth/approle/login").await.unwrap();

    builder().start().await.unwrap().shutdown().await;
    assert_eq!(tokens().await, 0);

    let (mut cuts, mut time) = (0, Duration::ZERO);
    while cut_after(time, builder().start()).await.is_none() {
        cuts += 1;
        time += time / 20 + Duration::from_micros(50);
    }
    assert!(tokens().await <= cuts + 1, "after {cuts} cuts");

    let deadline = Instant::now() + Duration::from_secs(20);
    while tokens().await > 0 {
        assert!(Instant::now() < deadline, "{} tokens are left", tokens().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Drops `future` after so long. The timers of tokio count in milliseconds, which a start has few of.
async fn cut_after<F: Future>(time: Duration, future: F) -> Option<F::Output> {
    let start = Instant::now();
    let passed = async {
        while start.elapsed() < time {
            yield_now().await;
        }
    };
    tokio::select! {
        biased;
        output = future => Some(output),
        () = passed => None,
    }
}
