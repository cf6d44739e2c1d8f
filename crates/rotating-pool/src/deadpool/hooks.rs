//! What the pool asks us about each connection.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use deadpool_postgres::{ClientWrapper, Hook, HookError};

use super::pool::exchange;
use crate::{
    postgres::{self, Opening},
    spares::Spares,
};

/// What a connection is asked that is about to be handed out.
pub(super) struct Check {
    pub(super) opening: Arc<Opening>,
    pub(super) spares: Arc<Spares<ClientWrapper>>,
}

impl Check {
    /// Replaces an old connection if there is a spare one, and asks one a second, and each while something is wrong, for its
    /// login.
    pub(super) fn hook(self: Arc<Self>) -> Hook {
        Hook::async_fn(move |client, _| {
            let (is_to_look, is_to_check) = (self.spares.is_to_look(), self.opening.gate.is_to_check());
            if !is_to_look && !is_to_check {
                return Box::pin(Pass);
            }
            let check = Arc::clone(&self);
            Box::pin(async move {
                if is_to_look {
                    check.exchange_if_old(client).await;
                }
                if is_to_check {
                    check.opening.check(client).await.map_err(HookError::Backend)?;
                }
                Ok(())
            })
        })
    }

    async fn exchange_if_old(&self, client: &mut ClientWrapper) {
        let gate = &self.opening.gate;
        if postgres::is_old(client, &gate.login()).await
            && let Some(fresh) = self.spares.take()
        {
            self.spares.replaced(exchange(client, fresh));
            gate.counts.drained.add(1);
        }
    }
}

/// An answer that is there at once. It has no size, so that its box costs no allocation in each acquire.
struct Pass;

impl Future for Pass {
    type Output = Result<(), HookError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(()))
    }
}
