//! Bursts.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use holdpoint_lab::{Key, Limiter, Reply, Tls, authority, http, https};
use holdpoint_model::{
    ask::{Request, What},
    fault::Fault,
    seen::{Seen, Shot},
};
use holdpoint_wire_net::Net;

use crate::{SHORT_MS, fault, get, ip, look, now, secure};

async fn shots(request: Request, count: u32, over_ms: u32, forged: bool) -> Vec<Shot> {
    let ask = What::Burst { request, count, over_ms, forged };
    let outcome = look(&Net::default(), ask).await;
    let Ok(Seen::Burst(shots)) = outcome.result else { panic!("{outcome:?}") };
    shots
}

fn admitted(shots: &[Shot]) -> usize {
    shots.iter().filter(|it| it.outcome == Ok(200)).count()
}

#[tokio::test]
async fn a_limit_is_seen_for_what_it_is() {
    let hour = Duration::from_secs(3_600);
    let limited = async |key| {
        let limiter = Limiter::new(key, 5, hour);
        http(move |request| limiter.reply(request)).await
    };
    let server = limited(Key::Client).await;
    assert_eq!(admitted(&shots(get(server.at), 12, 100, true).await), 5);
    let other = Request { source: Some(ip("127.0.0.2")), ..get(server.at) };
    assert_eq!(admitted(&shots(other.clone(), 4, 0, false).await), 4);

    let server = limited(Key::Forwarded).await;
    assert_eq!(admitted(&shots(get(server.at), 12, 100, false).await), 5);
    assert_eq!(admitted(&shots(get(server.at), 12, 100, true).await), 12);

    let server = limited(Key::Shared).await;
    assert_eq!(admitted(&shots(get(server.at), 5, 0, false).await), 5);
    let other = Request { source: Some(ip("127.0.0.2")), ..get(server.at) };
    let shots = shots(other, 3, 0, false).await;
    assert!(shots.iter().all(|it| it.outcome == Ok(429)), "{shots:?}");
}

#[tokio::test]
async fn requests_are_sent_when_they_are_due() {
    let shots_made = {
        // Each answer takes longer than the whole burst: nobody may wait for it.
        let server = http(|_| Reply::new(200, "").after(Duration::from_millis(900))).await;
        shots(get(server.at), 10, 400, false).await
    };
    assert_eq!(admitted(&shots_made), 10);
    for (nth, shot) in (0_u32..).zip(&shots_made) {
        let due = nth * 40;
        assert!(due <= shot.at_ms + 1 && shot.at_ms < due + 800, "{nth}: {shot:?}");
    }
}

#[tokio::test]
async fn connections_are_kept_and_forgeries_differ() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let requests = Arc::clone(&seen);
    let folder = tempfile::tempdir().unwrap();
    let authority = authority();
    let roots = authority.write_root(folder.path());
    let tls = Tls::new(&authority.fresh(&["shop.test"], now()));
    let server = https(tls, move |request| {
        let client = request.header("x-forwarded-for").unwrap().to_owned();
        requests.lock().unwrap().push((request.peer, client));
        Reply::new(200, "ok")
    })
    .await;
    assert_eq!(admitted(&shots(secure(server.at, &roots), 20, 1_000, true).await), 20);
    let seen = seen.lock().unwrap();
    let peers: BTreeSet<_> = seen.iter().map(|(peer, _)| *peer).collect();
    assert!(peers.len() < 20, "no connection was kept");
    let clients: BTreeSet<_> = seen.iter().map(|(_, client)| client.as_str()).collect();
    assert_eq!(clients.len(), 20);
    assert!(clients.iter().all(|it| it.starts_with("198.51.100.")), "{clients:?}");
}

#[tokio::test]
async fn connections_that_the_peer_closes_are_made_again() {
    let server = http(|_| Reply::new(200, "ok").closing()).await;
    let shots = shots(get(server.at), 20, 600, false).await;
    assert_eq!(admitted(&shots), 20, "{shots:?}");
}

#[tokio::test]
async fn more_than_can_be_under_way_ends_in_time() {
    let server = http(|_| Reply::new(200, "").after(Duration::from_secs(3_600))).await;
    let start = std::time::Instant::now();
    let request = Request { timeout_ms: SHORT_MS, ..get(server.at) };
    let shots = shots(request, 200, 100, false).await;
    assert_eq!(shots.len(), 200);
    assert!(shots.iter().all(|it| it.outcome == Err(Fault::TimedOut)));
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[tokio::test]
async fn empty_and_immense_bursts() {
    let server = http(|_| Reply::new(200, "")).await;
    assert_eq!(shots(get(server.at), 0, 10, false).await, []);
    let ask = What::Burst { request: get(server.at), count: u32::MAX, over_ms: 1, forged: false };
    assert_eq!(fault(&look(&Net::default(), ask).await), Fault::Unsupported);
}
