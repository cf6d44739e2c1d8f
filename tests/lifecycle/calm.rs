//! Whether anybody has something to do, or is about to be told of something.
//!
//! A paused clock may be set forward only when both are not so: what is on its way takes time that it does not know of.

use std::{
    cell::{Cell, RefCell},
    future::{Future, poll_fn},
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    task::Poll,
    time::{Duration, Instant},
};

use tokio::task::yield_now;

/// Lasts while nobody else has anything to do.
#[derive(Debug, Default)]
pub(crate) struct Calm {
    since: Option<Instant>,
    turns_since_the_post: u32,
}

impl Calm {
    /// Takes one turn. Returns whether somebody did something in it, which ends the calm.
    ///
    /// # Panics
    ///
    /// If nobody idles here: nothing would ever be calm.
    pub(crate) async fn is_broken(&mut self) -> bool {
        let idled = IDLED.get();
        assert!(idled.is_some(), "not in a runtime of `turns::paused`");
        yield_now().await;
        let is_broken = IDLED.get() == idled;
        if is_broken {
            *self = Self::default();
        }
        is_broken
    }

    /// Returns whether it has lasted: what was sent before it has arrived, and nobody had anything to do with it.
    pub(crate) fn has_lasted(&mut self) -> bool {
        const AT_LEAST: Duration = Duration::from_micros(100);
        /// The sockets are looked at between any two.
        const TURNS: u32 = 3;
        POST.with_borrow_mut(|post| {
            let since = *self.since.get_or_insert_with(|| {
                post.send();
                Instant::now()
            });
            if post.has_arrived() {
                self.turns_since_the_post += 1;
            }
            self.turns_since_the_post >= TURNS && since.elapsed() >= AT_LEAST
        })
    }
}

/// Returns a task that takes every turn which nobody else wants.
pub(crate) fn idle() -> impl Future<Output = ()> {
    IDLED.set(Some(0));
    poll_fn(|context| {
        IDLED.set(IDLED.get().map(|turns| turns + 1));
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Letters to oneself. They go the way that requests and answers go, and overtake none.
struct Post {
    to: TcpStream,
    from: TcpStream,
    on_the_way: usize,
}

impl Post {
    fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let to = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (from, _) = listener.accept().unwrap();
        to.set_nodelay(true).unwrap();
        from.set_nonblocking(true).unwrap();
        Self { to, from, on_the_way: 0 }
    }

    fn send(&mut self) {
        self.to.write_all(b"!").unwrap();
        self.on_the_way += 1;
    }

    /// Returns whether all of them have.
    fn has_arrived(&mut self) -> bool {
        match self.from.read(&mut [0; 16]) {
            Ok(letters) => self.on_the_way -= letters,
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
        self.on_the_way == 0
    }
}

thread_local! {
    /// The turns of [`idle`], if there is one. All tasks of a runtime with one thread run on that thread.
    static IDLED: Cell<Option<usize>> = const { Cell::new(None) };
    static POST: RefCell<Post> = RefCell::new(Post::new());
}
