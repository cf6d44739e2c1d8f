//! The secret id comes wrapped, to be unwrapped once.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::Once,
};

use secrets_config::{
    Secret, SecretSource,
    vault::{Error, Vault, VaultSettings, login::AppRole},
};
use serde_json::json;
use testkit::Proxy;
use vault_tests::{Ground, SOON, server, until};

const PATH: &str = "auth/approle/role/app/secret-id";
const LOOKUP: &str = "/v1/sys/wrapping/lookup";
const UNWRAP: &str = "/v1/sys/wrapping/unwrap";

struct Stage {
    ground: Ground,
    proxy: Proxy,
}

impl Stage {
    async fn set() -> Self {
        Log::keep();
        let ground = Ground::start().await;
        let address = ground.server.address();
        let proxy = Proxy::http(address.strip_prefix("http://").unwrap().parse().unwrap()).await.unwrap();
        Self { ground, proxy }
    }

    async fn start(&self, wrapped: impl Into<SecretSource>) -> Result<Vault, Error> {
        let role_id = Secret::from(self.ground.role_id.as_str());
        let login = AppRole::new(role_id, wrapped).wrapped(PATH);
        let server = server(&[("VAULT_ADDR", &self.proxy.url())]);
        Vault::builder(VaultSettings::new(server, login)).start().await
    }

    /// How often was looked, and how often unwrapped.
    fn asked(&self) -> (usize, usize) {
        (self.proxy.requests(LOOKUP).len(), self.proxy.requests(UNWRAP).len())
    }
}

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What is logged on this thread, which is that of the test and of its driver.
///
/// The subscriber is that of the whole process: one of a test alone misses events that another test is just about to log
/// for the first time.
struct Log;

impl Log {
    fn keep() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| tracing_subscriber::fmt().with_ansi(false).with_writer(|| Self).init());
    }

    fn text() -> String {
        LINES.with_borrow(|lines| String::from_utf8_lossy(lines).into_owned())
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_token_that_was_unwrapped_before_is_an_event_of_its_own_and_not_tried_again() {
    let stage = Stage::set().await;
    let token = stage.ground.wrapped_secret_id("60s").await;
    stage.start(Secret::from(token.as_str())).await.unwrap().shutdown().await;
    assert_eq!(stage.asked(), (1, 1));

    let error = stage.start(Secret::from(token.as_str())).await.unwrap_err();
    assert!(matches!(error, Error::WrappingTokenUsed { .. }), "{error}");
    assert!(error.to_string().contains(PATH) && !error.to_string().contains(&token), "{error}");
    assert_eq!(stage.asked(), (2, 1), "it was looked at once more, and that was all");
    let said = Log::text();
    let events: Vec<_> = said.lines().filter(|line| line.contains("security=true")).collect();
    assert!(matches!(events[..], [event] if event.contains("ERROR direct_vault")), "{said}");
    assert!(!said.contains(&token), "the log holds the token");
}

#[tokio::test]
async fn a_token_from_elsewhere_is_refused_before_it_is_used() {
    let stage = Stage::set().await;
    let admin = stage.ground.admin();
    let wrapped = admin.wrapping("60s").post("sys/wrapping/wrap", json!({ "secret_id": "mine" })).await;
    let wrapped = wrapped.unwrap();
    let token = wrapped["wrap_info"]["token"].as_str().unwrap();
    let error = stage.start(Secret::from(token)).await.unwrap_err();
    let Error::WrappedElsewhere { expected, path } = &error else { panic!("{error}") };
    assert_eq!((expected.as_str(), path.as_str()), (PATH, "sys/wrapping/wrap"));
    assert_eq!(stage.asked(), (1, 0));
}

#[tokio::test]
async fn a_running_service_goes_on_with_the_secret_id_it_has() {
    let stage = Stage::set().await;
    stage.ground.set_role(json!({ "token_ttl": "4s", "token_max_ttl": "4s" })).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("wrapped");
    std::fs::write(&file, stage.ground.wrapped_secret_id("60s").await).unwrap();
    let vault = stage.start(SecretSource::file(&file)).await.unwrap();

    let stolen = stage.ground.wrapped_secret_id("60s").await;
    let thief = stage.ground.admin().with_token(&stolen);
    thief.post("sys/wrapping/unwrap", json!({})).await.unwrap();
    std::fs::write(&file, stolen).unwrap();
    let status = until(&vault, SOON, |status| status.counters.logins >= 4).await;
    assert!(status.is_ready(), "{status:?}");
    assert_eq!(stage.asked(), (2, 1), "each token is shown to Vault once");
    vault.shutdown().await;
}
