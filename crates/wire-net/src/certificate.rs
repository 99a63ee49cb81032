//! What a certificate says, as text.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use holdpoint_model::{
    fault::Fault,
    seen::Certificate,
    time::{SECOND, Time},
};
use sha2::{Digest, Sha256};
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, prelude::FromDer, time::ASN1Time,
};

use crate::trouble::{Phase, Tried, Trouble};

/// Reads one certificate of a chain.
pub(crate) fn read(der: &[u8]) -> Tried<Certificate> {
    let parsed = parse(der)?;
    let names = parsed.subject_alternative_name().ok().flatten();
    let names = names.map(|it| it.value.general_names.iter().filter_map(name).collect());
    Ok(Certificate {
        sha256: digest(&[der]),
        key_sha256: digest(&[parsed.subject_pki.raw]),
        subject: parsed.subject.to_string(),
        issuer: parsed.issuer.to_string(),
        names: names.unwrap_or_default(),
        not_before: moment(parsed.validity.not_before),
        not_after: moment(parsed.validity.not_after),
    })
}

/// Parses a certificate.
pub(crate) fn parse(der: &[u8]) -> Tried<X509Certificate<'_>> {
    let broken = |error| {
        let note = format!("a certificate cannot be read: {error}");
        Trouble::at(Phase::Handshake, Fault::Garbled, note)
    };
    Ok(X509Certificate::from_der(der).map_err(broken)?.1)
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    if let GeneralName::DNSName(name) = name {
        return Some((*name).to_owned());
    }
    let GeneralName::IPAddress(bytes) = name else { return None };
    let four = <[u8; 4]>::try_from(*bytes).map(|it| IpAddr::V4(Ipv4Addr::from(it)));
    let six = <[u8; 16]>::try_from(*bytes).map(|it| IpAddr::V6(Ipv6Addr::from(it)));
    four.or(six).ok().map(|it| it.to_string())
}

fn moment(time: ASN1Time) -> Time {
    Time(time.timestamp().saturating_mul(SECOND))
}

/// Hex SHA-256 over these bytes, one part after the other.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hex(&hasher.finalize())
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(u32::from);
    bytes.iter().flat_map(digits).filter_map(|it| char::from_digit(it, 16)).collect()
}
