//! A network target as a client sees it: its addresses, requests to it, and what silence means.

use std::net::{IpAddr, SocketAddr};

use holdpoint_model::{
    ask::{Ask, Request, Scheme, Vantage, What},
    check::{Answer, blindness},
    fault::Fault,
    limits,
    line::Side,
    look::{Blind, Look, Looks, Need, garbled},
    scope::Site,
    seen::{Handshake, Response, Seen},
    time::Time,
    verdict::{Finding, Verdict},
};

/// Addresses of one name that are looked at; a name with more is looked at in part, and said so.
pub(crate) const ADDRESSES_MAX: usize = 16;

/// Looks of one check, attempts that have to be repeated aside.
const LOOKS_MAX: usize = limits::LOOKS_MAX / 2;

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

    /// The client at a vantage that was chosen in another way.
    pub(crate) fn at(looks: &'a Looks, from: Vantage) -> Result<Self, Need> {
        Ok(Self { looks, from, site: looks.scope().site()? })
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

    /// As many attempts as silence needs to be told from our own blindness. Where no control is
    /// declared that could tell, only this address is in the dark: another may still decide.
    pub(crate) fn attempts<T>(
        &self,
        at: SocketAddr,
        attempt: impl Fn(u32, Option<Time>) -> Result<(&'a Look, T), Need>,
    ) -> Result<Attempt<'a, T>, Need> {
        match self.looks.attempts(&self.from, at, attempt) {
            Err(Need::Missing { setting, .. }) => {
                let what = What::Control { host: at.ip().to_string(), port: at.port() };
                let ask = Ask { from: self.from.clone(), what, nth: 1 };
                Err(Need::Blind(Box::new(Blind { ask, fault: Fault::TimedOut, note: setting })))
            }
            other => other,
        }
    }

    /// A TLS handshake with as many attempts as silence needs.
    pub(crate) fn handshake(
        &self,
        at: SocketAddr,
        name: &str,
    ) -> Result<Attempt<'a, &'a Handshake>, Need> {
        let what = What::Handshake {
            at,
            name: Some(name.to_owned()),
            roots: self.looks.scope().roots(),
            timeout_ms: limits::LOOK_MS,
        };
        self.attempts(at, |nth, not_before| {
            let ask = Ask { from: self.from.clone(), what: what.clone(), nth };
            match self.looks.see_after(ask, not_before)? {
                (look, Seen::Handshake(handshake)) => Ok((look, handshake)),
                (look, _) => Err(garbled(look)),
            }
        })
    }

    /// One exchange with as many attempts as silence needs to be told from our own blindness.
    pub(crate) fn ask(&self, request: &Request) -> Result<Attempt<'a, &'a Response>, Need> {
        let at = SocketAddr::new(request.at, request.port);
        self.attempts(at, |nth, not_before| {
            self.looks.http_after(&self.from, request.clone(), nth, not_before)
        })
    }
}

/// Where a redirect leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) scheme: Scheme,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Path and query.
    pub(crate) path: String,
}

/// Where a response to a request redirects to, if it says so in a way that can be read.
pub(crate) fn location(request: &Request, response: &Response) -> Option<Location> {
    link(request, response.value("location")?)
}

/// Where a link in the answer to a request leads, if it can be read.
pub(crate) fn link(request: &Request, text: &str) -> Option<Location> {
    let text = text.trim().split('#').next().unwrap_or_default();
    let whole = if text.starts_with("//") {
        format!("{}:{text}", request.scheme.word())
    } else {
        text.to_owned()
    };
    if let Some((scheme, rest)) = whole.split_once("://") {
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let site = Site::read(&format!("{scheme}://{authority}"))?;
        let slash = if path.starts_with('/') { "" } else { "/" };
        let path = format!("{slash}{path}");
        return Some(Location { scheme: site.scheme, host: site.host, port: site.port, path });
    }
    let path = if text.starts_with('/') {
        text.to_owned()
    } else {
        let folder = request.path.split('?').next().unwrap_or_default();
        let folder = folder.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{folder}/{text}")
    };
    let (scheme, host, port) = (request.scheme, request.host.clone(), request.port);
    Some(Location { scheme, host, port, path })
}

/// A path that no application has, another one at each judgement.
pub(crate) fn made_up_path(looks: &Looks) -> String {
    format!("/holdpoint-no-such-page-{}", looks.now().0)
}

/// The request that an ask makes, when it makes one.
pub(crate) fn request_of(ask: &Ask) -> Option<&Request> {
    if let What::Http(request) = &ask.what { Some(request) } else { None }
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

/// The finding of a look that came back empty-handed.
pub(crate) fn unseen(blind: &Blind) -> Finding {
    let setting = blind.note.as_str();
    if let What::Control { host, port } = &blind.ask.what
        && setting.ends_with(".control")
    {
        return Finding::unknown(
            format!("{host} port {port}: no answer came in time, and no control tells why"),
            format!("declare `{setting}` in holdpoint.toml: a host that always answers"),
        );
    }
    blindness(blind)
}

/// The finding of a line that asks for more looks than one judgement may take.
pub(crate) fn too_much(looks: usize) -> Option<Finding> {
    (LOOKS_MAX < looks).then(|| {
        Finding::unknown(
            format!("{looks} looks would be needed, and {LOOKS_MAX} are allowed"),
            "ask for fewer samples, names or paths, or split the line",
        )
    })
}

/// The part of a name's addresses that was not looked at.
pub(crate) fn too_many(addresses: usize) -> Finding {
    Finding::unknown(
        format!("the name has {addresses} addresses, and only {ADDRESSES_MAX} were looked at"),
        "name the addresses that matter with `resolve` at the target in holdpoint.toml",
    )
}

/// What two parts of a judgement need, so that both are looked at in one round.
pub(crate) fn together<A, B>(a: Result<A, Need>, b: Result<B, Need>) -> Result<(A, B), Need> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Need::Look(mut some)), Err(Need::Look(more))) => {
            some.extend(more);
            Err(Need::Look(some))
        }
        (Err(Need::Look(_)), Err(need)) | (Err(need), _) | (_, Err(need)) => Err(need),
    }
}

/// Whether a fault at a look of this role leaves the claim standing, by the check's own table.
pub(crate) fn excused(answers: &[Answer], role: &str, blind: &Blind) -> bool {
    answers
        .iter()
        .any(|it| it.role == role && it.fault == blind.fault && it.verdict == Verdict::Pass)
}

/// Whether a request could not be made because the peer's certificate was rejected.
pub(crate) fn untrusted(blind: &Blind) -> bool {
    blind.fault == Fault::Untrusted
}

/// A text cut to what fits into a line of a report.
pub(crate) fn short(text: &str) -> String {
    // Marks of direction and ends of lines turn a report around as control characters do.
    let odd = |c: char| {
        let marks = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        c.is_control() || marks
    };
    let clean: String = text.chars().map(|c| if odd(c) { ' ' } else { c }).collect();
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
    fn reads_where_redirects_lead() {
        let looks = Looks::new(crate::worlds::web());
        let client = Client::new(&looks, Side::Outside).unwrap();
        let request = client.get(IpAddr::from([10, 0, 0, 1]), "/a/b?c=d");
        let cases = [
            ("https://Shop.test/x?y=z#w", "https shop.test 443 /x?y=z"),
            ("http://shop.test:8080", "http shop.test 8080 /"),
            ("https://shop.test?q=1", "https shop.test 443 /?q=1"),
            ("//other.test/x", "https other.test 443 /x"),
            ("/x", "https shop.test 443 /x"),
            ("x", "https shop.test 443 /a/x"),
        ];
        for (text, want) in cases {
            let response = crate::worlds::response(301, &[("location", text)], "");
            let to = location(&request, &response).unwrap();
            let got = format!("{} {} {} {}", to.scheme.word(), to.host, to.port, to.path);
            assert_eq!(got, want, "{text}");
        }
        let mail = crate::worlds::response(301, &[("location", "ftp://x/")], "");
        assert_eq!(location(&request, &mail), None);
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(short("a\u{202e}b\u{2028}c\nd"), "a b c d");
        assert_eq!(short("a\nb"), "a b");
        assert_eq!(short(&"é".repeat(200)).chars().count(), 81);
    }
}
