//! A connection that speaks HTTP/1.1, driven by whoever waits for an answer on it.

use std::{
    future::poll_fn,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};

use holdpoint_model::ask::Request;
use http_body_util::Full;
use hyper::{
    Response,
    body::{Bytes, Incoming},
    client::conn::http1::{self, Connection, SendRequest},
};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls_pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::Instant,
};

use crate::{
    Net, connect,
    request::{self, Sent},
    roots, tls,
    trouble::{Phase, Tried, Trouble, within},
    watched::{First, Watched},
};

/// Bytes of a response head: four times what servers allow a request.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Header fields of a response.
const HEADERS_MAX: usize = 256;

/// Anything bytes go over.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

type Io = TokioIo<Watched<Box<dyn Stream>>>;

/// What connections to one target have in common.
pub(crate) struct Way {
    at: SocketAddr,
    source: Option<std::net::IpAddr>,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

/// A connection that stands.
pub(crate) struct Link {
    sender: SendRequest<Full<Bytes>>,
    connection: Option<Connection<Io, Full<Bytes>>>,
    /// When the first byte of the first answer came.
    pub(crate) first: First,
    /// When TCP stood.
    pub(crate) connected: Instant,
    /// When TLS stood; the same without TLS.
    pub(crate) secured: Instant,
}

/// A request without an answer.
pub(crate) struct Unanswered {
    pub(crate) trouble: Trouble,
    /// The request, when nothing of it was sent.
    pub(crate) unsent: Option<Sent>,
}

impl Way {
    /// Prepares connections; nothing is sent yet.
    pub(crate) async fn new(net: &Net, ask: &Request) -> Tried<Self> {
        let at = SocketAddr::new(ask.at, ask.port);
        let tls = if request::secure(ask) {
            let config = tls::strict(roots::read(net, &ask.roots).await?)?;
            Some((Arc::new(config), tls::server_name(&ask.host)?))
        } else {
            None
        };
        Ok(Self { at, source: ask.source, tls })
    }

    /// Connects.
    pub(crate) async fn open(&self, deadline: Instant) -> Tried<Link> {
        let stream = connect::open(self.at, self.source, deadline).await?;
        let connected = Instant::now();
        let stream: Box<dyn Stream> = match &self.tls {
            Some((config, name)) => {
                let config = Arc::clone(config);
                Box::new(tls::handshake(config, name.clone(), stream, deadline).await?)
            }
            None => Box::new(stream),
        };
        let secured = Instant::now();
        let stream = Watched::new(stream);
        let first = stream.first();
        let mut http = http1::Builder::new();
        http.max_buf_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
        let (sender, connection) = http
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Trouble::exchanging(Phase::Send, &error, false))?;
        Ok(Link { sender, connection: Some(connection), first, connected, secured })
    }
}

impl Link {
    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(
        &mut self,
        request: Sent,
        deadline: Instant,
    ) -> Result<Response<Incoming>, Unanswered> {
        let answer = self.sender.try_send_request(request);
        let answered = drive(&mut self.connection, answer);
        let answered = within(deadline, Phase::FirstByte, answered).await;
        let begun = self.first.get().is_some();
        answered.map_err(|trouble| Unanswered { trouble, unsent: None })?.map_err(|mut error| {
            let trouble = Trouble::exchanging(Phase::FirstByte, error.error(), begun);
            Unanswered { trouble, unsent: error.take_message() }
        })
    }

    /// Runs `work`, which waits for bytes of this connection.
    pub(crate) async fn drive<T>(&mut self, work: impl Future<Output = T>) -> T {
        drive(&mut self.connection, work).await
    }

    /// Whether another request can be sent.
    pub(crate) async fn is_ready(&mut self) -> bool {
        // One turn lets the connection notice that the peer has closed it.
        let turn = async {
            tokio::task::yield_now().await;
        };
        drive(&mut self.connection, turn).await;
        self.connection.is_some() && self.sender.is_ready()
    }
}

async fn drive<T>(
    connection: &mut Option<Connection<Io, Full<Bytes>>>,
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    poll_fn(|cx| {
        if let Poll::Ready(done) = work.as_mut().poll(cx) {
            return Poll::Ready(done);
        }
        if let Some(running) = connection
            && Pin::new(running).poll(cx).is_ready()
        {
            // Its end, good or bad, is told to whoever waits for an answer.
            *connection = None;
        }
        work.as_mut().poll(cx)
    })
    .await
}
