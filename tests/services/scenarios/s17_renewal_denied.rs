//! A policy that lets the service read credentials and not renew them.

use crate::scene::{CREDS, HOUR, LOGIN, RENEW_LEASE, SECOND, Stage, lasting_token};

#[tokio::test]
async fn where_renewal_is_denied_leases_are_replaced_instead_and_it_is_said_once() {
    let stage = Stage::set(lasting_token()).await;
    stage.servers.app.deny(&stage.servers.vault, &["sys/leases/renew"]).await.unwrap();
    let scene = stage.open(&[]).await;
    tokio::time::sleep(3 * HOUR).await;
    let after = scene.end().await;
    after.assert_unharmed();

    let creds = after.proxy.requests(CREDS);
    for pair in creds.windows(2) {
        after.assert_by(pair[0].at + HOUR.mul_f64(0.6) + SECOND, pair[1].at);
    }
    assert!(creds.len() <= 6, "{creds:?}");
    assert_eq!(after.proxy.requests(LOGIN).len(), creds.len(), "one token a lease");
    let denied = after.proxy.requests(RENEW_LEASE);
    assert_eq!(denied.iter().map(|request| request.status).collect::<Vec<_>>(), [Some(403)]);
    let said = after.service.output();
    assert!(said.matches("lease replaced").count() >= 3, "{said}");
    // The database's driver warns of statements that a busy machine makes slow.
    let is_ours = |line: &&str| ["direct_vault", "rotating_pool"].iter().any(|target| line.contains(target));
    let warnings: Vec<_> = said.lines().filter(|line| line.contains(" WARN ")).filter(is_ours).collect();
    assert!(
        matches!(warnings[..], [warning] if warning.contains("Vault denied renew on sys/leases/renew")),
        "{said}"
    );
}
