//! The same short life with the real server and with the simulated one.

use std::time::Duration;

use direct_vault::Builder;
use testkit::{FakeVault, Postgres, Provision, Proxy, Terms};
use tokio::{runtime::Runtime, time::sleep};

use crate::{Result, anybody, asked::Asked, builder};

const LEASES: usize = 50;
const LIFE: Duration = Duration::from_secs(40);

const TERMS: Terms = Terms {
    token_ttl: Duration::from_secs(60),
    token_max_ttl: Duration::from_secs(600),
    lease_ttl: Duration::from_secs(12),
    lease_max_ttl: Duration::from_secs(24),
};

pub(crate) fn report() -> Result<()> {
    let (real, simulated) = Runtime::new()?.block_on(async { tokio::try_join!(real(), simulated()) })?;
    println!("\n### {LEASES} leases of 12 s, at most 24 s, for {} s\n", LIFE.as_secs());
    println!("| | logins | token | read | renewed | revoked | other |\n| --- |{}", " ---: |".repeat(6));
    println!("| OpenBao | {} |\n| simulated | {} |", real.cells(), simulated.cells());
    Ok(())
}

async fn real() -> Result<Asked> {
    let (server, postgres) = tokio::try_join!(testkit::Vault::start(), Postgres::start())?;
    let provision = Provision {
        lease_ttl: TERMS.lease_ttl,
        lease_max_ttl: TERMS.lease_max_ttl,
        token_ttl: TERMS.token_ttl,
        token_max_ttl: TERMS.token_max_ttl,
        ..Provision::default()
    };
    let app = provision.apply(&server, &postgres).await?;
    let proxy = Proxy::http(server.address().trim_start_matches("http://").parse()?).await?;
    live(builder(&proxy.url(), &app.role_id, &app.secret_id)?).await?;
    let requests = proxy.requests("");
    Ok(Asked::of(requests.iter().map(|seen| seen.path.trim_start_matches("/v1/"))))
}

async fn simulated() -> Result<Asked> {
    let server = FakeVault::start(TERMS).await?;
    live(anybody(&server.url())?).await?;
    let requests = server.requests();
    Ok(Asked::of(requests.iter().filter_map(|request| Some(request.split_once(' ')?.1))))
}

async fn live(builder: Builder) -> Result<()> {
    let vault = builder.start().await?;
    let mut logins = Vec::new();
    for _ in 0..LEASES {
        logins.push(vault.database("database/creds/app-role").await?);
    }
    sleep(LIFE).await;
    drop(logins);
    vault.shutdown().await;
    Ok(())
}
