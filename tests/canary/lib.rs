//! What the tests of secrecy share: canaries, what was seen, the log at its loudest, and a server that says anything.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a test's ground either stands or the test fails"
)]

mod canary;
mod log;
mod seen;
mod server;

pub use self::{
    canary::Canary,
    log::Log,
    seen::Seen,
    server::{Request, Server, answer, json},
};
