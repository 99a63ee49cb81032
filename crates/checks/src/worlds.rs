//! Pieces of pretend worlds: a shop behind two addresses, and what it answers.

use std::net::IpAddr;

use holdpoint_model::{
    ask::{Ask, Request, Vantage, What},
    fault::Fault,
    line::Side,
    scope::Scope,
    seen::{Certificate, Connected, Handshake, Response, Seen, Trust},
    time::{DAY, Time},
};

/// When pretend judgements begin: 2026-11-21 09:00 UTC.
pub(crate) const NOW: Time = Time(1_795_251_600_000);

/// The shop's addresses.
pub(crate) const ADDRESSES: [&str; 2] = ["10.0.0.1", "10.0.0.2"];

/// A scope about `https://shop.test`, pinned to its addresses, with a control and both sides.
pub(crate) fn web() -> Scope {
    let pins: Vec<String> = ADDRESSES.iter().map(|at| format!("shop.test:{at}")).collect();
    let mut scope = Scope::new("web", NOW)
        .with("url", "https://shop.test")
        .with("resolve", &pins.join(","))
        .with("control", "control.test:443");
    scope.sides.insert(Side::Outside, Vantage(String::from("edge")));
    scope.sides.insert(Side::Inside, Vantage(String::from("office")));
    scope
}

/// The same scope before anybody declared where *outside* is.
#[cfg(test)]
pub(crate) fn without_sides(mut scope: Scope) -> Scope {
    scope.sides.clear();
    scope
}

/// Answers of a site whose requests `http` answers: names resolve, the control answers, ports
/// accept connections.
pub(crate) fn site(
    mut http: impl FnMut(&Request, Time) -> Result<Response, Fault> + 'static,
) -> impl FnMut(&Ask, Time) -> Result<Seen, Fault> + 'static {
    move |ask, at| match &ask.what {
        What::Addresses { .. } => Ok(Seen::Addresses(addresses())),
        What::Control { .. } => Ok(Seen::Control),
        What::Connect { .. } => Ok(connected(b"")),
        What::Http(request) => http(request, at).map(Seen::Http),
        What::Handshake { .. }
        | What::Burst { .. }
        | What::Read { .. }
        | What::Stat { .. }
        | What::List { .. }
        | What::Filesystem { .. }
        | What::Run { .. }
        | What::Listeners { .. }
        | What::Variables { .. }
        | What::Stream { .. }
        | What::Sqlite { .. }
        | What::Git { .. }
        | What::Find { .. }
        | What::Setting { .. }
        | What::Search { .. }
        | What::Earlier(_) => Err(Fault::Unsupported),
    }
}

/// [`ADDRESSES`] as what a resolver answers.
pub(crate) fn addresses() -> Vec<IpAddr> {
    ADDRESSES.iter().filter_map(|at| at.parse().ok()).collect()
}

/// A trusted certificate for these names, valid from thirty days ago for so many days from now.
pub(crate) fn handshake(names: &[&str], days: i64) -> Handshake {
    let certificate = |subject: &str, issuer: &str, names: &[&str], days: i64| Certificate {
        sha256: digest(&format!("{subject} {days}")),
        key_sha256: digest(subject),
        subject: format!("CN={subject}"),
        issuer: format!("CN={issuer}"),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        not_before: NOW.plus(-30 * DAY),
        not_after: NOW.plus(days * DAY),
    };
    let own = names.first().copied().unwrap_or("nobody");
    Handshake {
        protocol: String::from("TLSv1.3"),
        cipher: String::from("TLS13_AES_256_GCM_SHA384"),
        chain: vec![
            certificate(own, "Pretend Issuing CA", names, days),
            certificate("Pretend Issuing CA", "Pretend Root", &[], 2_000),
        ],
        trust: Trust::Trusted,
        roots_sha256: digest("Pretend Root"),
        stapled: false,
    }
}

/// A connection that stood, and what was answered on it.
pub(crate) fn connected(answer: &[u8]) -> Seen {
    Seen::Connected(Connected { connect_ms: 1, answer: crate::web::hex(answer), closed: false })
}

/// An HTTP response.
pub(crate) fn response(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    Response {
        status,
        headers: headers.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        body: body.to_owned(),
        body_bytes: u64::try_from(body.len()).unwrap_or(u64::MAX),
        body_sha256: digest(body),
        truncated: false,
        connect_ms: 1,
        handshake_ms: 1,
        first_byte_ms: 2,
        total_ms: 5,
    }
}

/// A stand-in for a digest: equal for equal texts, and of the right length.
fn digest(text: &str) -> String {
    let start: u64 = 0xcbf2_9ce4_8422_2325;
    let step = |sum: u64, byte: u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:064x}", text.bytes().fold(start, step))
}

/// Whether an ask goes to that address of the shop.
#[cfg(test)]
pub(crate) fn goes_to(ask: &Ask, at: &str) -> bool {
    let to = match &ask.what {
        What::Connect { at, .. } | What::Handshake { at, .. } => Some(at.ip()),
        What::Http(request) | What::Burst { request, .. } => Some(request.at),
        What::Addresses { .. }
        | What::Control { .. }
        | What::Read { .. }
        | What::Stat { .. }
        | What::List { .. }
        | What::Filesystem { .. }
        | What::Run { .. }
        | What::Listeners { .. }
        | What::Variables { .. }
        | What::Stream { .. }
        | What::Sqlite { .. }
        | What::Git { .. }
        | What::Find { .. }
        | What::Setting { .. }
        | What::Search { .. }
        | What::Earlier(_) => None,
    };
    to.is_some_and(|to| at.parse() == Ok(to))
}
