//! What the tests of a whole life with Vault share.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test's ground either stands or the test fails"
)]

mod calm;
pub mod journal;
pub mod operator;
pub mod service;
pub mod turns;
