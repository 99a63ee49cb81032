//! Pieces of pretend worlds: a shop behind two addresses, and what it answers.

use std::net::IpAddr;

use holdpoint_model::{
    ask::{Ask, Request, Vantage, What},
    fault::Fault,
    line::Side,
    scope::Scope,
    seen::{Connected, Response, Seen},
    time::Time,
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
        | What::Earlier(_) => Err(Fault::Unsupported),
    }
}

/// [`ADDRESSES`] as what a resolver answers.
pub(crate) fn addresses() -> Vec<IpAddr> {
    ADDRESSES.iter().filter_map(|at| at.parse().ok()).collect()
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
        | What::Earlier(_) => None,
    };
    to.is_some_and(|to| at.parse() == Ok(to))
}
