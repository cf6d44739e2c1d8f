//! How the pool is given connections.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use deadpool_postgres::Connect;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error};

use crate::{login::Login, postgres::Opening};

/// Opens connections, whatever login the pool's own configuration has.
pub(super) struct Connector {
    pub(super) opening: Arc<Opening>,
    pub(super) given: Given,
}

/// The login of the next connection, if not the newest.
pub(super) type Given = Arc<Mutex<Option<Arc<Login>>>>;

impl Connect for Connector {
    fn connect(
        &self,
        _: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + '_>> {
        Box::pin(async {
            let given = self.given.lock().unwrap_or_else(PoisonError::into_inner).take();
            let opened = match given {
                Some(login) => self.opening.open(&login).await?,
                None => self.opening.open_newest().await?,
            };
            Ok((opened.client, opened.task))
        })
    }
}
