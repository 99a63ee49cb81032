//! Whether a chain ends in an authority, and the two verifiers that TLS is made with.

use std::sync::{Arc, Mutex, PoisonError};

use holdpoint_model::{
    seen::{Certificate, Trust},
    time::{SECOND, Time},
};
use rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{
        WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
        verify_tls13_signature_with_raw_key,
    },
    server::ParsedCertificate,
};
use rustls_pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use webpki::{EndEntityCert, KeyUsage, RawPublicKeyEntity};

use crate::{certificate, roots::Authorities};

/// Judges a chain, dates and name left aside: at `now`, or the moment nearest to it at which the
/// leaf was valid.
pub(crate) fn judge(
    authorities: &Authorities,
    algorithms: WebPkiSupportedAlgorithms,
    chain: &[CertificateDer<'_>],
    read: &[Certificate],
    now: Time,
) -> Trust {
    if authorities.is_empty() {
        return Trust::NoRoots;
    }
    let (Some((leaf, behind)), Some(leaf_read)) = (chain.split_first(), read.first()) else {
        return Trust::Untrusted(String::from("no certificate was sent"));
    };
    // Whoever names the very certificate as an authority trusts it, whatever it says it may do.
    if authorities.holds(leaf) {
        return Trust::Trusted;
    }
    let at = now.max(leaf_read.not_before).min(leaf_read.not_after);
    match verify(authorities, algorithms, leaf, behind, at) {
        Ok(()) => Trust::Trusted,
        Err(error) => Trust::Untrusted(reason(&error, read, authorities)),
    }
}

fn verify(
    authorities: &Authorities,
    algorithms: WebPkiSupportedAlgorithms,
    leaf: &CertificateDer<'_>,
    behind: &[CertificateDer<'_>],
    at: Time,
) -> Result<(), webpki::Error> {
    let seconds = u64::try_from(at.0.div_euclid(SECOND)).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let (anchors, usage) = (&authorities.anchors, KeyUsage::server_auth());
    let leaf = EndEntityCert::try_from(leaf)?;
    leaf.verify_for_usage(algorithms.all, anchors, behind, time, usage, None, None)?;
    Ok(())
}

/// In words that do not change with the library.
fn reason(error: &webpki::Error, read: &[Certificate], authorities: &Authorities) -> String {
    let said = |text: &str| text.to_owned();
    if read.first().is_some_and(|leaf| leaf.subject == leaf.issuer) {
        return said("the certificate signed itself and is none of the authorities");
    }
    if matches!(error, webpki::Error::InvalidSignatureForPublicKey) {
        return said(
            "a certificate of the chain was not signed by the one that bears its issuer's name",
        );
    }
    if matches!(error, webpki::Error::CertExpired { .. }) {
        return said("a certificate behind the leaf has expired");
    }
    if matches!(error, webpki::Error::CertNotValidYet { .. }) {
        return said("a certificate behind the leaf is not valid yet");
    }
    if matches!(error, webpki::Error::CaUsedAsEndEntity) {
        return said("the certificate of the server is that of an authority");
    }
    let (Some(last), true) = (read.last(), matches!(error, webpki::Error::UnknownIssuer)) else {
        return error.to_string();
    };
    let sent = if read.len() == 1 { "no certificate behind it was sent, and " } else { "" };
    format!("{sent}`{}` is none of the {} authorities", last.issuer, authorities.anchors.len())
}

/// Lets every handshake finish, and keeps whether an OCSP answer came with it.
#[derive(Debug)]
pub(crate) struct Witness {
    algorithms: WebPkiSupportedAlgorithms,
    stapled: Mutex<bool>,
}

impl Witness {
    pub(crate) fn new(algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self { algorithms, stapled: Mutex::new(false) }
    }

    /// The signatures it can check.
    pub(crate) fn algorithms(&self) -> WebPkiSupportedAlgorithms {
        self.algorithms
    }

    /// Whether an OCSP answer was stapled.
    pub(crate) fn stapled(&self) -> bool {
        *self.stapled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks a signature against the key alone, for certificates that webpki does not read, such
    /// as those of X.509 version 1.
    fn by_key(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = key(certificate)?;
        let entity = RawPublicKeyEntity::try_from(&key).map_err(|_| bad_encoding())?;
        let algorithms = self.algorithms.mapping.iter().find(|(it, _)| *it == signed.scheme);
        let algorithms = algorithms.map(|(_, all)| *all).unwrap_or_default();
        let fits = |it: &&dyn rustls_pki_types::SignatureVerificationAlgorithm| {
            entity.verify_signature(*it, message, signed.signature()).is_ok()
        };
        if algorithms.iter().any(fits) {
            return Ok(HandshakeSignatureValid::assertion());
        }
        Err(Error::InvalidCertificate(CertificateError::BadSignature))
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _behind: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.stapled.lock().unwrap_or_else(PoisonError::into_inner) = !ocsp.is_empty();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if EndEntityCert::try_from(certificate).is_err() {
            return self.by_key(message, certificate, signed);
        }
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if EndEntityCert::try_from(certificate).is_err() {
            let key = key(certificate)?;
            return verify_tls13_signature_with_raw_key(message, &key, signed, &self.algorithms);
        }
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn key(certificate: &CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'static>, Error> {
    let parsed = certificate::parse(certificate).map_err(|_| bad_encoding())?;
    Ok(SubjectPublicKeyInfoDer::from(parsed.subject_pki.raw.to_vec()))
}

fn bad_encoding() -> Error {
    Error::InvalidCertificate(CertificateError::BadEncoding)
}

/// Verifies for real: chain, dates and name.
#[derive(Debug)]
pub(crate) struct Strict {
    webpki: Arc<WebPkiServerVerifier>,
    authorities: Arc<Authorities>,
}

impl Strict {
    pub(crate) fn new(webpki: Arc<WebPkiServerVerifier>, authorities: Arc<Authorities>) -> Self {
        Self { webpki, authorities }
    }

    /// A certificate that is itself an authority of ours: its dates and names still count.
    fn itself(
        leaf: &CertificateDer<'_>,
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let read = certificate::read(leaf).map_err(|_| bad_encoding())?;
        let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
        let now = Time(seconds.saturating_mul(SECOND));
        if now < read.not_before {
            return Err(Error::InvalidCertificate(CertificateError::NotValidYet));
        }
        if read.not_after < now {
            return Err(Error::InvalidCertificate(CertificateError::Expired));
        }
        verify_server_name(&ParsedCertificate::try_from(leaf)?, name)?;
        Ok(ServerCertVerified::assertion())
    }
}

impl ServerCertVerifier for Strict {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        behind: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.webpki.verify_server_cert(leaf, behind, name, ocsp, now);
        match &verified {
            Err(Error::InvalidCertificate(CertificateError::Other(OtherError(_))))
                if self.authorities.holds(leaf) =>
            {
                Self::itself(leaf, name, now)
            }
            Ok(_) | Err(_) => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.webpki.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }
}
