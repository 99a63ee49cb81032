//! The demo's own certificate authority.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};

use crate::Error;

/// The name of the service.
pub(crate) const HOST: &str = "harbour.test";

/// PEM texts of everything that is served or trusted.
pub(crate) struct Certificates {
    pub(crate) authority: String,
    pub(crate) key: String,
    /// Ninety days left.
    pub(crate) renewed: String,
    /// Nine days left.
    pub(crate) old: String,
}

/// Makes an authority and two certificates over one key, as of `now` in seconds.
pub(crate) fn certificates(now: i64) -> Result<Certificates, Error> {
    make(now).map_err(|error| Error::Certificate(error.to_string()))
}

fn make(now: i64) -> Result<Certificates, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, "Harbour Bookings demo authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let leaf = |from: i64, days: i64| -> Result<String, rcgen::Error> {
        let mut params = CertificateParams::new(vec![HOST.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, HOST);
        params.not_before = moment(from);
        params.not_after = moment(now + days * 86_400);
        Ok(params.signed_by(&key, &issuer)?.pem())
    };
    let renewed = leaf(now - 3_600, 90)?;
    let old = leaf(now - 81 * 86_400, 9)?;
    Ok(Certificates { authority: issuer.pem(), key: key.serialize_pem(), renewed, old })
}

fn moment(seconds: i64) -> time::OffsetDateTime {
    let fallback = time::OffsetDateTime::UNIX_EPOCH;
    time::OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(fallback)
}
