//! A network target as a client sees it: its addresses, requests to it, and what silence means.

use std::net::{IpAddr, SocketAddr};

use holdpoint_model::{
    ask::{Request, Scheme, Vantage},
    check::Answer,
    fault::Fault,
    limits,
    line::Side,
    look::{Blind, Look, Looks, Need},
    scope::Site,
    seen::Response,
    verdict::Finding,
};

/// Addresses of one name that are looked at; a name with more is looked at in part, and said so.
pub(crate) const ADDRESSES_MAX: usize = 16;

/// What a target that does not answer from its own address means where it has to.
pub(crate) const fn silence(role: &'static str) -> [Answer; 3] {
    [
        Answer::fail(role, Fault::Refused),
        Answer::fail(role, Fault::Reset),
        Answer::fail(role, Fault::TimedOut),
    ]
}

/// What an attempt at the target came to: an answer, or the silence of the target itself.
pub(crate) type Attempt<'a, T> = Result<(&'a Look, T), Fault>;

/// The target's site, from the vantage that counts as one side.
#[derive(Clone)]
pub(crate) struct Client<'a> {
    pub(crate) looks: &'a Looks,
    pub(crate) from: Vantage,
    pub(crate) site: Site,
}

impl<'a> Client<'a> {
    /// The client on that side, or what has to be declared first.
    pub(crate) fn new(looks: &'a Looks, side: Side) -> Result<Self, Need> {
        let site = looks.scope().site()?;
        Ok(Self { looks, from: looks.from(side)?, site })
    }

    /// The same client from another vantage.
    pub(crate) fn seen_from(&self, from: Vantage) -> Self {
        Self { from, ..self.clone() }
    }

    /// Every address of the site, at least one.
    pub(crate) fn addresses(&self) -> Result<Vec<IpAddr>, Need> {
        self.addresses_of(&self.site.host)
    }

    /// Every address of a name, at least one, in a stable order.
    pub(crate) fn addresses_of(&self, name: &str) -> Result<Vec<IpAddr>, Need> {
        let mut addresses = self.looks.addresses(&self.from, name)?;
        addresses.sort_unstable();
        addresses.dedup();
        if addresses.is_empty() {
            return Err(Need::Missing {
                setting: format!("target.{}.resolve", self.looks.scope().target),
                why: format!("`{name}` exists and has no address"),
            });
        }
        Ok(addresses)
    }

    /// A GET of a path below the site's own, at one of its addresses.
    pub(crate) fn get(&self, at: IpAddr, path: &str) -> Request {
        Request {
            method: String::from("GET"),
            scheme: self.site.scheme,
            host: self.site.host.clone(),
            port: self.site.port,
            path: format!("{}{path}", self.site.base),
            at,
            headers: Vec::new(),
            authorization: None,
            source: None,
            roots: self.looks.scope().roots(),
            body_max: limits::BODY_BYTES_MAX,
            timeout_ms: limits::LOOK_MS,
        }
    }

    /// The same with the credentials that are declared for the target.
    pub(crate) fn signed(&self, request: Request) -> Request {
        let authorization = self.looks.scope().field("auth").map(str::to_owned);
        Request { authorization, ..request }
    }

    /// One exchange with as many attempts as silence needs to be told from our own blindness.
    pub(crate) fn ask(&self, request: &Request) -> Result<Attempt<'a, &'a Response>, Need> {
        let at = SocketAddr::new(request.at, request.port);
        self.looks.attempts(&self.from, at, |nth, not_before| {
            self.looks.http_after(&self.from, request.clone(), nth, not_before)
        })
    }
}

/// The port a request of the other scheme goes to at the same site.
pub(crate) fn port_for(site: &Site, scheme: Scheme) -> u16 {
    if site.scheme == scheme { site.port } else { scheme.port() }
}

/// The fail of an address of the target that gave no answer.
pub(crate) fn silent(at: SocketAddr, fault: Fault, expected: &str) -> Finding {
    let (ip, port) = (at.ip(), at.port());
    let remedy = match fault {
        Fault::Refused => format!(
            "start what should listen on port {port} at {ip} (`ss -ltn 'sport = :{port}'` lists \
             listeners there), or take {ip} out of DNS"
        ),
        Fault::NameNotFound
        | Fault::Unreachable
        | Fault::Reset
        | Fault::TimedOut
        | Fault::Untrusted
        | Fault::Denied
        | Fault::Throttled
        | Fault::Garbled
        | Fault::TooLarge
        | Fault::NoTool
        | Fault::Unsupported
        | Fault::NoAnswer
        | Fault::NoVantage => format!(
            "let port {port} at {ip} through its firewall and start what answers behind it, or \
             take {ip} out of DNS"
        ),
    };
    let said = format!("{at}: {}", fault.sentence());
    Finding::fail(said.clone(), expected, said, remedy)
}

/// The part of a name's addresses that was not looked at.
pub(crate) fn too_many(addresses: usize) -> Finding {
    Finding::unknown(
        format!("the name has {addresses} addresses, and only {ADDRESSES_MAX} were looked at"),
        "name the addresses that matter with `resolve` at the target in holdpoint.toml",
    )
}

/// Whether a request could not be made because the peer's certificate was rejected.
pub(crate) fn untrusted(blind: &Blind) -> bool {
    blind.fault == Fault::Untrusted
}

/// A text cut to what fits into a line of a report.
pub(crate) fn short(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match clean.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", clean.get(..end).unwrap_or_default()),
        None => clean,
    }
}

/// Bytes as hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Bytes that hex stands for; what is no hex ends them.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().collect();
    let byte = |pair: &[char]| match pair {
        [high, low] => u8::try_from(high.to_digit(16)? * 16 + low.to_digit(16)?).ok(),
        _ => None,
    };
    digits.chunks(2).map_while(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_both_ways() {
        assert_eq!(hex(&[0, 0x16, 0xff]), "0016ff");
        assert_eq!(unhex("0016ff"), [0, 0x16, 0xff]);
        assert_eq!(unhex("00zz"), [0]);
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(short("a\nb"), "a b");
        assert_eq!(short(&"é".repeat(200)).chars().count(), 81);
    }
}
