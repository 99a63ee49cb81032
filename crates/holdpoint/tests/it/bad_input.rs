//! Wrong documents, settings, targets and signals: a clear word, a way out, and nothing lost.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::common::{Place, Said};

const ONE_LINE: &str = "# Production Deployment Checklist\n\n## Pre-Deployment\n\n- [ ] Health endpoint is healthy <!-- holdpoint: http.health path=/health -->\n";

fn plan(bytes: &[u8]) -> Said {
    let place = Place::new();
    place.write("list.md", bytes);
    place.run(&["plan", "list.md", "--format", "json"])
}

#[test]
fn documents_that_are_none() {
    let place = Place::new();
    let said = place.run(&["plan", "missing.md"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("missing.md"), "{}", said.err);
    let said = place.run(&["plan", "."]);
    assert!(said.code == Some(2) && said.err.contains("folder"), "{}", said.err);
    assert_eq!(plan(b"").code, Some(0));
    let binary = plan(b"PK\x03\x04\x00\x00\x00\x00\x01\x02");
    assert_eq!(binary.code, Some(2));
    assert!(binary.err.contains("document::binary"), "{}", binary.err);
    let latin = plan("# T\n\n- [ ] Caf\u{e9}\n".replace('\u{e9}', "@").as_bytes());
    assert_eq!(latin.code, Some(0));
    assert_eq!(plan(b"# T\n\n- [ ] Caf\xe9 works\n").code, Some(0));
    assert_eq!(plan(b"# T\n\n- [ ] x\n\n```bash\ncurl x\n").code, Some(0));
}

#[test]
fn deep_and_large_documents_are_read_in_time() {
    let deep: String =
        (0..5_000).map(|n| format!("{}- [ ] level {n}\n", "  ".repeat(n % 900))).collect();
    assert_eq!(plan(deep.as_bytes()).code, Some(0));
    let prose = "This is what a wiki export looks like: words, words, and more words about it.\n";
    let large =
        format!("- [ ] a claim of a large document\n\n{}\n", prose.repeat(2_000)).repeat(340);
    assert!(50_000_000 < large.len());
    let began = Instant::now();
    let place = Place::new();
    place.write("list.md", &large);
    let said = place.run(&["plan", "list.md", "--no-lock", "--format", "json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(began.elapsed() < Duration::from_secs(300), "it hangs");
}

#[test]
fn utf16_is_read_and_never_ticked() {
    let place = Place::new();
    let text = "# T\n\n## Pre-Deployment\n\n- [ ] Team briefed on deployment\n";
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    place.write("list.md", &bytes);
    let (code, plan) = place.json(&["plan", "list.md", "--format", "json"]);
    assert_eq!(code, Some(0));
    assert!(
        plan["lines"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["text"] == "Team briefed on deployment")
    );
    let said = place.run(&["run", "list.md", "--tick"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("UTF-16"), "{}", said.err);
    assert_eq!(std::fs::read(place.path().join("list.md")).unwrap(), bytes);
}

#[test]
fn a_document_that_changed_under_its_lock_is_shown_and_not_looked_at() {
    let place = Place::new();
    place.write("list.md", ONE_LINE);
    assert_eq!(place.run(&["plan", "list.md"]).code, Some(0));
    place.write("list.md", ONE_LINE.replace("is healthy", "is very healthy"));
    let said = place.run(&["run", "list.md"]);
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("very healthy") && said.err.contains("holdpoint plan"),
        "{}",
        said.err
    );
    assert!(!place.path().join(".holdpoint").exists(), "something was looked at");
    // A tick and white space are no change.
    place.write("list.md", ONE_LINE.replace("- [ ]", "- [x]").replace('\n', "\r\n"));
    assert_eq!(place.run(&["run", "list.md"]).code, Some(3));
}

#[test]
fn settings_with_mistakes() {
    let place = Place::new();
    place.write("list.md", ONE_LINE);
    let settings = |text: &str| {
        place.write("holdpoint.toml", text);
        place.run(&["plan", "list.md"])
    };
    let said = settings("[target.web]\nulr = \"https://shop.test\"\n");
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("holdpoint.toml:2:1") && said.err.contains("url"), "{}", said.err);
    let secret = "hunter2hunter2";
    let said = settings(&format!("[target.db]\ndsn = \"postgres://app:{secret}@db.test/app\"\n"));
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("literal-secret"), "{}", said.err);
    assert!(!said.err.contains(secret) && !said.out.contains(secret), "the secret is shown");
    let said = settings("[target.web\n");
    assert!(said.code == Some(2) && said.err.contains("holdpoint.toml:1"), "{}", said.err);
    let said = settings("[line.\"No such claim\"]\ncheck = \"http.health\"\n");
    assert!(
        said.err.contains("settings::unmatched") && said.err.contains("holdpoint.toml:1"),
        "{}",
        said.err
    );
    place.write("holdpoint.toml", "");
    let said = place.run(&["run", "list.md", "--env", "staging"]);
    assert!(said.code == Some(2) && said.err.contains("staging"), "{}", said.err);
}

#[test]
fn a_placeholder_host_is_unknown_and_says_what_to_declare() {
    let place = Place::new();
    place.write("list.md", ONE_LINE);
    place.write("holdpoint.toml", "[target.web]\nurl = \"https://yourdomain.com\"\n");
    let (code, run) = place.json(&["run", "list.md", "--format", "json"]);
    assert_eq!(code, Some(3));
    let line = &run["lines"][0];
    assert_eq!(line["state"], "unknown");
    assert!(line["reason"].as_str().unwrap().contains("placeholder"), "{line:#}");
    assert!(line["remedy"].as_str().unwrap().contains("target.web.url"), "{line:#}");
}

/// A server that answers with what `answer` says, a connection at a time, for at most a minute.
fn serve(answer: impl Fn() -> Option<String> + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().take(200) {
            let mut stream = stream.unwrap();
            let answer = answer();
            std::thread::spawn(move || match answer {
                Some(text) => {
                    let mut bytes = [0; 4_096];
                    drop(stream.read(&mut bytes));
                    drop(stream.write_all(text.as_bytes()));
                }
                None => std::thread::sleep(Duration::from_secs(60)),
            });
        }
    });
    port
}

fn healthy(date: &str) -> String {
    let body = "{\"status\":\"ok\"}";
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{date}connection: close\r\n\r\n{body}",
        body.len()
    )
}

fn against(place: &Place, port: u16) {
    place.write("list.md", ONE_LINE);
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"http://127.0.0.1:{port}\"\n"));
}

#[test]
fn a_target_that_never_answers_does_not_pass_and_does_not_hang() {
    let place = Place::new();
    against(&place, serve(|| None));
    let began = Instant::now();
    let (code, run) = place.json(&["run", "list.md", "--format", "json"]);
    assert!(matches!(code, Some(1 | 3)));
    assert_ne!(run["lines"][0]["state"], "pass");
    assert!(began.elapsed() < Duration::from_secs(90));
}

#[test]
fn two_runs_at_once_and_the_first_signal() {
    let place = Place::new();
    let up = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&up);
    against(&place, serve(move || answers.load(Ordering::Relaxed).then(|| healthy(""))));
    let mut first = place.start(&["run", "list.md"]);
    let held = place.path().join(".holdpoint/0001.sqlite");
    let began = Instant::now();
    while !held.exists() && began.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let second = place.run(&["run", "list.md"]);
    assert_eq!(second.code, Some(74), "{}", second.err);
    assert!(second.err.contains(&first.id().to_string()), "who holds it: {}", second.err);
    let kill = |signal: &str| {
        std::process::Command::new("kill").args([signal, &first.id().to_string()]).status().unwrap()
    };
    assert!(kill("-INT").success());
    let code = first.wait().unwrap().code();
    assert_eq!(code, Some(130));
    let verified = place.run(&["record", "verify"]);
    assert_eq!(verified.code, Some(3), "{}", verified.out);
    // The run is gone on with, against a target that answers now.
    up.store(true, Ordering::Relaxed);
    let (code, run) = place.json(&["run", "list.md", "--format", "json"]);
    assert_eq!((code, run["run"].as_str()), (Some(0), Some("0001")), "{run:#}");
    assert_eq!(place.run(&["record", "verify"]).code, Some(0));
}

#[test]
fn what_was_seen_of_another_target_is_not_gone_on_with() {
    let place = Place::new();
    against(&place, serve(|| Some(healthy(""))));
    let two =
        format!("{ONE_LINE}- [ ] The other one <!-- holdpoint: http.health path=/other -->\n");
    place.write("list.md", two);
    let run = || place.json(&["run", "list.md", "--rerun-failed", "--format", "json"]);
    assert_eq!(place.run(&["run", "list.md"]).code, Some(0));
    assert_eq!(run().0, Some(0), "everything is kept");
    let port = serve(|| Some(String::from("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n")));
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"http://127.0.0.1:{port}\"\n"));
    let (code, run) = run();
    assert_eq!(code, Some(1), "{run:#}");
}

#[test]
fn sigterm_ends_with_143() {
    let place = Place::new();
    against(&place, serve(|| None));
    let mut child = place.start(&["run", "list.md"]);
    let began = Instant::now();
    while !place.path().join(".holdpoint/0001.sqlite").exists()
        && began.elapsed() < Duration::from_secs(20)
    {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

#[test]
fn a_journal_that_cannot_be_written_ends_with_74_and_nothing_is_looked_at() {
    let place = Place::new();
    against(&place, serve(|| Some(healthy(""))));
    // A file where the folder should be: also root cannot write there.
    place.write(".holdpoint", "in the way");
    let said = place.run(&["run", "list.md"]);
    assert_eq!(said.code, Some(74), "{}", said.err);
    assert!(said.err.contains(".holdpoint"), "{}", said.err);
}

#[test]
fn a_check_that_is_mistyped_is_named_with_the_nearest() {
    let place = Place::new();
    let said = place.run(&["check", "http.helth", "url=http://127.0.0.1:9"]);
    assert!(said.code == Some(2) && said.err.contains("http.health"), "{}", said.err);
    let said = place.run(&["check", "http.health", "pth=/health", "--format", "json"]);
    assert!(said.code == Some(2) && said.err.contains("`path`"), "{}", said.err);
    assert_eq!(said.out, "");
    let said = place.run(&["check", "http.health", "timeout=soon"]);
    assert!(said.code == Some(2) && said.err.contains("duration"), "{}", said.err);
    let (code, value) =
        place.json(&["check", "http.cors", "url=http://127.0.0.1:9", "--format", "json"]);
    assert_eq!(code, Some(3));
    assert!(value["reason"].as_str().unwrap().starts_with("this version cannot"), "{value:#}");
    let (code, value) = place.json(&["check", "http.health", "--format", "json"]);
    assert_eq!((code, value["verdict"].as_str()), (Some(3), Some("unknown")), "{value:#}");
    assert!(value["remedy"].as_str().is_some_and(|it| it.contains("url")), "{value:#}");
}
