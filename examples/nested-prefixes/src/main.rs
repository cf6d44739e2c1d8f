//! One struct for each thing the service talks to, and the same struct twice under two prefixes.
//!
//! ```sh
//! PRIMARY_HOST=db PRIMARY_PASSWORD=correct-horse REDIS_URL=redis://cache cargo run
//! ```

use secrets_config::{Config, Secret};

#[derive(Debug, Config)]
struct Settings {
    /// Where orders are written.
    #[config(nested)]
    primary: Database,
    /// Where reports are read, if there is such a one: then all of it is needed.
    #[config(nested, prefix = "REPORTS_")]
    replica: Option<Database>,
    #[config(flatten)]
    cache: Cache,
}

#[derive(Debug, Config)]
struct Database {
    /// Host of PostgreSQL.
    host: String,
    #[config(default = 5432)]
    port: u16,
    /// Password of the application's role.
    password: Secret<String>,
}

#[derive(Debug, Config)]
#[config(tag = "CACHE")]
enum Cache {
    #[config(default)]
    Redis {
        /// Address of Redis.
        redis_url: String,
    },
    Memory {
        #[config(default = 1000)]
        cache_entries: usize,
    },
}

fn main() {
    if std::env::args().any(|argument| argument == "--help") {
        return print!("{}", Settings::help());
    }
    let Settings { primary, replica, cache } = Settings::load_or_exit();
    println!("orders go to {}:{}", primary.host, primary.port);
    match replica {
        Some(replica) => println!("reports come from {}:{}", replica.host, replica.port),
        None => println!("reports come from there, too"),
    }
    match cache {
        Cache::Redis { redis_url } => println!("cached in {redis_url}"),
        Cache::Memory { cache_entries } => println!("cached in memory, {cache_entries} entries"),
    }
    println!("passwords show as {:?}", primary.password);
}
