//! Leases that Vault does not renew.

use testkit::{Fault, When};

use crate::scene::{CREDS, HOUR, RENEW_LEASE, SECOND, Stage, lasting_token};

#[tokio::test]
async fn a_lease_that_cannot_be_renewed_is_replaced_in_time_and_no_renewal_is_tried() {
    let stage = Stage::set(lasting_token()).await;
    let never = Fault::Edit { from: "\"renewable\":true", to: "\"renewable\":false" };
    stage.proxy.inject(When::path(CREDS), never);
    let scene = stage.open(&[]).await;
    tokio::time::sleep(2 * HOUR).await;
    let after = scene.end().await;
    after.assert_unharmed();

    let creds = after.proxy.requests(CREDS);
    assert!(creds.len() >= 3, "{creds:?}");
    for pair in creds.windows(2) {
        after.assert_by(pair[0].at + HOUR.mul_f64(0.7) + SECOND / 4, pair[1].at);
    }
    assert_eq!(after.proxy.requests(RENEW_LEASE).len(), 0);
}
