//! Programs are bounded, ended as a group, and see nothing of our environment.

use std::time::{Duration, Instant};

use holdpoint_model::{
    ask::{Host, What},
    fault::Fault,
    seen::{Output, Seen},
};

use crate::{block_on, look, open_folder, seen, shells, text, wire, write};

fn hosts() -> Vec<Host> {
    let mut hosts = shells();
    hosts.push(Host::Here);
    hosts
}

fn run(on: &Host, argv: &[&str], timeout_ms: u32) -> Result<Output, Fault> {
    let argv = argv.iter().map(|word| (*word).to_owned()).collect();
    let outcome = seen(&What::Run { on: on.clone(), argv, timeout_ms });
    match outcome.result {
        Ok(Seen::Output(output)) => Ok(output),
        Ok(other) => panic!("{other:?}"),
        Err(fault) => Err(fault),
    }
}

#[test]
fn outputs_and_statuses() {
    for on in &hosts() {
        let output = run(on, &["sh", "-c", "printf 'a\\nb'; echo err >&2; exit 3"], 9_000).unwrap();
        assert_eq!(output.status, Some(3), "{on:?}");
        assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("a\nb", "err\n"), "{on:?}");
        assert!(!output.truncated);
        let output =
            run(on, &["printf", "%s|", "a b", "$HOME", "it's", "*", "\n", ""], 9_000).unwrap();
        assert_eq!(output.stdout, "a b|$HOME|it's|*|\n||");
        assert_eq!(
            run(on, &["true"], 9_000).unwrap(),
            Output {
                status: Some(0),
                stdout: String::new(),
                stderr: String::new(),
                truncated: false
            }
        );
        let killed = run(on, &["sh", "-c", "kill -TERM $$"], 9_000).unwrap();
        assert_eq!(killed.status, None, "{on:?}");
        let nothing = run(on, &["cat"], 9_000).unwrap();
        assert_eq!((nothing.status, nothing.stdout.as_str()), (Some(0), ""));
    }
}

#[test]
fn what_is_missing_or_not_allowed() {
    let folder = open_folder();
    let file = text(&write(folder.path(), "no program", b"#!/bin/sh\n"));
    for on in &hosts() {
        assert_eq!(run(on, &["no-such-program-at-all"], 9_000), Err(Fault::NoTool), "{on:?}");
        assert_eq!(run(on, &["/no/such/program"], 9_000), Err(Fault::NoTool), "{on:?}");
        assert_eq!(run(on, &[&file], 9_000), Err(Fault::Denied), "{on:?}");
        assert_eq!(run(on, &[], 9_000), Err(Fault::Unsupported));
        assert_eq!(run(on, &["a\0b"], 9_000), Err(Fault::Unsupported));
        assert_eq!(run(on, &["A=b"], 9_000), Err(Fault::NoTool), "{on:?}");
    }
}

#[test]
fn the_environment_is_minimal() {
    for on in &hosts() {
        let output = run(on, &["env"], 9_000).unwrap();
        let mut names: Vec<&str> =
            output.stdout.lines().filter_map(|line| line.split('=').next()).collect();
        // A shell in between sets these for its child.
        names.retain(|name| !matches!(*name, "PWD" | "_" | "SHLVL" | "OLDPWD"));
        names.sort_unstable();
        assert_eq!(names, ["HOME", "LANG", "PATH"], "{on:?}");
        assert!(output.stdout.contains("LANG=C.UTF-8\n"));
    }
}

#[test]
fn output_is_bounded() {
    for on in &hosts() {
        let output = run(on, &["head", "-c", "1000000", "/dev/zero"], 9_000).unwrap();
        assert_eq!(
            (output.stdout.len(), output.truncated, output.status),
            (256 * 1024, true, Some(0)),
            "{on:?}"
        );
        let output = run(on, &["head", "-c", "262144", "/dev/zero"], 9_000).unwrap();
        assert_eq!((output.stdout.len(), output.truncated), (262_144, false), "{on:?}");
        let output = run(on, &["sh", "-c", "head -c 1000000 /dev/zero >&2"], 9_000).unwrap();
        assert_eq!((output.stderr.len(), output.truncated), (256 * 1024, true), "{on:?}");
    }
}

/// Whether a process of that number still runs (and is no zombie).
fn runs(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").starts_with(" Z"))
}

fn eventually(mut holds: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

#[test]
fn the_whole_group_dies_at_the_deadline() {
    for on in &hosts() {
        let folder = open_folder();
        let pids = folder.path().join("pids");
        let script = format!("sleep 60 & echo $! >{0}; echo $$ >>{0}; wait", text(&pids));
        let began = Instant::now();
        assert_eq!(run(on, &["sh", "-c", &script], 700), Err(Fault::TimedOut), "{on:?}");
        assert!(began.elapsed() < Duration::from_secs(4));
        let pids = std::fs::read_to_string(&pids).unwrap();
        for pid in pids.lines() {
            assert!(eventually(|| !runs(pid)), "{on:?} {pid}");
        }
    }
}

#[test]
fn survivors_do_not_make_us_wait() {
    for on in &hosts() {
        let began = Instant::now();
        let output = run(on, &["sh", "-c", "sleep 6 & echo $!"], 30_000).unwrap();
        assert_eq!(output.status, Some(0), "{on:?}");
        assert!(began.elapsed() < Duration::from_secs(4), "{on:?}");
        // Only the timeout of busybox leaves a program in the group of its shell.
        let bounded = !format!("{on:?}").contains("busybox");
        assert!(!bounded || eventually(|| !runs(output.stdout.trim())), "{on:?}");
    }
    // One that has left the group cannot be ended, but it is not waited for either.
    let began = Instant::now();
    let output = run(&Host::Here, &["sh", "-c", "setsid sleep 3 & echo done"], 30_000).unwrap();
    assert_eq!(output.stdout, "done\n");
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_look_that_is_dropped_leaves_nothing() {
    let folder = open_folder();
    let pid = folder.path().join("pid");
    let script = format!("echo $$ >{}; exec sleep 62", text(&pid));
    let argv = ["sh", "-c", &script].map(str::to_owned).to_vec();
    let what = What::Run { on: Host::Here, argv, timeout_ms: 60_000 };
    block_on(async {
        let wire = wire();
        let began = tokio::time::timeout(Duration::from_millis(800), look(&wire, &what)).await;
        assert!(began.is_err());
        let pid = std::fs::read_to_string(&pid).unwrap();
        assert!(eventually(|| !runs(pid.trim())));
    });
}

#[test]
fn no_zombies_are_left() {
    block_on(async {
        let wire = wire();
        for _ in 0..20 {
            let argv = vec!["true".to_owned()];
            let what = What::Run { on: Host::Here, argv, timeout_ms: 5_000 };
            assert!(look(&wire, &what).await.result.is_ok());
        }
        let own = format!(" {} ", std::process::id());
        let zombies = || {
            let all = std::fs::read_dir("/proc").unwrap().flatten();
            all.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok())
                .filter(|stat| {
                    let rest = stat.rsplit(')').next().unwrap_or("");
                    rest.starts_with(&format!(" Z{own}")) && stat.contains("(true)")
                })
                .count()
        };
        assert_eq!(zombies(), 0);
    });
}

#[test]
fn shells_that_do_not_answer() {
    let host = |argv: &[&str]| Host::Command(argv.iter().map(|word| (*word).to_owned()).collect());
    let stat = |on: Host| seen(&What::Stat { on, path: "/".to_owned() });
    assert_eq!(stat(host(&["no-such-program"])).result, Err(Fault::NoTool));
    assert_eq!(stat(host(&["false"])).result, Err(Fault::Unreachable));
    assert_eq!(stat(host(&["sh", "-c", "head -c 100 >/dev/null"])).result, Err(Fault::Unreachable));
    assert_eq!(stat(host(&[])).result, Err(Fault::Unsupported));
    assert_eq!(stat(Host::Ssh("-oX".to_owned())).result, Err(Fault::Unsupported));
    // A connection that breaks inside the answer.
    let cut = host(&["sh", "-c", "sh | head -c 60"]);
    let outcome = stat(cut);
    assert_eq!(outcome.result, Err(Fault::Reset), "{}", outcome.note);
    // One that breaks inside the questions: nothing of them may run.
    let folder = open_folder();
    let half = host(&["sh", "-c", "head -c 4000 | sh"]);
    let argv = vec!["touch".to_owned(), text(&folder.path().join("ran"))];
    let outcome = seen(&What::Run { on: half, argv, timeout_ms: 5_000 });
    assert!(outcome.result.is_err());
    assert!(!folder.path().join("ran").exists());
}

#[test]
fn ssh_faults_are_named() {
    if !crate::has("ssh") {
        println!("skipped: ssh is not installed");
        return;
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let on = Host::Ssh(format!("ssh://nobody@127.0.0.1:{free}"));
    let outcome = seen(&What::Stat { on, path: "/".to_owned() });
    assert_eq!(outcome.result, Err(Fault::Refused), "{}", outcome.note);
    let on = Host::Ssh("no-such-host.invalid".to_owned());
    let outcome = seen(&What::Stat { on, path: "/".to_owned() });
    assert_eq!(outcome.result, Err(Fault::NameNotFound), "{}", outcome.note);
}

#[test]
fn secrets_are_taken_out() {
    let folder = open_folder();
    let env =
        write(folder.path(), "x.env", b"APP_SECRET=canary-one\nURL=https://u:canary-two@h/\n");
    for on in &hosts() {
        let output = run(on, &["cat", &text(&env)], 9_000).unwrap();
        assert!(!output.stdout.contains("canary"), "{}", output.stdout);
        let what = What::Read { on: on.clone(), path: text(&env), max: 1_000 };
        let Ok(Seen::File(file)) = seen(&what).result else { panic!() };
        assert!(!file.text.contains("canary") && file.text.contains("APP_SECRET="));
    }
}
