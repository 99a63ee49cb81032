//! A TLS handshake that is finished whatever the peer shows, and what was shown.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use holdpoint_model::{
    ask::Roots,
    fault::Fault,
    seen::{Handshake, Seen},
    time::Time,
    wire::Outcome,
};
use rustls::{ClientConnection, ProtocolVersion};
use rustls_pki_types::ServerName;
use tokio::time::Instant;

use crate::{
    Net, certificate, connect, roots,
    roots::Authorities,
    tls,
    trouble::{Phase, Tried, Trouble},
    trust::{self, Witness},
};

/// One handshake; the time begins when the authorities are read.
pub(crate) async fn look(
    net: &Net,
    at: SocketAddr,
    name: Option<&str>,
    roots: &Roots,
    timeout_ms: u32,
) -> Tried<Outcome> {
    let authorities = roots::read(net, roots).await?;
    let deadline = Instant::now() + Duration::from_millis(timeout_ms.into());
    let provider = tls::provider();
    let witness = Arc::new(Witness::new(provider.signature_verification_algorithms));
    let mut config = tls::config(provider, witness.clone());
    config.enable_sni = name.is_some();
    let name = match name {
        Some(name) => tls::server_name(name)?,
        // Nothing is sent and nothing is compared: any name will do.
        None => ServerName::from(at.ip()),
    };
    let stream = connect::open(at, None, deadline).await?;
    let stream = tls::handshake(Arc::new(config), name, stream, deadline).await?;
    let seen = seen(stream.get_ref().1, &witness, &authorities)?;
    Ok(Outcome { result: Ok(Seen::Handshake(seen)), note: authorities.note.clone() })
}

fn seen(
    connection: &ClientConnection,
    witness: &Witness,
    authorities: &Authorities,
) -> Tried<Handshake> {
    let missing = |what| Trouble::at(Phase::Handshake, Fault::Garbled, format!("no {what}"));
    let chain = connection.peer_certificates().ok_or_else(|| missing("certificate"))?;
    let suite = connection.negotiated_cipher_suite().ok_or_else(|| missing("cipher suite"))?;
    let protocol = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLSv1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
        Some(_) | None => return Err(missing("protocol version")),
    };
    let read: Vec<_> = chain.iter().map(|it| certificate::read(it)).collect::<Tried<_>>()?;
    let trust = trust::judge(authorities, witness.algorithms(), chain, &read, now());
    Ok(Handshake {
        protocol: protocol.to_owned(),
        // The suites of TLS 1.3 are registered without their version.
        cipher: format!("{:?}", suite.suite()).replacen("TLS13_", "TLS_", 1),
        chain: read,
        trust,
        roots_sha256: authorities.sha256.clone(),
        stapled: witness.stapled(),
    })
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
