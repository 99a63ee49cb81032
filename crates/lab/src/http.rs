//! An HTTP/1.1 server whose answers are a function of the request.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{
    raw::{Server, serve},
    tls::Tls,
};

/// Bytes of a request head or body beyond which the connection is closed.
const REQUEST_BYTES_MAX: usize = 1024 * 1024;

/// What came in.
#[derive(Clone, Debug)]
pub struct Request {
    /// The word before the path.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// Header fields in the order sent, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The client.
    pub peer: SocketAddr,
    /// Which request of its connection this is, from 1.
    pub nth: u32,
}

impl Request {
    /// The first value of a header field; `name` in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// What goes out.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Header fields beside `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Pause before the first byte.
    pub delay: Duration,
    /// Whether the connection is closed behind it without a word.
    pub close: bool,
}

impl Reply {
    /// An answer at once, on a connection that stays.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let (headers, delay) = (Vec::new(), Duration::ZERO);
        Self { status, headers, body: body.into(), delay, close: false }
    }

    /// With one more header field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// After a pause.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// And then the end of the connection.
    #[must_use]
    pub fn closing(self) -> Self {
        Self { close: true, ..self }
    }
}

/// Serves plain HTTP.
pub async fn http(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
    let answer = Arc::new(answer);
    serve(move |stream, peer| {
        let answer = Arc::clone(&answer);
        async move { talk(stream, peer, &*answer).await }
    })
    .await
}

/// Serves HTTP over TLS.
pub async fn https(tls: Tls, answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
    let answer = Arc::new(answer);
    tls.serve(move |stream, peer| {
        let answer = Arc::clone(&answer);
        async move { talk(stream, peer, &*answer).await }
    })
    .await
}

/// Answers request after request until either side has had enough.
pub async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    peer: SocketAddr,
    answer: &(dyn Fn(&Request) -> Reply + Send + Sync),
) {
    let mut buffer = Vec::new();
    for nth in 1.. {
        let Some(request) = read(&mut stream, &mut buffer, peer, nth).await else { return };
        let reply = answer(&request);
        tokio::time::sleep(reply.delay).await;
        let bytes = written(&request, &reply);
        if stream.write_all(&bytes).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        if reply.close || request.header("connection") == Some("close") {
            drop(stream.shutdown().await);
            return;
        }
    }
}

/// Reads one request; `None` when none comes any more.
pub async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    buffer: &mut Vec<u8>,
    peer: SocketAddr,
    nth: u32,
) -> Option<Request> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|it| it == b"\r\n\r\n") {
            break at;
        }
        more(stream, buffer).await?;
    };
    let head: Vec<u8> = buffer.drain(..end.saturating_add(4)).collect();
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.lines();
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).unwrap_or(0);
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    let body = buffer.drain(..length).collect();
    Some(Request { method, path, headers, body, peer, nth })
}

async fn more<S: AsyncRead + Unpin>(stream: &mut S, buffer: &mut Vec<u8>) -> Option<()> {
    if REQUEST_BYTES_MAX < buffer.len() {
        return None;
    }
    match stream.read_buf(buffer).await {
        Ok(1..) => Some(()),
        Ok(0) | Err(_) => None,
    }
}

fn written(request: &Request, reply: &Reply) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {} Lab\r\n", reply.status);
    let mut line = |name: &str, value: &str| {
        for part in [name, ": ", value, "\r\n"] {
            head.push_str(part);
        }
    };
    for (name, value) in &reply.headers {
        line(name, value);
    }
    if !matches!(reply.status, 100..=199 | 204 | 304) {
        line("content-length", &reply.body.len().to_string());
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    if request.method != "HEAD" {
        bytes.extend(&reply.body);
    }
    bytes
}
