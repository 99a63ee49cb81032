//! Exhibits of what was seen over the network.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use holdpoint_model::{
    ask::{Request, Scheme, What},
    look::Look,
    seen::{Connected, Handshake, Response, Seen, Shot, Trust},
    time::Time,
};

use super::{Excerpt, Exchange, Exhibit, Link, Point, Sort, Table, Timeline, asked, fact, yes};

pub(super) fn addresses(addresses: &[IpAddr]) -> Vec<Exhibit> {
    let text: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    let text = if text.is_empty() { String::from("none") } else { text.join(", ") };
    vec![Exhibit::Facts(vec![fact("addresses", text)])]
}

pub(super) fn connected(it: &Connected) -> Vec<Exhibit> {
    let mut rows = vec![fact("connected", format!("after {} ms", it.connect_ms))];
    if !it.answer.is_empty() {
        rows.push(fact("first answer", readable(&it.answer)));
    }
    if it.closed {
        rows.push(fact("closed", "by the peer, while we read"));
    }
    vec![Exhibit::Facts(rows)]
}

/// Hex as text where it is printable ASCII, else as it is.
fn readable(hex: &str) -> String {
    let bytes: Option<Vec<u8>> = (0..hex.len())
        .step_by(2)
        .map(|at| hex.get(at..at + 2).and_then(|it| u8::from_str_radix(it, 16).ok()))
        .collect();
    let text = bytes.and_then(|it| String::from_utf8(it).ok());
    let printable = |c: char| c.is_ascii_graphic() || matches!(c, ' ' | '\r' | '\n' | '\t');
    match text.filter(|it| it.chars().all(printable)) {
        Some(text) => text.trim_end().to_owned(),
        None => format!("hex {hex}"),
    }
}

pub(super) fn handshake(it: &Handshake, looked: Time) -> Vec<Exhibit> {
    let trust = match &it.trust {
        Trust::Trusted => String::from("the chain ends in one of the authorities"),
        Trust::Untrusted(why) => format!("not trusted: {why}"),
        Trust::NoRoots => String::from("there were no authorities to judge by"),
    };
    let rows = vec![
        fact("protocol", it.protocol.as_str()),
        fact("cipher", it.cipher.as_str()),
        fact("trust", trust),
        fact("OCSP stapled", yes(it.stapled)),
        fact("authorities", format!("sha256 {}", it.roots_sha256)),
    ];
    let chain = it.chain.iter().enumerate().map(|(nth, certificate)| Link {
        place: if nth == 0 { String::from("leaf") } else { format!("sent as number {}", nth + 1) },
        subject: certificate.subject.clone(),
        issuer: certificate.issuer.clone(),
        names: certificate.names.clone(),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        looked,
        sha256: certificate.sha256.clone(),
    });
    vec![Exhibit::Chain(chain.collect()), Exhibit::Facts(rows)]
}

pub(super) fn exchange(what: &What, it: &Response) -> Exhibit {
    let (request, sent, over) = if let What::Http(request) = what {
        sent(request)
    } else {
        (asked(what), Vec::new(), String::new())
    };
    Exhibit::Exchange(Exchange {
        request,
        sent,
        over,
        status: it.status,
        phrase: phrase(it.status),
        headers: it.headers.clone(),
        body: Excerpt {
            title: String::from("body"),
            text: it.body.clone(),
            bytes: Some(it.body_bytes),
            sha256: Some(it.body_sha256.clone()),
            truncated: it.truncated,
        },
        phases: vec![
            ("connect", it.connect_ms),
            ("TLS", it.handshake_ms),
            ("first byte", it.first_byte_ms),
            ("whole", it.total_ms),
        ],
    })
}

/// The request line, the header fields, and where the connection led.
fn sent(request: &Request) -> (String, Vec<(String, String)>, String) {
    let mut sent = vec![(String::from("host"), request.host.clone())];
    sent.extend(request.headers.iter().cloned());
    if let Some(reference) = &request.authorization {
        sent.push((String::from("authorization"), format!("({reference})")));
    }
    let tls = if request.scheme == Scheme::Https { ", TLS" } else { "" };
    let from = request.source.map_or_else(String::new, |it| format!(", from {it}"));
    let at = SocketAddr::new(request.at, request.port);
    (format!("{} {}", request.method, request.path), sent, format!("{at}{tls}{from}"))
}

pub(super) fn burst(shots: &[Shot]) -> Vec<Exhibit> {
    let points: Vec<Point> = shots
        .iter()
        .map(|shot| {
            let (outcome, sort) = match shot.outcome {
                Ok(status) => (status.to_string(), sort(status)),
                Err(fault) => (fault.word().to_owned(), Sort::Blind),
            };
            Point { at_ms: shot.at_ms.into(), took_ms: None, outcome, sort }
        })
        .collect();
    vec![Exhibit::Timeline(timeline(format!("{} requests", points.len()), points))]
}

/// Looks that asked the same several times, as one timeline each.
pub fn samples(looks: &[Look]) -> Vec<Timeline> {
    let mut series: BTreeMap<(&str, What), Vec<&Look>> = BTreeMap::new();
    for look in looks {
        series.entry((&look.ask.from.0, constant(&look.ask.what))).or_default().push(look);
    }
    let several = series.into_iter().filter(|(_, looks)| 2 < looks.len());
    several
        .filter_map(|((_, what), mut looks)| {
            looks.sort_by_key(|look| look.at);
            let first = looks.first()?.at;
            let points = looks.iter().map(|look| sample(look, first)).collect();
            Some(timeline(asked(&what), points))
        })
        .collect()
}

/// The question without what is put into it so that no cache answers.
fn constant(what: &What) -> What {
    let mut what = what.clone();
    if let What::Http(request) = &mut what {
        let cut = ["?holdpoint=", "&holdpoint="].iter().find_map(|it| request.path.find(it));
        request.path.truncate(cut.unwrap_or(request.path.len()));
        for (_, value) in &mut request.headers {
            value.truncate(value.find(", holdpoint=").unwrap_or(value.len()));
        }
    }
    what
}

fn sample(look: &Look, first: Time) -> Point {
    let (outcome, sort, took) = match &look.outcome {
        Ok(Seen::Http(it)) => (it.status.to_string(), sort(it.status), it.total_ms),
        Ok(Seen::Connected(it)) => (String::from("connected"), Sort::Answered, it.connect_ms),
        Ok(_) => (String::from("seen"), Sort::Answered, look.ms),
        Err(fault) => (fault.word().to_owned(), Sort::Blind, look.ms),
    };
    Point { at_ms: look.at.since(first), took_ms: Some(took), outcome, sort }
}

fn timeline(title: String, points: Vec<Point>) -> Timeline {
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for point in &points {
        *tally.entry(&point.outcome).or_default() += 1;
    }
    let mut tally: Vec<(String, usize)> =
        tally.into_iter().map(|(word, times)| (word.to_owned(), times)).collect();
    tally.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    Timeline { title, points, tally }
}

fn sort(status: u16) -> Sort {
    match status {
        ..300 => Sort::Answered,
        300..400 => Sort::Moved,
        400..500 => Sort::Declined,
        500.. => Sort::Broken,
    }
}

/// The registered words for a status code.
fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

impl Timeline {
    /// How often each outcome occurred, in a line.
    pub fn words(&self) -> String {
        let parts: Vec<String> =
            self.tally.iter().map(|(outcome, times)| format!("{times} × {outcome}")).collect();
        parts.join(", ")
    }

    /// How often each outcome occurred, for readers who see no picture.
    pub fn table(&self) -> Table {
        Table {
            title: self.title.clone(),
            head: vec!["outcome", "times"],
            rows: self.tally.iter().map(|(it, n)| vec![it.clone(), n.to_string()]).collect(),
            truncated: false,
        }
    }
}
