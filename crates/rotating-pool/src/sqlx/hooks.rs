//! What the pool asks us about each connection.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::future::BoxFuture;
use sqlx::{
    Error,
    pool::{PoolConnectionMetadata, PoolOptions},
};

use super::{opening::Opening, server::Server};
use crate::gate::Gate;

/// What the application wants done to each connection that was opened.
pub(super) type AfterConnect<DB> = Arc<
    dyn for<'c> Fn(&'c mut <DB as sqlx::Database>::Connection) -> BoxFuture<'c, Result<(), Error>>
        + Send
        + Sync,
>;

/// What the application asks of each connection that is handed out or returned.
pub(super) type Check<DB> = Arc<
    dyn for<'c> Fn(
            &'c mut <DB as sqlx::Database>::Connection,
            PoolConnectionMetadata,
        ) -> BoxFuture<'c, Result<bool, Error>>
        + Send
        + Sync,
>;

/// Returns `options` with our hooks in them, which call those of the application.
pub(super) fn install<DB: Server>(
    options: PoolOptions<DB>,
    opening: &Arc<Opening<DB>>,
    before_acquire: Option<Check<DB>>,
    after_release: Option<Check<DB>>,
    max_lifetime: Option<Duration>,
) -> PoolOptions<DB> {
    let (on_connect, on_acquire, on_release) =
        (Arc::clone(opening), Arc::clone(opening), Arc::clone(opening));
    options
        .after_connect(move |connection, _| {
            let opening = Arc::clone(&on_connect);
            Box::pin(async move { opening.settle(connection).await })
        })
        .before_acquire(move |connection, metadata| {
            if on_acquire.gate.is_checking() {
                ask_first(Arc::clone(&on_acquire), connection, metadata, before_acquire.clone())
            } else {
                pass_on::<DB>(connection, metadata, before_acquire.as_ref())
            }
        })
        .after_release(move |connection, metadata| {
            let gate: &Gate = &on_release.gate;
            let is_old = max_lifetime.is_some_and(|lifetime| metadata.age > lifetime);
            if is_old && gate.pinned().is_none() {
                return Box::pin(Answer::<false>);
            }
            let (is_to_look, is_to_check) = (on_release.spares.is_to_look(), gate.is_to_check());
            if is_to_look || is_to_check {
                let (opening, own) = (Arc::clone(&on_release), after_release.clone());
                Box::pin(async move {
                    if is_to_look {
                        opening.exchange_if_old(connection).await;
                    }
                    if is_to_check {
                        ask_first(opening, connection, metadata, own).await
                    } else {
                        pass_on::<DB>(connection, metadata, own.as_ref()).await
                    }
                })
            } else {
                pass_on::<DB>(connection, metadata, after_release.as_ref())
            }
        })
}

/// Keeps a connection only if its login still exists, and the application's own hook agrees.
fn ask_first<DB: Server>(
    opening: Arc<Opening<DB>>,
    connection: &mut DB::Connection,
    metadata: PoolConnectionMetadata,
    own: Option<Check<DB>>,
) -> BoxFuture<'_, Result<bool, Error>> {
    Box::pin(async move {
        if !opening.is_usable(connection).await {
            return Ok(false);
        }
        match own {
            Some(own) => own(connection, metadata).await,
            None => Ok(true),
        }
    })
}

fn pass_on<'c, DB: Server>(
    connection: &'c mut DB::Connection,
    metadata: PoolConnectionMetadata,
    own: Option<&Check<DB>>,
) -> BoxFuture<'c, Result<bool, Error>> {
    match own {
        Some(own) => own(connection, metadata),
        None => Box::pin(Answer::<true>),
    }
}

/// An answer that is there at once. It has no size, so that its box costs no allocation in each acquire.
struct Answer<const KEEP: bool>;

impl<const KEEP: bool> Future for Answer<KEEP> {
    type Output = Result<bool, Error>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok(KEEP))
    }
}
