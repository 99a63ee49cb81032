//! Every look against servers that behave, and against those that do not.
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]
#![expect(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod addresses;
mod burst;
mod components;
mod connect;
mod grid;
mod handshake;
mod http;

use std::{
    net::IpAddr,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use holdpoint_model::{
    ask::{Request, Roots, Scheme, What},
    fault::Fault,
    seen::{Handshake, Response, Seen},
    time::Time,
    wire::{Outcome, Wire},
};
use holdpoint_wire_net::Net;

/// Milliseconds for what is to work; generous, because tests share two cores.
const PATIENT_MS: u32 = 10_000;

/// Milliseconds for what is not to work.
const SHORT_MS: u32 = 2_000;

async fn look(net: &Net, what: What) -> Outcome {
    net.look(&what).expect("the wire speaks this").await
}

fn get(at: std::net::SocketAddr) -> Request {
    Request {
        method: String::from("GET"),
        scheme: Scheme::Http,
        host: String::from("shop.test"),
        port: at.port(),
        path: String::from("/"),
        at: at.ip(),
        headers: Vec::new(),
        authorization: None,
        source: None,
        roots: Roots::System,
        body_max: 1024,
        timeout_ms: PATIENT_MS,
    }
}

fn secure(at: std::net::SocketAddr, roots: &Path) -> Request {
    Request { scheme: Scheme::Https, roots: file(roots), ..get(at) }
}

fn file(path: &Path) -> Roots {
    Roots::File(path.to_str().unwrap().to_owned())
}

fn shake(at: std::net::SocketAddr, name: Option<&str>, roots: Roots) -> What {
    What::Handshake { at, name: name.map(str::to_owned), roots, timeout_ms: PATIENT_MS }
}

fn response(outcome: Outcome) -> Response {
    let Outcome { result: Ok(Seen::Http(response)), .. } = outcome else {
        panic!("no response: {outcome:?}")
    };
    response
}

fn handshake(outcome: Outcome) -> Handshake {
    let Outcome { result: Ok(Seen::Handshake(handshake)), .. } = outcome else {
        panic!("no handshake: {outcome:?}")
    };
    handshake
}

fn fault(outcome: &Outcome) -> Fault {
    *outcome.result.as_ref().expect_err("this should not have worked")
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Time(i64::try_from(since.as_millis()).unwrap())
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn the_wire_leaves_other_asks_alone() {
    use holdpoint_model::ask::{GitAsk, Host};
    let path = || String::from("/");
    let asks = [
        What::Read { on: Host::Here, path: path(), max: 1 },
        What::Stat { on: Host::Here, path: path() },
        What::List { on: Host::Here, path: path() },
        What::Filesystem { on: Host::Here, path: path() },
        What::Run { on: Host::Here, argv: vec![], timeout_ms: 1 },
        What::Listeners { on: Host::Here },
        What::Stream { on: Host::Here, path: path(), markers: vec![] },
        What::Sqlite { on: Host::Here, path: path() },
        What::Git { repo: path(), ask: GitAsk::Head },
        What::Earlier(Box::new(What::Addresses { name: path() })),
    ];
    let net = Net::default();
    assert!(asks.iter().all(|it| net.look(it).is_none()));
}
