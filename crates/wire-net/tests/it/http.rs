//! Exchanges that work, and those that are not begun.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use holdpoint_lab::{
    Identity, Reply, Tls, authority, http, https, self_signed, self_signed_authority,
};
use holdpoint_model::{
    ask::{Request, Roots, What},
    fault::Fault,
    time::DAY,
};
use holdpoint_wire_net::Net;

use crate::{SHORT_MS, fault, file, get, ip, look, now, response, secure};

async fn ask(request: Request) -> holdpoint_model::wire::Outcome {
    look(&Net::default(), What::Http(request)).await
}

#[tokio::test]
async fn a_request_says_who_asks_and_for_what() {
    let server = http(|request| {
        let lines = request.headers.iter().map(|(name, value)| format!("{name}={value}"));
        let lines: Vec<String> = lines.collect();
        Reply::new(200, format!("{} {} {}", request.method, request.path, lines.join(" ")))
    })
    .await;
    let port = server.port();
    let seen =
        response(ask(Request { path: String::from("/a/../b?c=%20d"), ..get(server.at) }).await);
    let expected = format!(
        "GET /a/../b?c=%20d host=shop.test:{port} user-agent=holdpoint accept-encoding=identity"
    );
    assert_eq!(seen.body, expected);
    let headers = vec![
        (String::from("X-One"), String::from("1")),
        (String::from("x-one"), String::from("2")),
        (String::from("Host"), String::from("elsewhere.test")),
    ];
    let method = String::from("POST");
    let seen = response(ask(Request { method, headers, ..get(server.at) }).await);
    let expected = "POST / host=elsewhere.test user-agent=holdpoint accept-encoding=identity \
                    content-length=0 x-one=1 x-one=2";
    assert_eq!(seen.body, expected);
}

#[tokio::test]
async fn an_answer_is_told_in_full() {
    let server = http(|_| {
        Reply::new(404, "abcdef")
            .with("X-Two", "2")
            .with("Set-Cookie", "sid=s3cr3t; Path=/; HttpOnly")
            .with("Set-Cookie", "b=c")
            .with("Location", "/elsewhere")
            .after(Duration::from_millis(150))
    })
    .await;
    let seen = response(ask(get(server.at)).await);
    assert_eq!((seen.status, seen.body.as_str()), (404, "abcdef"));
    assert_eq!((seen.body_bytes, seen.truncated), (6, false));
    // The digest of `abcdef`.
    assert_eq!(
        seen.body_sha256,
        "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721"
    );
    assert_eq!(seen.value("x-two"), Some("2"));
    let cookies: Vec<&str> = seen.values("set-cookie").collect();
    assert_eq!(cookies, ["sid=; Path=/; HttpOnly", "b="]);
    assert_eq!(seen.value("location"), Some("/elsewhere"));
    assert_eq!(seen.handshake_ms, 0);
    assert!(150 <= seen.first_byte_ms && seen.first_byte_ms <= seen.total_ms, "{seen:?}");
}

#[tokio::test]
async fn no_redirect_is_followed_and_a_pause_is_told_as_it_came() {
    let count = Arc::new(AtomicU32::new(0));
    let requests = Arc::clone(&count);
    let server = http(move |request| {
        requests.fetch_add(1, Ordering::SeqCst);
        match request.path.as_str() {
            "/away" => Reply::new(301, "").with("Location", "/"),
            "/busy" => Reply::new(429, "").with("Retry-After", "7"),
            _ => Reply::new(503, "").with("Retry-After", "9"),
        }
    })
    .await;
    for (path, status) in [("/away", 301), ("/busy", 429), ("/", 503)] {
        let seen = response(ask(Request { path: path.to_owned(), ..get(server.at) }).await);
        assert_eq!(seen.status, status);
    }
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn heads_and_answers_without_a_body_end() {
    let server = http(|request| match request.path.as_str() {
        "/none" => Reply::new(204, ""),
        "/same" => Reply::new(304, ""),
        "/socket" => Reply::new(101, "").with("Upgrade", "websocket").with("Connection", "Upgrade"),
        _ => Reply::new(200, "a body"),
    })
    .await;
    let head = Request { method: String::from("HEAD"), ..get(server.at) };
    let seen = response(ask(head).await);
    assert_eq!((seen.status, seen.body.as_str(), seen.truncated), (200, "", false));
    assert_eq!(seen.value("content-length"), Some("6"));
    for (path, status) in [("/none", 204), ("/same", 304), ("/socket", 101)] {
        let seen = response(ask(Request { path: path.to_owned(), ..get(server.at) }).await);
        assert_eq!((seen.status, seen.body_bytes), (status, 0), "{path}");
    }
}

#[tokio::test]
async fn long_bodies_are_cut_and_say_so() {
    let server = http(|request| {
        let bytes: usize = request.path.trim_start_matches('/').parse().unwrap();
        Reply::new(200, vec![b'x'; bytes])
    })
    .await;
    // Bytes of the body, bytes that are kept, bytes that are read; at least 64 KiB are.
    let cases = [
        (1_024, 1_024, 1_024, false),
        (1_025, 1_024, 1_025, true),
        (60_000, 1_024, 60_000, true),
        (10_000_000, 1_024, 65_537, true),
        (10_000_000, 100_000, 800_001, true),
        (0, 0, 0, false),
        (5, 0, 5, true),
    ];
    for (bytes, max, read, truncated) in cases {
        let path = format!("/{bytes}");
        let seen = response(ask(Request { path, body_max: max, ..get(server.at) }).await);
        let kept = u32::try_from(seen.body.len()).unwrap();
        assert_eq!((kept, seen.truncated), (max.min(bytes), truncated), "{bytes} {max}");
        assert!(read <= seen.body_bytes && seen.body_bytes <= read + 512 * 1024, "{seen:?}");
        if read == u64::from(bytes) {
            assert_eq!(seen.body_bytes, read);
        }
    }
}

#[tokio::test]
async fn a_request_can_come_from_another_address() {
    let server = http(|request| Reply::new(200, request.peer.ip().to_string())).await;
    let seen = response(ask(Request { source: Some(ip("127.0.0.3")), ..get(server.at) }).await);
    assert_eq!(seen.body, "127.0.0.3");
    for source in ["192.0.2.1", "::1"] {
        let outcome = ask(Request { source: Some(ip(source)), ..get(server.at) }).await;
        assert_eq!(fault(&outcome), Fault::Unsupported, "{outcome:?}");
    }
}

#[tokio::test]
async fn a_secret_goes_out_and_does_not_come_back() {
    let server = http(|request| {
        let sent = request.header("authorization").unwrap_or("nothing").to_owned();
        let token = sent.split(' ').next_back().unwrap_or_default().to_owned();
        let body = format!("sent {sent}, token {token}, end");
        Reply::new(if sent == "Bearer canary-4711" { 200 } else { 403 }, body)
            .with("X-Echo", &sent)
            .with("X-Token", &format!("<{token}>"))
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "Bearer canary-4711\n").unwrap();
    let net = Net::default()
        .with_variables(|name| (name == "TOKEN").then(|| String::from("Bearer canary-4711")));
    for reference in [String::from("env:TOKEN"), format!("file:{}", path.display())] {
        for body_max in [1_024, 11, 12, 14, 20] {
            let authorization = Some(reference.clone());
            let request = Request { authorization, body_max, ..get(server.at) };
            let outcome = look(&net, What::Http(request)).await;
            let text = format!("{outcome:?}");
            assert!(!text.contains("canary") && !text.contains("4711"), "{text}");
            assert!(!text.contains("Bearer"), "{text}");
            let seen = response(outcome);
            assert_eq!(seen.status, 200);
            assert_eq!(seen.value("x-token"), Some("<[redacted]>"));
            if body_max == 1_024 {
                assert_eq!(seen.body, "sent [redacted], token [redacted], end");
            }
        }
    }
}

#[tokio::test]
async fn a_secret_that_is_not_there_is_denied_and_nothing_is_sent() {
    let server = http(|_| panic!("nothing may be asked")).await;
    let net = Net::default().with_variables(|name| match name {
        "EMPTY" => Some(String::from(" ")),
        "BROKEN" => Some(String::from("Bearer can\nary")),
        _ => None,
    });
    let references = ["env:ABSENT", "env:EMPTY", "env:BROKEN", "file:/absent", "file:/", "canary"];
    for reference in references {
        let request = Request { authorization: Some(reference.to_owned()), ..get(server.at) };
        let outcome = look(&net, What::Http(request.clone())).await;
        assert_eq!(fault(&outcome), Fault::Denied, "{reference}: {outcome:?}");
        assert!(!outcome.note.contains("can"), "{outcome:?}");
        let burst = What::Burst { request, count: 2, over_ms: 0, forged: false };
        assert_eq!(fault(&look(&net, burst).await), Fault::Denied);
    }
}

#[tokio::test]
async fn a_trusted_server_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let authority = authority();
    let roots = authority.write_root(folder.path());
    let tls = Tls::new(&authority.fresh(&["shop.test", "127.0.0.1"], now()));
    let server = https(tls, |_| Reply::new(200, "ok")).await;
    for host in ["shop.test", "shop.test.", "127.0.0.1"] {
        let seen =
            response(ask(Request { host: host.to_owned(), ..secure(server.at, &roots) }).await);
        assert_eq!((seen.status, seen.body.as_str()), (200, "ok"), "{host}");
    }
    let path = folder.path();
    let (from, to) = (now().plus(-DAY), now().plus(DAY));
    for identity in
        [self_signed(&["shop.test"], from, to), self_signed_authority(&["shop.test"], from, to)]
    {
        let (roots, _) = identity.write(path);
        let server = https(Tls::new(&identity), |_| Reply::new(200, "ok")).await;
        assert_eq!(response(ask(secure(server.at, &roots)).await).status, 200);
    }
}

#[tokio::test]
async fn a_server_that_is_not_trusted_is_asked_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (authority(), authority());
    let roots = ours.write_root(folder.path());
    let now = now();
    let names = ["shop.test"];
    let past = self_signed_authority(&names, now.plus(-9 * DAY), now.plus(-DAY));
    let future = self_signed_authority(&names, now.plus(DAY), now.plus(9 * DAY));
    let named = self_signed_authority(&["other.test"], now.plus(-DAY), now.plus(DAY));
    let own = |identity: &Identity, name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, &identity.chain_pem).unwrap();
        path
    };
    let cases = [
        ("expired", ours.leaf(&names, now.plus(-9 * DAY), now.plus(-DAY)), roots.clone()),
        ("not yet", ours.leaf(&names, now.plus(DAY), now.plus(9 * DAY)), roots.clone()),
        ("name", ours.fresh(&["other.test"], now), roots.clone()),
        ("issuer", theirs.fresh(&names, now), roots.clone()),
        ("alone", ours.fresh(&names, now).alone(), roots.clone()),
        ("itself", self_signed(&names, now.plus(-DAY), now.plus(DAY)), roots.clone()),
        ("own, expired", past.clone(), own(&past, "past.pem")),
        ("own, not yet", future.clone(), own(&future, "future.pem")),
        ("own, name", named.clone(), own(&named, "named.pem")),
    ];
    for (case, identity, roots) in cases {
        let server = https(Tls::new(&identity), |_| panic!("nothing may be asked")).await;
        let outcome = ask(secure(server.at, &roots)).await;
        assert_eq!(fault(&outcome), Fault::Untrusted, "{case}: {outcome:?}");
        assert!(outcome.note.starts_with("handshake: "), "{case}: {outcome:?}");
        let request = secure(server.at, &roots);
        let burst = What::Burst { request, count: 1, over_ms: 0, forged: false };
        let outcome = look(&Net::default(), burst).await;
        let holdpoint_model::seen::Seen::Burst(shots) = outcome.result.unwrap() else { panic!() };
        assert_eq!(shots[0].outcome, Err(Fault::Untrusted), "{case}");
    }
}

#[tokio::test]
async fn without_authorities_we_are_blind_and_nobody_is_blamed() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let tls = Tls::new(&authority().fresh(&["shop.test"], now()));
    let server = https(tls, |_| panic!("nothing may be asked")).await;
    for roots in [file(&empty), Roots::File(String::from("/absent.pem"))] {
        let outcome = ask(Request { roots, ..secure(server.at, &empty) }).await;
        assert_eq!(fault(&outcome), Fault::NoTool, "{outcome:?}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_none() {
    let server = http(|_| Reply::new(200, "late").after(Duration::from_secs(3_600))).await;
    let outcome = ask(Request { timeout_ms: SHORT_MS, ..get(server.at) }).await;
    assert_eq!(fault(&outcome), Fault::TimedOut);
    assert!(outcome.note.starts_with("first byte: "), "{outcome:?}");
}
