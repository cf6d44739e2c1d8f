//! What goes wrong, and when.

use std::time::Duration;

use hyper::{Method, StatusCode};

/// Which requests a fault is about.
#[derive(Clone, Debug)]
#[must_use = "it says when, and not what goes wrong"]
pub struct When {
    method: Option<Method>,
    prefix: String,
    left: Option<usize>,
}

impl When {
    /// All requests, or all connections.
    pub fn always() -> Self {
        Self::path("")
    }

    /// The requests whose path begins with `prefix`, such as `/v1/auth/`.
    pub fn path(prefix: &str) -> Self {
        Self { method: None, prefix: prefix.to_owned(), left: None }
    }

    /// Only those with this method, such as `GET`.
    ///
    /// # Panics
    ///
    /// If it is no method of HTTP.
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.parse().expect("a method of HTTP"));
        self
    }

    /// Only the next `count` of them. The default is all, until the fault is taken back.
    pub fn times(mut self, count: usize) -> Self {
        self.left = Some(count);
        self
    }

    /// Returns whether it is about this request, and counts it if so.
    pub(super) fn take(&mut self, method: &Method, path: &str) -> bool {
        let fits = self.method.as_ref().is_none_or(|only| only == method) && path.starts_with(&self.prefix);
        match &mut self.left {
            _ if !fits => false,
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }
}

/// What goes wrong with a request, or with the start of a connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// It is passed on after this time.
    Delay(Duration),
    /// It is passed on at once, and its answer is held back for this time.
    Hold(Duration),
    /// It is neither passed on nor answered until the faults are taken back, then it is.
    Stall,
    /// The connection is closed, and nothing passed on.
    Cut,
    /// It is passed on, and the connection closed when the answer is there.
    CutAnswer,
    /// It is passed on, and a text in its answer replaced, such as `"renewable":true`.
    Edit {
        /// What is replaced.
        from: &'static str,
        /// What takes its place.
        to: &'static str,
    },
    /// It is answered here and not passed on. A TCP connection is closed instead.
    Answer {
        /// The status.
        status: u16,
        /// A header.
        header: Option<(&'static str, String)>,
        /// The body.
        body: String,
    },
}

impl Fault {
    /// Answers as Vault does with an error.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Answer { status, header: None, body: errors(status) }
    }

    /// Answers 429 and asks to come again after so many seconds.
    #[must_use]
    pub fn retry_after(seconds: u32) -> Self {
        Self::Answer { status: 429, header: Some(("retry-after", seconds.to_string())), body: errors(429) }
    }

    /// Answers 307 to the same path at another address, such as `http://127.0.0.1:8200`.
    #[must_use]
    pub fn redirect(address: &str) -> Self {
        Self::Answer { status: 307, header: Some(("location", address.to_owned())), body: String::new() }
    }

    /// Answers 200 with what is not JSON, as a captive portal does.
    #[must_use]
    pub fn garbage() -> Self {
        Self::Answer { status: 200, header: None, body: "<html>please log in</html>".to_owned() }
    }
}

/// The body of Vault's errors.
fn errors(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    serde_json::json!({ "errors": [reason.unwrap_or("a fault").to_lowercase()] }).to_string()
}
