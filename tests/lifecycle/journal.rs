//! What `direct-vault` says of itself.

use std::{cell::RefCell, fmt, sync::Once};

use tracing::{
    Level, Subscriber, callsite,
    field::{Field, Visit},
    subscriber,
};
use tracing_subscriber::{
    Layer, Registry,
    layer::{Context, SubscriberExt},
};

/// The events of this thread whose target is `direct_vault`, from its beginning on.
#[derive(Debug)]
pub struct Journal(());

/// One of them.
#[derive(Clone, Debug)]
pub struct Event {
    /// How loud it is.
    pub level: Level,
    /// Its text.
    pub message: String,
    /// The names of its fields, in their order.
    pub fields: Vec<&'static str>,
}

impl Journal {
    /// Begins one.
    #[must_use]
    pub fn begin() -> Self {
        static KEEPER: Once = Once::new();
        // Of all threads: what is found to interest nobody on one of them is not looked at on the others.
        KEEPER.call_once(|| {
            subscriber::set_global_default(Registry::default().with(Keeper)).unwrap();
            callsite::rebuild_interest_cache();
        });
        EVENTS.take();
        Self(())
    }

    /// Returns the events so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        EVENTS.with_borrow(Clone::clone)
    }
}

struct Keeper;

impl<S: Subscriber> Layer<S> for Keeper {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if !event.metadata().target().starts_with("direct_vault") {
            return;
        }
        let level = *event.metadata().level();
        let mut kept = Event { level, message: String::new(), fields: Vec::new() };
        event.record(&mut kept);
        EVENTS.with_borrow_mut(|events| events.push(kept));
    }
}

thread_local! {
    static EVENTS: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
}

impl Visit for Event {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name => self.fields.push(name),
        }
    }
}
