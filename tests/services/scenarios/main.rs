//! The faults a service has to survive, one file each, under the number it has in `docs/scenarios.md`.
//!
//! Times are scaled: what is an hour there is [`scene::HOUR`] here.
#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod machine;
mod scene;

mod s01_steady_state;
mod s02_token_at_its_end;
mod s03_parent_of_a_lease;
mod s04_lease_truncated;
mod s05_lease_not_renewable;
mod s06_lease_not_found;
mod s07_lease_revoked;
mod s08_token_revoked;
mod s09_sealed;
mod s10_sealed_past_the_lease;
mod s11_unsealed;
mod s12_start_while_sealed;
mod s13_leader_election;
mod s14_not_yet_replicated;
mod s15_rate_limit;
mod s16_renewal_always_fails;
mod s17_renewal_denied;
mod s18_path_denied;
mod s18_role_deleted;
mod s19_secret_id_still_old;
mod s20_secret_id_file_replaced;
mod s21_wrapped_secret_id;
mod s22_kinds_of_tokens;
mod s23_database_down_for_vault;
mod s26_new_login_lacks_a_grant;
mod s31_answer_lost;
mod s32_process_stopped;
mod s35_static_role;
mod s36_shutdown;
mod s37_restart_loop;
mod s38_tls_files_replaced;
mod s39_namespace_and_address;
mod s42_hygiene;
