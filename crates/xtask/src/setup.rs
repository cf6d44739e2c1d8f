//! Fetches the servers.

use testkit::{Installation, Tools};

use crate::Result;

pub(crate) fn run() -> Result<()> {
    let said = match Tools::install()? {
        Installation::Fetched => "fetched",
        Installation::Present => "ready",
        Installation::Overridden => "named by the environment",
        _ => "there",
    };
    let tools = Tools::locate()?;
    println!("OpenBao    {said}: {}", tools.bao().display());
    println!("PostgreSQL {said}: {}", tools.postgres_bin().display());
    Ok(())
}
