//! A TCP server around any function of its connections.

use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// Connections that one server has at the same time; more are left to the backlog.
const CONNECTIONS_MAX: usize = 512;

/// A running server; it ends, and breaks off its connections, when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub at: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Server {
    /// The address it listens on.
    pub fn ip(&self) -> IpAddr {
        self.at.ip()
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.at.port()
    }
}

/// A listener on a free port of `127.0.0.1`.
pub async fn bind() -> TcpListener {
    let any = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
    TcpListener::bind(any).await.expect("loopback has a free port")
}

/// An address that refuses connections: it was bound a moment ago and is closed.
pub async fn refused() -> SocketAddr {
    bind().await.local_addr().expect("a bound listener has an address")
}

/// Hands every connection to `answer`; what it returns is run until it ends.
pub async fn serve<F, Fut>(answer: F) -> Server
where
    F: Fn(TcpStream, SocketAddr) -> Fut + Send + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let listener = bind().await;
    let at = listener.local_addr().expect("a bound listener has an address");
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            if CONNECTIONS_MAX <= connections.len() {
                drop(connections.join_next().await);
            }
            let Ok((stream, peer)) = listener.accept().await else { continue };
            connections.spawn(answer(stream, peer));
        }
    });
    Server { at, _tasks: tasks }
}
