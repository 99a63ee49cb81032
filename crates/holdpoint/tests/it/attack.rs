//! Worlds and documents that nobody listed: none of them may come out green, leak, or lose a line.

use std::sync::atomic::{AtomicU32, Ordering};

use holdpoint_lab::{Reply, Request, Server, http};
use tokio::runtime::Runtime;

use crate::common::{Place, Said};

const HERE: &str = "schema = 1\n[target.host]\nhere = true\n";
const FINE: &str = "- [ ] Server memory at least 1 MB\n";
const HEALTH: &str = "- [ ] Health endpoint returns 200\n";

/// A site that answers in one way; it ends when dropped.
struct Up {
    server: Server,
    _runtime: Runtime,
}

fn up(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Up {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(http(answer));
    Up { server, _runtime: runtime }
}

impl Up {
    fn url(&self) -> String {
        format!("url=http://127.0.0.1:{}", self.server.port())
    }
}

/// Runs a document where this machine is the server and no site is declared: whoever claims
/// something about a site cannot be green.
fn ran(document: &str) -> Said {
    let place = Place::new();
    place.write("holdpoint.toml", HERE);
    place.write("list.md", document);
    place.run(&["run", "list.md", "--format", "json"])
}

fn never_go(documents: &[(&str, String)]) {
    let green: Vec<&str> = documents
        .iter()
        .filter(|(_, document)| ran(document).code == Some(0))
        .map(|(name, _)| *name)
        .collect();
    assert!(green.is_empty(), "GO although a line was not looked at: {green:?}");
}

#[test]
fn lines_that_share_a_number_are_both_decided() {
    let place = Place::new();
    place.write("holdpoint.toml", HERE);
    place.write("list.md", format!("# C\n{HEALTH}{FINE}").replace('\n', "\r"));
    let said = place.run(&["run", "list.md"]);
    assert_ne!(said.code, Some(0), "{}", said.out);
    let verified = place.run(&["record", "verify"]);
    assert!(
        !verified.out.contains("BROKEN"),
        "an honest record is called broken: {}",
        verified.out
    );
}

#[test]
fn swallowed_boxes_are_not_green() {
    never_go(&[
        ("unclosed comment", format!("# C\n{FINE}<!-- todo\n{HEALTH}")),
        ("unclosed fence", format!("# C\n{FINE}```bash\necho hi\n\n{HEALTH}")),
        ("unclosed tildes", format!("# C\n{FINE}~~~\nx\n```\n{HEALTH}")),
        ("after a comment", format!("# C\n{FINE}\n<!-- [ ] old -->{HEALTH}")),
        ("two boxes", format!("# C\n{} {HEALTH}", FINE.trim_end())),
    ]);
}

#[test]
fn a_bold_box_with_boxes_below_keeps_its_claim() {
    never_go(&[("group", format!("# C\n- [ ] **Health endpoint returns 200**\n  {FINE}"))]);
}

#[test]
fn an_override_cannot_turn_a_look_into_nothing() {
    let one = |id: &str| format!("# C\n{FINE}{} <!-- holdpoint: {id} -->\n", HEALTH.trim_end());
    never_go(&[
        ("step.shell", one("step.shell")),
        ("rollback.execute", one("rollback.execute")),
        ("followup.scheduled", one("followup.scheduled")),
    ]);
}

#[test]
fn an_answer_of_no_is_a_failure() {
    let wrong: Vec<&str> = ["no", "No.", "NO - not done", "not yet", "nein", "we were not briefed"]
        .into_iter()
        .filter(|answer| {
            let place = Place::new();
            place.write("holdpoint.toml", HERE);
            place.write("list.md", format!("# C\n{FINE}- [ ] Team briefed on the release\n"));
            place.run(&["plan", "list.md"]);
            place.run(&["answer", "list.md", "--line", "3", "--value", answer]);
            place.run(&["run", "list.md"]).code == Some(0)
        })
        .collect();
    assert!(wrong.is_empty(), "GO on these answers: {wrong:?}");
}

/// Both claims of a line have to be looked at, or the line is not bound.
#[test]
fn a_line_of_two_claims_is_not_bound_to_one() {
    let cases = [
        ("Ports 80 and 443 open", "443"),
        ("Ports 80/443 accessible", "443"),
        ("Port 443 (HTTPS) open and port 80 closed", "net.port-open"),
        ("Port 9090 restricted to VPN and port 3000 restricted to office", "3000"),
        ("Only ports 80 and 443 are open", "net.port-restricted"),
        ("Port 443 open only for Cloudflare", "net.port-allowlist"),
        ("HTTP redirects to HTTPS and HSTS enabled", "hsts"),
        ("HTTPS enforced with HSTS (preload, includeSubDomains)", "hsts"),
        ("HSTS header present with preload", "Strict-Transport-Security"),
        ("SSL certificate valid and TLS 1.3 only", "1.3"),
        ("Certificate valid and auto-renewal configured", "tls.certificate-ready"),
        ("Health endpoint and metrics endpoint respond", "http.health"),
        ("Health endpoint returns 200 and version 2.3.1", "deploy.running-version"),
        ("/health and /ready return 200", "/ready"),
        ("Health endpoint returns `{\"status\":\"green\"}`", "green"),
        (
            "Security headers set (CSP, HSTS, X-Frame-Options, Permissions-Policy)",
            "Permissions-Policy",
        ),
        ("Server memory at least 1 GB and\nHealth endpoint returns 200", "host.memory"),
        ("Database integrity check passed and replication healthy", "replication"),
        ("`JWT_SECRET` different from staging", "unique"),
        ("`DATABASE_URL` points to production", "production"),
        ("`API_KEY` is set and valid", "llm.key-valid"),
        ("Health endpoint p99 under 200ms", "p99"),
    ];
    let mut wrong = Vec::new();
    for (line, second) in cases {
        let place = Place::new();
        place.write("list.md", format!("# C\n- [ ] {line}\n"));
        let (_, plan) = place.json(&["plan", "list.md", "--format", "json"]);
        let bound = &plan["lines"][0];
        let says = bound["checks"].to_string();
        let heard = says.replace(&bound["checks"][0]["because"].to_string(), "");
        // What no check looks at may be left to people, never to nobody.
        let last = bound["checks"].as_array().unwrap().last().map(|it| it["id"].clone());
        let word = last.is_some_and(|it| it == "attest.statement");
        if bound["state"] == "bound" && !word && !heard.contains(second) {
            wrong.push(format!("{line}: {heard}"));
        }
    }
    assert!(wrong.is_empty(), "half of the line is dropped:\n{}", wrong.join("\n"));
}

fn health(reply: Reply) -> Said {
    let site = up(move |_| reply.clone());
    Place::new().run(&["check", "http.health", &site.url(), "consecutive=1", "interval=1ms"])
}

#[test]
fn bodies_that_contradict_themselves_are_not_healthy() {
    let green: Vec<&str> = [
        r#"{"status":"down","status":"ok"}"#,
        r#"{"status":"ok","health":false}"#,
        r#"{"status":"ok","health":{"status":"down"}}"#,
        r#"{"status":"up","state":{"db":"down"}}"#,
        r#"{"state":"ok","status":{"code":"DOWN"}}"#,
        r#"{"Status":"DOWN","state":"ok"}"#,
        r#"{"status":"ok","healthy":false}"#,
        r#"{"status":"ok","ok":false}"#,
    ]
    .into_iter()
    .filter(|body| health(Reply::new(200, *body)).code == Some(0))
    .collect();
    assert!(green.is_empty(), "pass: {green:?}");
}

#[test]
fn answers_out_of_caches_are_not_health() {
    let green: Vec<_> = [
        [("age", "0"), ("age", "500")],
        [("x-cache-status", "STALE"), ("via", "edge")],
        [("cf-cache-status", "UPDATING"), ("via", "edge")],
        [("cache-status", "edge; hit; ttl=300"), ("via", "edge")],
        [("x-cache", "MISS"), ("x-cache", "HIT")],
        [("x-cache", "RefreshHit from cloudfront"), ("via", "edge")],
        [("x-vercel-cache", "HIT"), ("via", "edge")],
    ]
    .into_iter()
    .filter(|headers| {
        let reply = Reply::new(200, r#"{"status":"ok"}"#);
        health(headers.iter().fold(reply, |it, (name, value)| it.with(name, value))).code == Some(0)
    })
    .collect();
    assert!(green.is_empty(), "pass: {green:?}");
}

fn headers(framing: Option<&str>, policy: &'static str) -> Option<i32> {
    let framing = framing.map(str::to_owned);
    let site = up(move |_| {
        let reply = Reply::new(200, "<html>")
            .with("content-type", "text/html")
            .with("x-content-type-options", "nosniff")
            .with("referrer-policy", "no-referrer")
            .with("content-security-policy", policy);
        framing.iter().fold(reply, |it, value| it.with("x-frame-options", value))
    });
    Place::new().run(&["check", "http.security-headers", &site.url()]).code
}

#[test]
fn policies_that_let_everybody_in_are_weak() {
    assert_eq!(headers(Some("DENY"), "default-src 'self'"), Some(0));
    let frames = headers(None, "default-src 'self'; frame-ancestors *");
    assert_eq!(frames, Some(1), "frame-ancestors * counts as frame protection");
    let overruled = headers(Some("DENY"), "default-src 'self'; frame-ancestors *");
    assert_eq!(overruled, Some(1), "browsers heed frame-ancestors before X-Frame-Options");
    for policy in [
        "default-src https:",
        "default-src https://*",
        "default-src *:*",
        "default-src 'self'; script-src 'self' data:",
        "default-src 'self'; script-src-attr 'unsafe-inline'",
        "default-src 'self'; script-src 'unsafe-inline' 'nonce-'",
    ] {
        assert_eq!(headers(Some("DENY"), policy), Some(1), "{policy}");
    }
}

/// One refusal in every eleven requests stops nobody.
#[test]
fn a_limiter_that_refuses_now_and_then_is_none() {
    let sent = AtomicU32::new(0);
    let site = up(move |_| {
        let nth = sent.fetch_add(1, Ordering::SeqCst) + 1;
        Reply::new(if nth.is_multiple_of(11) { 429 } else { 200 }, "x")
    });
    let args = ["limit=10", "window=1s", "--allow", "active"];
    let said = Place::new().run(&[&["check", "http.rate-limit", &site.url()], &args[..]].concat());
    assert_ne!(said.code, Some(0), "{}", said.out);
}

#[test]
fn files_that_no_loader_agrees_on_prove_nothing() {
    let green: Vec<&str> = [
        "<<<<<<< HEAD\nDB_HOST=db.internal\n=======\n>>>>>>> x\n",
        "X=\"a\nDB_HOST=db.internal\n",
        "DB_HOST=db.internal\nunset DB_HOST\n",
        "if false; then\nDB_HOST=db.internal\nfi\n",
        "DB_HOST=\u{200b}\n",
        "DB_HOST=\\\n",
        "DB_HOST=db\0internal\n",
        "DB_HOST=-\n",
        "DB_HOST=?\n",
        "DB_HOST=N/A\n",
        "DB_HOST=HIER_EINTRAGEN\n",
        "DB_HOST=bitte-ändern\n",
        "DB_HOST=cambiar\n",
        "DB_HOST=a_remplacer\n",
        "DB_HOST=请修改\n",
        "DB_HOST=@DB_HOST@\n",
    ]
    .into_iter()
    .filter(|text| {
        let place = Place::new();
        place.write("e.env", text);
        place.run(&["check", "env.required", "path=e.env", "name=DB_HOST"]).code == Some(0)
    })
    .collect();
    assert!(green.is_empty(), "pass: {green:?}");
}

#[test]
fn secrets_that_are_published_or_short_of_bits_are_weak() {
    let green: Vec<&str> = [
        // A random UUID has 122 bits, one of version 1 next to none.
        "7f3a9c52-1d84-4e6b-9a07-c2f58be01d36",
        "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d",
        // SHA-256 and MD5 of `password` and `admin`, and of nothing.
        "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8",
        "21232f297a57a5a743894a0e4a801fc3",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        // The bytes 0 to 31.
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        // `changeme please change me now`, packed twice.
        "WTJoaGJtZGxiV1VnY0d4bFlYTmxJR05vWVc1blpTQnRaU0J1YjNjPQ==",
        "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQrRsStTuUvV",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/session-AbCdEf",
        "ENC[AES256_GCM,data:Tr7o1,iv:1234,tag:abcd,type:str]",
    ]
    .into_iter()
    .filter(|value| {
        let place = Place::new();
        place.write(".env", format!("SESSION_SECRET={value}\n"));
        let args = ["check", "env.secret-strength", "path=.env", "name=SESSION_SECRET"];
        place.run(&args).code == Some(0)
    })
    .collect();
    assert!(green.is_empty(), "pass: {green:?}");
}

#[test]
fn what_a_platform_keeps_is_not_proven_by_a_file_here() {
    let run = |line: &str| {
        let place = Place::new();
        place.write("list.md", format!("# List\n\n## Pre-deployment\n\n- [ ] {line}\n"));
        place.write("holdpoint.toml", "[target.host]\nhere = true\npath = \"app.env\"\n");
        place.write("app.env", "PAY_KEY=q7Zk2vX9pLm4Rt8sWd3Yh6Bn1Cf5Gj0A\n");
        place.run(&["plan", "list.md"]);
        place.run(&["run", "list.md"]).out
    };
    let here = run("`PAY_KEY` is set");
    assert!(here.contains("1 passed"), "{here}");
    for line in [
        "`PAY_KEY` is set in Vercel",
        "Set `PAY_KEY` (Render)",
        "`PAY_KEY` is set in GitHub Secrets",
        "Vercel: `PAY_KEY` set",
        "`PAY_KEY` set using Doppler",
        "`PAY_KEY` set in the task definition",
        "`PAY_KEY` definida no Railway",
    ] {
        let there = run(line);
        assert!(there.contains("HOLD") && !there.contains("passed"), "{line}: {there}");
    }
}

#[test]
fn dumps_that_are_cut_or_no_dump_are_not_whole() {
    let rows = "INSERT INTO t VALUES (1, 'aaaaaaaaaaaaaaaa');\n".repeat(100);
    let head = "--\n-- PostgreSQL database dump\n--\n";
    let cases = [
        (
            "db.sql",
            format!(
                "{head}{rows}INSERT INTO n VALUES ('-- PostgreSQL database dump complete');\nINSERT INTO x VALU"
            ),
        ),
        (
            "db.sql",
            format!(
                "-- MySQL dump 10.13\n{rows}INSERT INTO n VALUES ('-- Dump completed');\nINSERT INTO x VALU"
            ),
        ),
        (
            "db.sql",
            format!(
                "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n{rows}INSERT INTO n VALUES('COMMIT;');\nINSERT INTO x VA"
            ),
        ),
        // Not packed at all, whatever its name says: `gunzip` in the way back stops here.
        ("db.sql.gz", format!("{head}{rows}--\n-- PostgreSQL database dump complete\n--\n")),
    ];
    let green: Vec<String> = cases
        .into_iter()
        .filter(|(name, text)| {
            let place = Place::new();
            place.write(&format!("w/{name}"), text);
            place.run(&["check", "backup.integrity", "path=w"]).code == Some(0)
        })
        .map(|(name, text)| format!("{name}: …{}", &text[text.len() - 60..]))
        .collect();
    assert!(green.is_empty(), "pass: {green:#?}");
}

#[test]
fn what_a_server_lets_slip_is_not_kept() {
    let site = up(|_| {
        Reply::new(200, r#"{"status":"postgres://app:Zq7hunter2Zq@db/x refused"}"#)
            .with("content-type", "application/json")
    });
    let place = Place::new();
    place.write(
        "holdpoint.toml",
        format!("schema = 1\n[target.web]\n{}\"\n", site.url().replace('=', " = \"")),
    );
    place.write("list.md", format!("# C\n{HEALTH}"));
    let said = place.run(&["run", "list.md"]);
    let shown = place.run(&["record", "show", "2"]);
    for text in [&said.out, &said.err, &shown.out] {
        assert!(!text.contains("Zq7hunter2Zq"), "a password is shown and kept: {text}");
    }
}

#[test]
fn control_characters_of_documents_and_servers_stay_off_the_terminal() {
    let place = Place::new();
    place.write("list.md", "# C\n- [ ] Health \u{1b}[2J endpoint \u{202e} returns 200\n");
    let said = place.run(&["plan", "list.md", "--why", "2"]);
    assert!(!said.out.contains(['\u{1b}', '\u{202e}']), "{:?}", said.out);
    let site = up(|_| Reply::new(200, "{\"status\":\"\u{202e}x\u{9b}2J\u{2028}y\"}"));
    place.write(
        "holdpoint.toml",
        format!("schema = 1\n[target.web]\n{}\"\n", site.url().replace('=', " = \"")),
    );
    place.write("other.md", format!("# C\n{HEALTH}"));
    let said = place.run(&["run", "other.md"]);
    let shown = place.run(&["record", "show", "2"]);
    for text in [&said.out, &said.err, &shown.out] {
        assert!(!text.contains(['\u{202e}', '\u{9b}', '\u{2028}']), "{text:?}");
    }
}

/// A pass is about the target of its day: a reference that leads elsewhere today is another target.
#[test]
fn passes_are_not_carried_to_another_target() {
    let well = up(|_| Reply::new(200, r#"{"status":"ok"}"#));
    let sick = up(|_| Reply::new(200, r#"{"status":"down"}"#));
    let place = Place::new();
    place.write("holdpoint.toml", "schema = 1\n[target.web]\nurl = \"env:SITE\"\n");
    place.write("list.md", format!("# C\n{HEALTH}"));
    let run = |site: &Up, more: &[&str]| {
        let args = [&["run", "list.md"], more].concat();
        let site = site.url().replace("url=", "");
        crate::common::said(place.command(&args).env("SITE", site).output().unwrap())
    };
    assert_eq!(run(&well, &[]).code, Some(0));
    let said = run(&sick, &["--rerun-failed"]);
    assert_ne!(said.code, Some(0), "{}", said.out);
}

/// Whoever took one failure along has not taken every other failure of the line along.
#[test]
fn an_acknowledgement_is_of_the_failure_that_was_seen() {
    let sick = up(|_| Reply::new(200, r#"{"status":"down"}"#));
    let broken = up(|_| Reply::new(500, "x"));
    let place = Place::new();
    let line = format!("{} <!-- holdpoint: http.health severity=minor -->\n", HEALTH.trim_end());
    place.write("list.md", format!("# C\n{FINE}{line}"));
    let settings = |site: &Up| {
        let url = site.url().replace("url=", "");
        place.write("holdpoint.toml", format!("{HERE}[target.web]\nurl = \"{url}\"\n"));
    };
    settings(&sick);
    assert_eq!(place.run(&["run", "list.md"]).code, Some(3));
    place.run(&["answer", "list.md", "--line", "3", "--acknowledge", "--reason", "known"]);
    assert_eq!(place.run(&["run", "list.md"]).code, Some(0));
    settings(&broken);
    assert_eq!(place.run(&["run", "list.md"]).code, Some(3), "another failure of another target");
}
