//! A standby answers 412 after a login: it does not know the token yet.

use service_tests::SOON;
use testkit::{Fault, When};

use crate::machine::Probe;
use crate::scene::{CREDS, FLOOR, LOGIN, SECOND, Stage, least_pause, usual};

#[tokio::test]
async fn a_412_is_asked_again_with_the_same_token() {
    let stage = Stage::set(usual()).await;
    stage.proxy.inject(When::path(CREDS).times(2), Fault::status(412));
    let mut service = stage.service(&[]).await;
    let probe = Probe::start(&service);
    service.wait_ready(SOON).await.unwrap();
    let machine = probe.stop().await;

    let creds = stage.proxy.requests(CREDS);
    let statuses: Vec<_> = creds.iter().map(|request| request.status).collect();
    assert_eq!(statuses, [Some(412), Some(412), Some(200)]);
    assert!(creds.iter().all(|request| request.token == creds[0].token), "another token was used");
    machine.assert_within(5 * SECOND, &stage.proxy, creds[0].at, creds[2].at);
    assert!(least_pause(&creds) >= FLOOR, "{creds:?}");
    assert_eq!(stage.proxy.requests(LOGIN).len(), 1);
}
