//! One request and how it ended.

use std::{error, fmt, time::Duration};

use reqwest::Client;

/// What is asked of the example service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// `POST /orders`: a row in a transaction.
    Order,
    /// `GET /whoami`: the database user.
    WhoAmI,
    /// `GET /orders/count`.
    Count,
    /// `GET /healthz`, which needs no database.
    Alive,
    /// `POST /slow?ms=1000`: a row in a transaction that is open for a second.
    Slow,
}

/// A request that has ended.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What was asked.
    pub request: Request,
    /// When it was due, from the start of the load.
    pub at: Duration,
    /// How long after that it ended.
    pub latency: Duration,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a request ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It was answered with the status the contract promises.
    Success,
    /// It was answered with another status.
    Status {
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
    /// The service could not be reached, so the request did not get to it.
    Unreachable {
        /// What the client said.
        error: String,
    },
    /// The request was sent, but the answer did not come.
    Unanswered {
        /// What the client said.
        error: String,
    },
}

impl Request {
    pub(super) const MIX: &[Self] = &[Self::Order, Self::WhoAmI, Self::Order, Self::Count];

    pub(super) async fn send(self, client: &Client, base: &str) -> Outcome {
        let (request, expected) = match self {
            Self::Order => (client.post(format!("{base}/orders")), 201),
            Self::WhoAmI => (client.get(format!("{base}/whoami")), 200),
            Self::Count => (client.get(format!("{base}/orders/count")), 200),
            Self::Alive => (client.get(format!("{base}/healthz")), 200),
            Self::Slow => (client.post(format!("{base}/slow?ms=1000")), 201),
        };
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if error.is_connect() => return Outcome::Unreachable { error: chain(&error) },
            Err(error) => return Outcome::Unanswered { error: chain(&error) },
        };
        let status = response.status().as_u16();
        match response.text().await {
            Ok(_) if status == expected => Outcome::Success,
            Ok(body) => Outcome::Status { status, body: body.chars().take(200).collect() },
            Err(error) => Outcome::Unanswered { error: chain(&error) },
        }
    }
}

impl Sample {
    /// Tells whether the request succeeded.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self.outcome, Outcome::Success)
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, latency) = (self.at.as_secs_f64(), self.latency.as_secs_f64() * 1e3);
        write!(f, "at {at:.2} s {:?} after {latency:.0} ms: {}", self.request, self.outcome)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => f.write_str("success"),
            Self::Status { status, body } => write!(f, "{status} {body}"),
            Self::Unreachable { error } => write!(f, "not reached: {error}"),
            Self::Unanswered { error } => write!(f, "not answered: {error}"),
        }
    }
}

/// The message of an error and of all its sources.
fn chain(error: &dyn error::Error) -> String {
    let sources = std::iter::successors(Some(error), |error| error.source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
