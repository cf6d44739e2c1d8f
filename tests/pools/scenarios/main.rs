//! The faults a pool has to survive, one file each, under the number it has in `docs/scenarios.md`. Each runs for every
//! pool.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod bb8;
mod closed;
mod deadpool;
mod hooks;
mod s07_login_revoked_by_admin;
mod s18_no_new_login_to_be_had;
mod s24_database_restarts_at_the_swap;
mod s25_replica_lags;
mod s26_new_login_lacks_a_grant;
mod s27_connect_straddles_the_swap;
mod s28_transaction_across_the_swap;
mod s29_connection_budget;
mod s30_silent_peer;
mod s35_static_role;
mod s40_pgbouncer;
mod s41_application_bug;
mod set_role;
mod without_end;
