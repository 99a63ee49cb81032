//! TLS servers that finish their handshakes, at once or slowly.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use rustls::{ServerConfig, sign::CertifiedKey};
use tokio::{io::AsyncReadExt, net::TcpStream};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    authority::Identity,
    raw::{Server, serve},
};

/// How a TLS server is set up.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ServerConfig>,
    pause: Duration,
}

impl Tls {
    /// TLS 1.2 and 1.3 with this chain and key.
    pub fn new(identity: &Identity) -> Self {
        Self::with(identity, rustls::ALL_VERSIONS, None)
    }

    /// One protocol version alone.
    pub fn only(identity: &Identity, version: &'static rustls::SupportedProtocolVersion) -> Self {
        Self::with(identity, &[version], None)
    }

    /// With these bytes stapled as an OCSP answer.
    pub fn stapled(identity: &Identity, ocsp: &[u8]) -> Self {
        Self::with(identity, rustls::ALL_VERSIONS, Some(ocsp))
    }

    /// Waits before it begins its side of each handshake.
    #[must_use]
    pub fn slow(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Finishes handshakes, and reads until the client goes.
    pub async fn hold(self) -> Server {
        self.serve(async |mut stream, _| {
            let mut sink = [0; 1024];
            while let Ok(1..) = stream.read(&mut sink).await {}
        })
        .await
    }

    /// Finishes handshakes, and hands each connection to `answer`.
    pub async fn serve<F, Fut>(self, answer: F) -> Server
    where
        F: Fn(TlsStream<TcpStream>, SocketAddr) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let answer = Arc::new(answer);
        serve(move |stream, peer| {
            let (tls, answer) = (self.clone(), Arc::clone(&answer));
            async move {
                tokio::time::sleep(tls.pause).await;
                if let Ok(stream) = TlsAcceptor::from(tls.config).accept(stream).await {
                    answer(stream, peer).await;
                }
            }
        })
        .await
    }

    fn with(
        identity: &Identity,
        versions: &[&'static rustls::SupportedProtocolVersion],
        ocsp: Option<&[u8]>,
    ) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = provider.key_provider.load_private_key(identity.key()).expect("a usable key");
        // Not `with_single_cert`: it refuses a key that does not fit, and that is a test as well.
        let mut certified = CertifiedKey::new(identity.chain.clone(), key);
        certified.ocsp = ocsp.map(<[u8]>::to_vec);
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("the provider has suites for them")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(certified)));
        Self { config: Arc::new(config), pause: Duration::ZERO }
    }
}
