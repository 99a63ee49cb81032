//! TLS over a connection that stands.

use std::sync::Arc;

use holdpoint_model::fault::Fault;
use rustls::{
    ClientConfig, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::CryptoProvider,
};
use rustls_pki_types::ServerName;
use tokio::{net::TcpStream, time::Instant};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    addresses::bare,
    roots::Authorities,
    trouble::{Phase, Tried, Trouble, within},
    trust::Strict,
    watched::Watched,
};

/// TLS over TCP.
pub(crate) type Secure = TlsStream<Watched<TcpStream>>;

/// Cryptography by ring.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// A configuration around one verifier, for TLS 1.2 and 1.3.
pub(crate) fn config(
    provider: Arc<CryptoProvider>,
    verifier: Arc<dyn ServerCertVerifier>,
) -> ClientConfig {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has suites for both versions")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth()
}

/// The configuration of a client that sends nothing to a peer it cannot trust.
pub(crate) fn strict(authorities: Arc<Authorities>) -> Tried<ClientConfig> {
    let mut store = RootCertStore::empty();
    store.extend(authorities.anchors.iter().cloned());
    let provider = provider();
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider));
    let verifier = verifier.build().map_err(|error| {
        // Nobody was asked anything yet, so this is our blindness and not the peer's fault.
        let note =
            format!("there are no authorities to verify with: {error}; {}", authorities.note);
        Trouble::at(Phase::Handshake, Fault::NoTool, note)
    })?;
    let mut config = config(provider, Arc::new(Strict::new(verifier, authorities)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// The name that is sent and verified; brackets and the final dot are no part of it.
pub(crate) fn server_name(host: &str) -> Tried<ServerName<'static>> {
    let host = bare(host);
    let host = host.strip_suffix('.').unwrap_or(host);
    ServerName::try_from(host.to_owned()).map_err(|error| {
        Trouble::at(Phase::Handshake, Fault::Unsupported, format!("`{host}`: {error}"))
    })
}

/// A handshake by the deadline.
pub(crate) async fn handshake(
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    stream: TcpStream,
    deadline: Instant,
) -> Tried<Secure> {
    let stream = Watched::new(stream);
    let first = stream.first();
    let handshake = TlsConnector::from(config).connect(name, stream);
    // Boxed, because a handshake holds its buffers in itself.
    let done = within(deadline, Phase::Handshake, Box::pin(handshake)).await?;
    done.map_err(|error| {
        let ended = error.kind() == std::io::ErrorKind::UnexpectedEof;
        let trouble = Trouble::talking(Phase::Handshake, &error);
        if ended && first.get().is_none() {
            return Trouble { fault: Fault::NoAnswer, ..trouble };
        }
        trouble
    })
}
