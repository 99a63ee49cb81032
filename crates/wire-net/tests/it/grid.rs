//! Each misbehaviour, and the fault it is experienced as on each wire.

use holdpoint_lab::{Tls, Wrong, authority, refused};
use holdpoint_model::{
    ask::{Request, Roots, What},
    fault::Fault,
    seen::Seen,
    wire::Outcome,
};
use holdpoint_wire_net::Net;
use tokio::task::JoinSet;

use crate::{SHORT_MS, get, look, now, secure};

/// What HTTP comes to, in the clear and behind TLS; `None` is an answer.
fn http(wrong: Wrong) -> Option<Fault> {
    match wrong {
        Wrong::LongBody | Wrong::Endless => None,
        Wrong::Stall | Wrong::Drip | Wrong::HalfBody => Some(Fault::TimedOut),
        Wrong::Close => Some(Fault::NoAnswer),
        Wrong::Reset | Wrong::ResetLate | Wrong::CutHead | Wrong::ShortBody => Some(Fault::Reset),
        Wrong::HugeHeader | Wrong::EndlessHeader => Some(Fault::TooLarge),
        Wrong::GarbageStatus
        | Wrong::GarbageHeader
        | Wrong::GarbageChunk
        | Wrong::TwoLengths
        | Wrong::HalfRecord
        | Wrong::CutRecord
        | Wrong::Alert
        | Wrong::Noise => Some(Fault::Garbled),
    }
}

/// What a handshake comes to.
fn handshake(wrong: Wrong) -> Fault {
    match wrong {
        Wrong::Stall | Wrong::HalfRecord => Fault::TimedOut,
        Wrong::Close => Fault::NoAnswer,
        Wrong::Reset | Wrong::ResetLate | Wrong::CutRecord | Wrong::Alert => Fault::Reset,
        Wrong::CutHead
        | Wrong::Drip
        | Wrong::ShortBody
        | Wrong::LongBody
        | Wrong::Endless
        | Wrong::HalfBody
        | Wrong::HugeHeader
        | Wrong::EndlessHeader
        | Wrong::GarbageStatus
        | Wrong::GarbageHeader
        | Wrong::GarbageChunk
        | Wrong::TwoLengths
        | Wrong::Noise => Fault::Garbled,
    }
}

fn result(outcome: &Outcome) -> Option<Fault> {
    assert_eq!(outcome.result.is_ok(), outcome.note.is_empty(), "{outcome:?}");
    outcome.result.as_ref().err().copied()
}

async fn every<F, Fut>(check: F)
where
    F: Fn(Wrong) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let mut all = JoinSet::new();
    for wrong in Wrong::ALL {
        all.spawn(check(wrong));
    }
    while let Some(done) = all.join_next().await {
        done.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_in_the_clear() {
    every(|wrong| async move {
        let server = wrong.server().await;
        let ask = Request { timeout_ms: SHORT_MS, ..get(server.at) };
        let outcome = look(&Net::default(), What::Http(ask)).await;
        assert_eq!(result(&outcome), http(wrong), "{wrong:?}: {outcome:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn http_behind_tls() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority();
    let roots = authority.write_root(folder.path());
    let identity = authority.fresh(&["shop.test"], now());
    every(|wrong| {
        let (tls, roots) = (Tls::new(&identity), roots.clone());
        async move {
            let server = wrong.behind(tls).await;
            let ask = Request { timeout_ms: SHORT_MS, ..secure(server.at, &roots) };
            let outcome = look(&Net::default(), What::Http(ask)).await;
            assert_eq!(result(&outcome), http(wrong), "{wrong:?}: {outcome:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn https_where_there_is_no_tls() {
    let folder = tempfile::tempdir().unwrap();
    let roots = authority().write_root(folder.path());
    every(|wrong| {
        let roots = roots.clone();
        async move {
            let server = wrong.server().await;
            let ask = Request { timeout_ms: SHORT_MS, ..secure(server.at, &roots) };
            let outcome = look(&Net::default(), What::Http(ask)).await;
            assert_eq!(result(&outcome), Some(handshake(wrong)), "{wrong:?}: {outcome:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes() {
    every(|wrong| async move {
        let server = wrong.server().await;
        let ask = What::Handshake {
            at: server.at,
            name: Some(String::from("shop.test")),
            roots: Roots::System,
            timeout_ms: SHORT_MS,
        };
        let outcome = look(&Net::default(), ask).await;
        assert_eq!(outcome.result, Err(handshake(wrong)), "{wrong:?}: {outcome:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bursts() {
    every(|wrong| async move {
        let server = wrong.server().await;
        let request = Request { timeout_ms: SHORT_MS, ..get(server.at) };
        let ask = What::Burst { request, count: 3, over_ms: 30, forged: false };
        let outcome = look(&Net::default(), ask).await;
        let Ok(Seen::Burst(shots)) = outcome.result else { panic!("{wrong:?}: {outcome:?}") };
        assert_eq!(shots.len(), 3, "{wrong:?}");
        for shot in shots {
            let expected = http(wrong).map_or(Ok(200), Err);
            assert_eq!(shot.outcome, expected, "{wrong:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections() {
    every(|wrong| async move {
        let server = wrong.server().await;
        let ask = What::Connect {
            at: server.at,
            timeout_ms: SHORT_MS,
            send: String::from("0d0a"),
            read_max: 64,
        };
        let outcome = look(&Net::default(), ask).await;
        let expected = match wrong {
            Wrong::Reset | Wrong::ResetLate => {
                assert_eq!(outcome.result, Err(Fault::Reset), "{wrong:?}");
                return;
            }
            Wrong::Stall => (true, false),
            Wrong::Close => (true, true),
            Wrong::CutHead | Wrong::CutRecord => (false, true),
            Wrong::Drip
            | Wrong::ShortBody
            | Wrong::LongBody
            | Wrong::Endless
            | Wrong::HalfBody
            | Wrong::HugeHeader
            | Wrong::EndlessHeader
            | Wrong::GarbageStatus
            | Wrong::GarbageHeader
            | Wrong::GarbageChunk
            | Wrong::TwoLengths
            | Wrong::HalfRecord
            | Wrong::Alert
            | Wrong::Noise => (false, false),
        };
        let Ok(Seen::Connected(seen)) = outcome.result else { panic!("{wrong:?}: {outcome:?}") };
        // A body of ten bytes fits into what is read, and then the end is seen.
        let closed = seen.closed && wrong != Wrong::ShortBody;
        assert_eq!((seen.answer.is_empty(), closed), expected, "{wrong:?}: {seen:?}");
        assert!(seen.answer.len() <= 128, "{wrong:?}");
    })
    .await;
}

#[tokio::test]
async fn refused_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let roots = authority().write_root(folder.path());
    let at = refused().await;
    let asks = [
        What::Control { host: at.ip().to_string(), port: at.port() },
        What::Connect { at, timeout_ms: SHORT_MS, send: String::new(), read_max: 0 },
        What::Handshake { at, name: None, roots: Roots::System, timeout_ms: SHORT_MS },
        What::Http(get(at)),
        What::Http(secure(at, &roots)),
    ];
    for ask in asks {
        let outcome = look(&Net::default(), ask).await;
        assert_eq!(outcome.result, Err(Fault::Refused), "{outcome:?}");
        assert!(outcome.note.starts_with("connect: "), "{outcome:?}");
    }
    let ask = What::Burst { request: get(at), count: 2, over_ms: 0, forged: true };
    let outcome = look(&Net::default(), ask).await;
    let Ok(Seen::Burst(shots)) = outcome.result else { panic!("{outcome:?}") };
    assert!(shots.iter().all(|it| it.outcome == Err(Fault::Refused)), "{shots:?}");
}
