//! Connections that speak HTTP.

use std::time::Instant;

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    header::{CONNECTION, CONTENT_LENGTH, HOST, LOCATION, TRANSFER_ENCODING},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use reqwest::{Client, redirect::Policy};
use tokio::{net::TcpStream, time::sleep};

use super::{
    Fault,
    traffic::{Seen, Traffic},
};
use crate::{Error, Result};

type Answer = Response<Bytes>;

/// Passes requests on.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client,
}

/// The connection is to be closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("cut")]
struct Cut;

impl Http {
    pub(super) fn new() -> Result<Self> {
        let client = Client::builder().no_proxy().redirect(Policy::none()).build();
        let client =
            client.map_err(|source| Error::Http { method: "any".into(), url: String::new(), source })?;
        Ok(Self { client })
    }

    pub(super) async fn serve(&self, traffic: &Traffic, stream: TcpStream) {
        let service = service_fn(|request| self.answer(traffic, request));
        // A cut shows as an error here, and a client that leaves is its own business.
        let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    }

    async fn answer(
        &self,
        traffic: &Traffic,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Cut> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let token = request.headers().get("x-vault-token").and_then(|token| token.to_str().ok());
        let seen = Seen {
            method: method.to_string(),
            path: path.clone(),
            at: Instant::now(),
            answered_at: None,
            status: None,
            token: token.map(str::to_owned),
            answer: String::new(),
        };
        let place = traffic.saw(seen);
        let cleared = traffic.cleared();
        let answer = match traffic.fault(&method, &path) {
            None => self.pass_on(traffic, request).await?,
            Some(Fault::Delay(time)) => {
                sleep(time).await;
                self.pass_on(traffic, request).await?
            }
            Some(Fault::Stall) => {
                cleared.await;
                self.pass_on(traffic, request).await?
            }
            Some(Fault::Hold(time)) => {
                let answer = self.pass_on(traffic, request).await?;
                sleep(time).await;
                answer
            }
            Some(Fault::Cut) => return Err(Cut),
            Some(Fault::CutAnswer) => {
                self.pass_on(traffic, request).await?;
                return Err(Cut);
            }
            Some(Fault::Edit { from, to }) => {
                let edit = |body: Bytes| String::from_utf8_lossy(&body).replace(from, to).into();
                self.pass_on(traffic, request).await?.map(edit)
            }
            Some(Fault::Answer { status, header, body }) => own_answer(status, header, body, &request)?,
        };
        traffic.answered(place, answer.status().as_u16(), answer.body());
        Ok(answer.map(Full::new))
    }

    async fn pass_on(&self, traffic: &Traffic, request: Request<Incoming>) -> Result<Answer, Cut> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
        let mut headers = head.headers;
        for name in [CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING] {
            headers.remove(name);
        }
        let url = format!("http://{}{path}", traffic.upstream());
        let sent = self.client.request(head.method, url).headers(headers).body(body).send().await;
        let response = sent.map_err(|_| Cut)?;
        let (status, mut headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.map_err(|_| Cut)?;
        for name in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
            headers.remove(name);
        }
        let mut answer = Response::new(body);
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

fn own_answer(
    status: u16,
    header: Option<(&'static str, String)>,
    body: String,
    request: &Request<Incoming>,
) -> Result<Answer, Cut> {
    let mut answer = Response::builder().status(status);
    if let Some((name, value)) = header {
        let path = if name == LOCATION { request.uri().path() } else { "" };
        answer = answer.header(name, format!("{value}{path}"));
    }
    answer.body(Bytes::from(body)).map_err(|_| Cut)
}
