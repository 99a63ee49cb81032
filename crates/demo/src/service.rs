//! The service: HTTPS and plain HTTP on loopback addresses, until it is dropped.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicU64},
};

use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use crate::{Error, limiter::Limiter, pages, settings::Settings};

/// Addresses the service answers on; every one must serve the same certificate.
const ADDRESSES: [Ipv4Addr; 2] = [Ipv4Addr::new(127, 0, 0, 1), Ipv4Addr::new(127, 0, 0, 2)];

/// Connections served at a time.
const CONNECTIONS_MAX: usize = 256;

/// What all connections share.
#[derive(Debug)]
pub(crate) struct Shared {
    folder: PathBuf,
    pub(crate) limiter: Limiter,
    /// Requests for the front page.
    pub(crate) front: AtomicU64,
    /// All other requests.
    pub(crate) other: AtomicU64,
    pub(crate) readiness: AtomicU64,
    connections: Arc<Semaphore>,
}

/// A running service; it ends when this is dropped.
#[derive(Debug)]
pub struct Service {
    /// Addresses it answers on.
    pub addresses: Vec<IpAddr>,
    /// Port for HTTPS, the same on every address.
    pub https: u16,
    /// Port for plain HTTP, the same on every address.
    pub http: u16,
    _tasks: JoinSet<()>,
}

/// Starts the service over the files of `folder`.
pub async fn start(folder: &Path) -> Result<Service, Error> {
    let (secure, https) = listen().await?;
    let (plain, http) = listen().await?;
    let addresses = secure.iter().filter_map(|it| it.local_addr().ok()).map(|it| it.ip()).collect();
    let shared = Arc::new(Shared {
        folder: folder.to_owned(),
        limiter: Limiter::default(),
        front: AtomicU64::new(0),
        other: AtomicU64::new(0),
        readiness: AtomicU64::new(0),
        connections: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
    });
    let mut tasks = JoinSet::new();
    for listener in secure {
        tasks.spawn(accept(listener, Arc::clone(&shared), None));
    }
    for listener in plain {
        tasks.spawn(accept(listener, Arc::clone(&shared), Some(https)));
    }
    Ok(Service { addresses, https, http, _tasks: tasks })
}

/// One free port on every address that this machine has.
async fn listen() -> Result<(Vec<TcpListener>, u16), Error> {
    let [first, more @ ..] = ADDRESSES;
    let bind = |address: Ipv4Addr, port| TcpListener::bind(SocketAddr::new(address.into(), port));
    for _ in 0..20 {
        let listener = bind(first, 0).await.map_err(Error::Listen)?;
        let port = listener.local_addr().map_err(Error::Listen)?.port();
        let mut all = vec![listener];
        let mut taken = false;
        for address in more {
            match bind(address, port).await {
                Ok(listener) => all.push(listener),
                // Only Linux has the whole loopback range without asking.
                Err(error) if error.kind() == std::io::ErrorKind::AddrNotAvailable => {}
                Err(_) => taken = true,
            }
        }
        if !taken {
            return Ok((all, port));
        }
    }
    Err(Error::Listen(std::io::ErrorKind::AddrInUse.into()))
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, redirect: Option<u16>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&shared.connections).acquire_owned().await else { return };
        let Ok((stream, peer)) = listener.accept().await else { continue };
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            match redirect {
                Some(https) => plain(stream, https).await,
                None => secure(stream, peer.ip(), &shared).await,
            }
            drop(place);
        });
    }
}

async fn secure(stream: TcpStream, client: IpAddr, shared: &Arc<Shared>) {
    let settings = Settings::read(&shared.folder);
    let Some(config) = settings.as_ref().and_then(|it| tls(&shared.folder, it)) else { return };
    let Ok(stream) = TlsAcceptor::from(config).accept(stream).await else { return };
    let answer = service_fn(|request: hyper::Request<Incoming>| async {
        Ok::<_, std::convert::Infallible>(match Settings::read(&shared.folder) {
            Some(settings) => pages::secure(shared, &settings, client, request).await,
            None => pages::broken(),
        })
    });
    let mut server = http1::Builder::new();
    drop(server.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer).await);
}

async fn plain(stream: TcpStream, https: u16) {
    let answer = service_fn(|request: hyper::Request<Incoming>| async move {
        Ok::<_, std::convert::Infallible>(pages::plain(https, &request))
    });
    let mut server = http1::Builder::new();
    drop(server.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer).await);
}

fn tls(folder: &Path, settings: &Settings) -> Option<Arc<ServerConfig>> {
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(folder.join(&settings.certificate)).ok()?.collect();
    let key = PrivateKeyDer::from_pem_file(folder.join(&settings.key)).ok()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_no_client_auth()
        .with_single_cert(chain.ok()?, key)
        .ok()?;
    Some(Arc::new(config))
}
