//! What the pool asks us about each connection.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use deadpool_postgres::{Hook, HookError};

use crate::postgres::Opening;

/// Asks a connection that is about to be handed out for its login: one a second, and each while something is wrong.
pub(super) fn check(opening: Arc<Opening>) -> Hook {
    Hook::async_fn(move |client, _| {
        if !opening.gate.is_to_check() {
            return Box::pin(Pass);
        }
        let opening = Arc::clone(&opening);
        Box::pin(async move { opening.check(client).await.map_err(HookError::Backend) })
    })
}

/// An answer that is there at once. It has no size, so that its box costs no allocation in each acquire.
struct Pass;

impl Future for Pass {
    type Output = Result<(), HookError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(()))
    }
}
