//! What a lease holds of memory.

use std::{fs, sync::mpsc, thread, time::Duration};

use testkit::{FakeVault, Terms};
use tokio::runtime::Builder;

use crate::{Result, allocator::held, anybody};

const FEW: usize = 100;
const MANY: usize = 1_100;

/// Vault has a thread of its own, so that what it holds is not counted.
pub(crate) fn report() -> Result<()> {
    let (say, address) = mpsc::channel();
    thread::spawn(move || {
        let hour = Duration::from_secs(3600);
        let terms = Terms { token_ttl: hour, token_max_ttl: hour, lease_ttl: hour, lease_max_ttl: hour };
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            if let Ok(server) = FakeVault::start(terms).await {
                // Nobody who waits for it is gone before it is heard.
                let _heard = say.send(server.url());
                std::future::pending::<()>().await;
            }
        });
    });
    let address = address.recv()?;
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let vault = anybody(&address)?.start().await?;
        let mut logins = Vec::with_capacity(MANY);
        while logins.len() < FEW {
            logins.push(vault.database("database/creds/app-role").await?);
        }
        let (few, few_resident) = (held(), resident()?);
        while logins.len() < MANY {
            logins.push(vault.database("database/creds/app-role").await?);
        }
        let (many, many_resident) = (held(), resident()?);
        let per_lease = |few: f64, many: f64| (many - few) / (MANY - FEW) as f64;
        println!("\n### Memory of a lease\n\n| | bytes |\n| --- | ---: |");
        println!("| held, by the allocator | {:.0} |", per_lease(few as f64, many as f64));
        println!(
            "| resident, server included | {:.0} |",
            per_lease(few_resident as f64, many_resident as f64)
        );
        println!("| the whole of {MANY} leases, held | {many} |");
        Ok(())
    })
}

/// Returns how many bytes of the process are in memory.
fn resident() -> Result<usize> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no VmRSS")?;
    Ok(kilobytes.parse::<usize>()? * 1024)
}
