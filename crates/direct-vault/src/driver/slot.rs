//! Where what was read goes, whatever its type is there.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{FutureExt, future::BoxFuture};
use secrets_config_core::{
    Rotating, Secret,
    rotating::{self, Publisher, RefreshRequests},
};
use tokio::sync::oneshot;

use crate::{
    Error,
    reading::{Reader, Reading},
};

type Reply<T> = oneshot::Sender<Result<T, Error>>;

/// Takes what Vault sends for one path.
pub(crate) trait Slot: Send {
    /// Takes the `data` of an answer in.
    fn take(&mut self, data: &[u8]) -> Result<Taken, Unfit>;

    /// Tells whoever waits for the first answer that there will be none.
    fn refuse(&mut self, error: Error);

    /// Whether whoever waited for the first answer is gone, or everybody who could see what was published.
    fn is_abandoned(&self) -> bool;

    /// Returns the number of what was published last.
    fn generation(&self) -> Option<u64>;

    /// Tells those who use what was published last when it ends; `None` is never.
    fn set_expires(&mut self, expires: Option<Instant>);

    /// Tells those who use it what keeps it from being replaced.
    fn set_trouble(&mut self, trouble: Option<Arc<Error>>);

    /// Returns what those who use it ask for.
    fn refresh_requests(&self) -> Option<RefreshRequests>;

    /// Returns what the answer is to be, for a message.
    fn expected(&self) -> &'static str;
}

/// The answer does not fit the type.
#[derive(Debug)]
pub(crate) struct Unfit;

/// What became of an answer.
pub(crate) struct Taken {
    pub(super) news: News,
    /// When to read again what has no lease.
    pub(super) again: Duration,
}

pub(crate) enum News {
    /// Nobody has waited for it.
    Unwanted,
    /// It was given out, and no more is wanted.
    Done,
    First,
    Same,
    /// It took the place of another, which the future tells when nobody uses any more.
    Replaced(BoxFuture<'static, ()>),
}

/// Publishes each answer.
pub(crate) struct Followed<T> {
    reader: Box<dyn Reader<T>>,
    stage: Stage<T>,
    mark: Option<Secret<Vec<u8>>>,
    /// The generation that was told when it ends, and when.
    told: (u64, Option<Instant>),
    /// What was told last of what is wrong.
    trouble: Option<Arc<Error>>,
}

enum Stage<T> {
    Asked(Reply<Rotating<T>>),
    Held(Publisher<T>),
    Over,
}

impl<T> Followed<T> {
    pub(crate) fn new(reader: impl Reader<T> + 'static, reply: Reply<Rotating<T>>) -> Self {
        Self {
            reader: Box::new(reader),
            stage: Stage::Asked(reply),
            mark: None,
            told: (1, None),
            trouble: None,
        }
    }
}

impl<T: Send + Sync + 'static> Slot for Followed<T> {
    fn take(&mut self, data: &[u8]) -> Result<Taken, Unfit> {
        let Reading { value, mark, again } = self.reader.read(data).ok_or(Unfit)?;
        let news = match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Asked(reply) => {
                let (publisher, rotating) = rotating::channel(value);
                if reply.send(Ok(rotating)).is_ok() {
                    self.stage = Stage::Held(publisher);
                    News::First
                } else {
                    News::Unwanted
                }
            }
            Stage::Held(mut publisher) => {
                let is_same = mark.is_some() && mark == self.mark;
                let news = if is_same {
                    News::Same
                } else {
                    News::Replaced(publisher.publish(value).released().boxed())
                };
                self.stage = Stage::Held(publisher);
                news
            }
            Stage::Over => News::Unwanted,
        };
        self.mark = mark;
        Ok(Taken { news, again })
    }

    fn refuse(&mut self, error: Error) {
        if let Stage::Asked(reply) = std::mem::replace(&mut self.stage, Stage::Over) {
            // Who is gone needs no answer.
            let _gone = reply.send(Err(error));
        }
    }

    fn is_abandoned(&self) -> bool {
        match &self.stage {
            Stage::Asked(reply) => reply.is_closed(),
            Stage::Held(publisher) => publisher.is_abandoned(),
            Stage::Over => false,
        }
    }

    fn generation(&self) -> Option<u64> {
        match &self.stage {
            Stage::Held(publisher) => Some(publisher.generation()),
            Stage::Asked(_) | Stage::Over => None,
        }
    }

    fn set_expires(&mut self, expires: Option<Instant>) {
        let Stage::Held(publisher) = &self.stage else { return };
        let told = (publisher.generation(), expires);
        if std::mem::replace(&mut self.told, told) != told {
            publisher.set_expires(expires);
        }
    }

    fn set_trouble(&mut self, trouble: Option<Arc<Error>>) {
        let Stage::Held(publisher) = &self.stage else { return };
        if self.trouble.as_ref().map(Arc::as_ptr) != trouble.as_ref().map(Arc::as_ptr) {
            self.trouble.clone_from(&trouble);
            publisher.set_trouble(trouble.map(|error| error as _));
        }
    }

    fn refresh_requests(&self) -> Option<RefreshRequests> {
        match &self.stage {
            Stage::Held(publisher) => Some(publisher.refresh_requests()),
            Stage::Asked(_) | Stage::Over => None,
        }
    }

    fn expected(&self) -> &'static str {
        self.reader.expected()
    }
}

/// Gives the first answer out and is done.
pub(crate) struct Once<T> {
    reader: Box<dyn Reader<T>>,
    reply: Option<Reply<T>>,
}

impl<T> Once<T> {
    pub(crate) fn new(reader: impl Reader<T> + 'static, reply: Reply<T>) -> Self {
        Self { reader: Box::new(reader), reply: Some(reply) }
    }
}

impl<T: Send> Slot for Once<T> {
    fn take(&mut self, data: &[u8]) -> Result<Taken, Unfit> {
        let Reading { value, again, .. } = self.reader.read(data).ok_or(Unfit)?;
        if let Some(reply) = self.reply.take() {
            let _gone = reply.send(Ok(value));
        }
        Ok(Taken { news: News::Done, again })
    }

    fn refuse(&mut self, error: Error) {
        if let Some(reply) = self.reply.take() {
            let _gone = reply.send(Err(error));
        }
    }

    fn is_abandoned(&self) -> bool {
        self.reply.as_ref().is_some_and(oneshot::Sender::is_closed)
    }

    fn generation(&self) -> Option<u64> {
        None
    }

    fn set_expires(&mut self, _: Option<Instant>) {}

    fn set_trouble(&mut self, _: Option<Arc<Error>>) {}

    fn refresh_requests(&self) -> Option<RefreshRequests> {
        None
    }

    fn expected(&self) -> &'static str {
        self.reader.expected()
    }
}
