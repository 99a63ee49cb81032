//! `holdpoint doctor`: what stands in the way of a run is told before anything is looked at.

use std::{
    io::{Read, Write},
    net::TcpListener,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    common::{Place, Said, said},
    words::code,
};

/// The finding of that name.
fn finding<'a>(page: &'a Value, name: &str) -> &'a Value {
    let all = page["findings"].as_array().unwrap();
    all.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("no {name}: {page:#}"))
}

fn doctor(place: &Place, more: &[&str]) -> (Option<i32>, Value) {
    place.json(&[&["doctor", "--format", "json"], more].concat())
}

const LIST: &str = "# T\n\n## Pre-Deployment\n\n- [ ] Port 443 open\n- [ ] Team briefed\n";

#[test]
fn a_fresh_folder_has_nothing_that_stops_a_run() {
    let place = Place::new();
    place.write("list.md", LIST);
    let began = Instant::now();
    let (exit, page) = doctor(&place, &["list.md"]);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!((exit, page["counts"]["stops"].as_u64()), (Some(0), Some(0)), "{page:#}");
    assert_eq!(
        (page["schema"].as_str(), page["document"].as_str()),
        (Some("holdpoint.doctor/1"), Some("list.md"))
    );
    assert_eq!(page["contacted"].as_array().unwrap().len(), 0);
    for name in [
        "clock",
        "resolver",
        "localhost",
        "authorities",
        "proxies",
        "terminal",
        "git",
        "ssh",
        "rights",
        "space",
        "records",
        "key",
        "settings",
        "checklist",
        "lock",
    ] {
        finding(&page, name);
    }
    assert!(finding(&page, "declarations")["says"].as_str().unwrap().contains("target.web.url"));
    // It left nothing behind: no lock, no folder of records, no key.
    let left: Vec<_> =
        std::fs::read_dir(place.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["list.md"]);
    let said = place.run(&["doctor", "--ascii"]);
    code(&said, 0);
    assert!(said.out.is_ascii() && said.out.contains("nothing here stops a run"), "{}", said.out);
}

#[test]
fn what_stops_a_run_is_named_with_the_way_out() {
    let place = Place::new();
    place.write("list.md", LIST);
    place.write("holdpoint.toml", "[target.web]\nulr = \"https://shop.test\"\n");
    let (exit, page) = doctor(&place, &[]);
    assert_eq!(exit, Some(1));
    let settings = finding(&page, "settings");
    assert_eq!(settings["level"], "stops");
    assert!(settings["detail"].as_str().unwrap().contains("did you mean `url`"), "{settings:#}");

    // A lock of another document, and records from the future.
    place.write("holdpoint.toml", "");
    code(&place.run(&["run", "list.md"]), 3);
    place.write("list.md", LIST.replace("443", "8443"));
    let (exit, page) = doctor(&place, &["list.md"]);
    assert_eq!((exit, finding(&page, "lock")["level"].as_str()), (Some(1), Some("stops")));
    assert!(finding(&page, "lock")["remedy"].as_str().unwrap().contains("holdpoint plan list.md"));
    assert!(finding(&page, "clock")["says"].as_str().unwrap().contains("after the newest record"));
    assert!(finding(&page, "key")["says"].as_str().unwrap().contains(".local/state/holdpoint"));

    // A key that is none, and a file where records should be.
    let key = place.path().join("home/.local/state/holdpoint/machine.key");
    std::fs::write(&key, "not a key").unwrap();
    let (exit, page) = doctor(&place, &[]);
    assert_eq!((exit, finding(&page, "key")["level"].as_str()), (Some(1), Some("stops")));
    let other = Place::new();
    other.write(".holdpoint", "");
    let (exit, page) = doctor(&other, &[]);
    assert_eq!((exit, finding(&page, "records")["level"].as_str()), (Some(1), Some("stops")));
}

#[test]
fn whoever_works_in_the_folder_is_named() {
    let place = Place::new();
    std::fs::create_dir(place.path().join(".holdpoint")).unwrap();
    let held = std::fs::File::open(place.path().join(".holdpoint")).unwrap();
    held.try_lock().unwrap();
    let (exit, page) = doctor(&place, &[]);
    let holder = finding(&page, "holder");
    assert_eq!((exit, holder["level"].as_str()), (Some(1), Some("stops")));
    assert!(holder["says"].as_str().unwrap().contains("another process"), "{holder}");
    drop(held);
    let (exit, page) = doctor(&place, &[]);
    assert_eq!((exit, finding(&page, "holder")["level"].as_str()), (Some(0), Some("fine")));
}

#[test]
fn proxies_are_named_without_what_they_carry() {
    let place = Place::new();
    let mut command = place.command(&["doctor", "--format", "json"]);
    command.env("HTTPS_PROXY", "http://me:hunter2@proxy.test:3128");
    let said: Said = said(command.output().unwrap());
    assert!(said.out.contains("HTTPS_PROXY") && !said.out.contains("hunter2"), "{}", said.out);
    let page: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(finding(&page, "proxies")["level"], "warning");
}

/// Answers two requests over plain HTTP, a day ahead of us; counts who came.
fn server() -> (u16, std::thread::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let serve = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut bytes = [0; 2048];
        let read = stream.read(&mut bytes).unwrap();
        let answer = "HTTP/1.1 200 OK\r\ndate: Fri, 01 Jan 2100 00:00:00 GMT\r\ncontent-length: 2\r\n\
                      connection: close\r\n\r\nok";
        stream.write_all(answer.as_bytes()).unwrap();
        read
    });
    (port, serve)
}

#[test]
fn only_contact_reaches_what_is_declared_and_tells_its_time() {
    let place = Place::new();
    let (port, serve) = server();
    place.write("holdpoint.toml", format!("[target.web]\nurl = \"http://127.0.0.1:{port}\"\n"));
    let (exit, page) = doctor(&place, &[]);
    assert_eq!((exit, page["contacted"].as_array().unwrap().len()), (Some(0), 0));
    assert!(!serve.is_finished(), "without --contact nobody is asked");
    let (exit, page) = doctor(&place, &["--contact"]);
    assert_eq!((exit, page["contacted"][0].as_str()), (Some(0), Some("target.web")), "{page:#}");
    let web = finding(&page, "target.web")["says"].as_str().unwrap();
    assert!(web.contains("answers 200") && web.contains("ahead of ours"), "{web}");
    assert!(finding(&page, "clocks")["remedy"].as_str().unwrap().contains("is us"));
    assert!(0 < serve.join().unwrap());
    // Now nothing listens there any more.
    let (exit, page) = doctor(&place, &["--contact"]);
    let web = finding(&page, "target.web");
    assert_eq!((exit, web["level"].as_str()), (Some(0), Some("warning")));
    assert!(web["says"].as_str().unwrap().contains("it is them"), "{web}");
}
