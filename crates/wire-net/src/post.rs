//! One exchange that sends a body: a text posted to a service, and its whole answer.

use std::time::Duration;

use holdpoint_model::{
    ask::{Request, Roots, Scheme},
    fault::Fault,
    redact,
};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    header::{self, HeaderValue},
};
use tokio::time::Instant;

use crate::{
    Net, addresses,
    link::{Link, Way},
    request,
    secret::{Redactor, Secret},
    trouble::{Phase, Tried, Trouble, within},
};

/// A JSON text for a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Over TLS or not.
    pub scheme: Scheme,
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Path and query, beginning with `/`.
    pub path: String,
    /// What is sent.
    pub body: String,
    /// A reference (`env:NAME`, `file:PATH`) to the bearer token.
    pub bearer: Option<String>,
    /// Bytes of the answer; a longer one is an error.
    pub answer_max: usize,
    /// Milliseconds for the whole exchange.
    pub timeout_ms: u32,
}

/// What a service answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Status code.
    pub status: u16,
    /// The whole body.
    pub body: String,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unposted {
    /// What went wrong.
    pub fault: Fault,
    /// What a person may want to know beyond it; no secret is in it.
    pub note: String,
}

impl Net {
    /// Sends a text and reads the answer: once, to the first address that takes a connection.
    pub async fn post(&self, post: &Post) -> Result<Posted, Unposted> {
        let failed = |it: Trouble| Unposted { fault: it.fault, note: redact::text(&it.note) };
        let secret = match &post.bearer {
            Some(reference) => Some(Secret::read(self, reference).await.map_err(failed)?.bearer()),
            None => None,
        };
        let redactor = Redactor::new(secret.as_ref());
        exchange(self, post, secret.as_ref())
            .await
            .map_err(|trouble| failed(Trouble { note: redactor.text(&trouble.note), ..trouble }))
    }
}

async fn exchange(net: &Net, post: &Post, secret: Option<&Secret>) -> Tried<Posted> {
    let deadline = Instant::now() + Duration::from_millis(post.timeout_ms.into());
    let mut trouble = Trouble::at(Phase::Resolve, Fault::NameNotFound, "the name has no address");
    for at in addresses::resolve(net, &post.host, deadline).await? {
        let ask = Request {
            method: String::from("POST"),
            scheme: post.scheme,
            host: post.host.clone(),
            port: post.port,
            path: post.path.clone(),
            at,
            headers: vec![(String::from("content-type"), String::from("application/json"))],
            authorization: None,
            source: None,
            roots: Roots::System,
            body_max: 0,
            timeout_ms: post.timeout_ms,
        };
        let mut sent = request::build(&ask, secret)?;
        let length = HeaderValue::from(post.body.len());
        sent.headers_mut().insert(header::CONTENT_LENGTH, length);
        *sent.body_mut() = Full::new(Bytes::from(post.body.clone()));
        match Way::new(net, &ask).await?.open(deadline).await {
            Ok(mut link) => return answered(&mut link, sent, post, secret, deadline).await,
            Err(error) => trouble = error,
        }
    }
    Err(trouble)
}

async fn answered(
    link: &mut Link,
    sent: request::Sent,
    post: &Post,
    secret: Option<&Secret>,
    deadline: Instant,
) -> Tried<Posted> {
    let answer = link.send(sent, deadline).await.map_err(|it| it.trouble)?;
    let (head, incoming) = answer.into_parts();
    let reading = whole(incoming, post.answer_max);
    let body = within(deadline, Phase::Body, link.drive(reading)).await??;
    let body = Redactor::new(secret).text(&String::from_utf8_lossy(&body));
    Ok(Posted { status: head.status.as_u16(), body })
}

/// The whole body, or that it is too large: half an answer is none.
async fn whole(mut body: Incoming, max: usize) -> Tried<Vec<u8>> {
    let mut all = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Trouble::exchanging(Phase::Body, &error, true))?;
        if let Some(data) = frame.data_ref() {
            if max < all.len().saturating_add(data.len()) {
                let note = format!("more than {max} bytes");
                return Err(Trouble::at(Phase::Body, Fault::TooLarge, note));
            }
            all.extend(data);
        }
    }
    Ok(all)
}
