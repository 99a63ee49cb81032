//! Both ports give the same answer for the same files.

use std::{
    os::unix::{ffi::OsStrExt, fs::symlink},
    path::Path,
};

use holdpoint_model::{
    ask::{Host, What},
    fault::Fault,
    seen::{EntryKind, Seen},
    time::Time,
};

use crate::{
    absent, block_on, is_root, look, open_folder, prepare, seen, shells, text, wire, write,
};

/// A tree of odd files, and the paths to ask for.
fn odd_tree(folder: &Path) -> Vec<String> {
    let names = [
        "plain",
        "with space",
        "quote'\"`$(id)\\",
        "new\nline",
        "ünï-çødé",
        "-rf",
        "*",
        "[a]",
        "~",
        "%s%n",
        "trailing\n",
        ".hidden",
        "..odd",
        "tab\t",
        "x=y",
        "{a,b}",
        "@mark begin",
    ];
    let mut paths: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(number, name)| text(&write(folder, name, "content\n".repeat(number).as_bytes())))
        .collect();
    let bytes = folder.join(std::ffi::OsStr::from_bytes(b"not\xffutf8"));
    std::fs::write(bytes, b"\xff\x00\r\n").unwrap();
    write(folder, "binary", &(0..=255).collect::<Vec<u8>>());
    write(folder, "large", &vec![b'x'; 70_000]);
    std::fs::create_dir(folder.join("folder")).unwrap();
    write(&folder.join("folder"), "inside", b"in");
    std::fs::create_dir(folder.join("empty")).unwrap();
    symlink("plain", folder.join("link")).unwrap();
    symlink("nowhere", folder.join("dangling")).unwrap();
    symlink("loop", folder.join("loop")).unwrap();
    symlink("folder", folder.join("to folder")).unwrap();
    symlink("odd\n'target", folder.join("odd link")).unwrap();
    prepare(folder, &["mkfifo", "fifo"]);
    prepare(folder, &["chmod", "4751", "plain"]);
    prepare(folder, &["touch", "-d", "1969-12-31T23:59:58.5Z", "binary"]);
    prepare(folder, &["touch", "-h", "-d", "2001-02-03T04:05:06Z", "link"]);
    for name in [
        "binary",
        "large",
        "folder",
        "folder/",
        "empty",
        "link",
        "dangling",
        "loop",
        "to folder",
        "to folder/",
        "odd link",
        "fifo",
        "missing",
        "plain/below",
        "folder/inside",
        "to folder/inside",
        "folder/../plain",
        "missing/../plain",
        ".",
        "plain/",
    ] {
        paths.push(format!("{}/{name}", text(folder)));
    }
    paths.extend(
        [
            "/",
            "/dev/null",
            "/proc/version",
            "/proc/sys/kernel/ostype",
            "/proc/cpuinfo",
            "/sys/kernel/mm",
        ]
        .map(str::to_owned),
    );
    paths
}

/// The machine's clock goes on between two looks, and so do its own files.
fn comparable(outcome: Result<Seen, Fault>) -> Result<Seen, Fault> {
    outcome.map(|seen| match seen {
        Seen::List(mut list) => {
            assert!(1_700_000_000_000 < list.clock.0, "{:?}", list.clock);
            list.clock = Time(0);
            Seen::List(list)
        }
        other => other,
    })
}

#[test]
fn both_ports_see_the_same() {
    let folder = open_folder();
    let paths = odd_tree(folder.path());
    for host in shells() {
        block_on(async {
            let wire = std::sync::Arc::new(wire());
            let mut looks = Vec::new();
            for path in &paths {
                for kind in ["stat", "list", "read", "read-little"] {
                    // Other tests put their folders below the root, and the kernel's files have
                    // the time at which they were looked for.
                    let kernel = path.starts_with("/proc/") || path.starts_with("/sys/");
                    if path == "/" && kind == "list" || kernel && !kind.starts_with("read") {
                        continue;
                    }
                    let what = |on: Host| {
                        let path = path.clone();
                        match kind {
                            "stat" => What::Stat { on, path },
                            "list" => What::List { on, path },
                            "read" => What::Read { on, path, max: 100_000 },
                            _ => What::Read { on, path, max: 10 },
                        }
                    };
                    looks.push((what(Host::Here), what(host.clone())));
                }
            }
            // All at once, so that they go in batches.
            let answers: Vec<_> = looks
                .iter()
                .map(|(_, there)| {
                    let (wire, there) = (wire.clone(), there.clone());
                    tokio::spawn(async move { look(&wire, &there).await })
                })
                .collect();
            for ((here, there), got) in looks.iter().zip(answers) {
                let expected = comparable(look(&wire, here).await.result);
                let got = got.await.unwrap();
                assert_eq!(comparable(got.result), expected, "{there:?}: {}", got.note);
            }
        });
    }
}

#[test]
fn a_root_is_never_left() {
    let folder = open_folder();
    let root = folder.path().join("root");
    std::fs::create_dir_all(root.join("etc")).unwrap();
    write(folder.path(), "outside", b"outside");
    write(&root.join("etc"), "hostname", b"image\n");
    symlink("/etc/hostname", root.join("absolute")).unwrap();
    symlink("../../../../../../etc/hostname", root.join("up")).unwrap();
    symlink("../outside", root.join("escape")).unwrap();
    symlink("/", root.join("etc/top")).unwrap();
    symlink("/proc/self/cwd", root.join("magic")).unwrap();
    let host = || Host::Root(text(&root));
    let read = |path: &str| {
        let outcome = seen(&What::Read { on: host(), path: path.to_owned(), max: 100 });
        match outcome.result {
            Ok(Seen::File(file)) => file.text,
            other => format!("{other:?}"),
        }
    };
    for path in [
        "/etc/hostname",
        "etc/hostname",
        "/absolute",
        "/up",
        "/../etc/hostname",
        "/etc/top/etc/hostname",
    ] {
        assert_eq!(read(path), "image\n", "{path}");
    }
    for path in ["/escape", "/../outside", "/magic/Cargo.toml", "/proc/version"] {
        assert_eq!(read(path), "Ok(Absent)", "{path}");
    }
    let list = seen(&What::List { on: host(), path: "/".to_owned() });
    let Ok(Seen::List(list)) = list.result else { panic!("{list:?}") };
    let names: Vec<&str> = list.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["absolute", "escape", "etc", "magic", "up"]);
    let gone = Host::Root(text(&folder.path().join("no such root")));
    let outcome = seen(&What::Stat { on: gone, path: "/".to_owned() });
    assert_eq!(outcome.result, Err(Fault::NoVantage));
    let run = seen(&What::Run { on: host(), argv: vec!["true".to_owned()], timeout_ms: 1_000 });
    assert_eq!(run.result, Err(Fault::Unsupported));
}

/// What the differential test compares must be right in the first place.
#[test]
fn answers_are_right() {
    let folder = open_folder();
    let path = write(folder.path(), "a file", b"one\ntwo\n");
    prepare(folder.path(), &["chmod", "640", "a file"]);
    prepare(folder.path(), &["touch", "-d", "2024-02-03T04:05:06.789Z", "a file"]);
    let on = || Host::Command(vec!["sh".to_owned()]);
    let outcome = seen(&What::Read { on: on(), path: text(&path), max: 5 });
    let Ok(Seen::File(file)) = outcome.result else { panic!("{outcome:?}") };
    assert_eq!((file.text.as_str(), file.bytes, file.truncated), ("one\nt", 8, true));
    let outcome = seen(&What::Stat { on: on(), path: text(&path) });
    let Ok(Seen::Stat(entry)) = outcome.result else { panic!("{outcome:?}") };
    assert_eq!((entry.name.as_str(), entry.kind, entry.bytes), ("a file", EntryKind::File, 8));
    assert_eq!((entry.mode, entry.modified), (0o640, Time(1_706_933_106_000)));
    let outcome = seen(&What::Read { on: on(), path: "/proc/version".to_owned(), max: 4_096 });
    let Ok(Seen::File(file)) = outcome.result else { panic!("{outcome:?}") };
    assert!(file.text.starts_with("Linux") && !file.truncated && 0 < file.bytes);
    let fifo = folder.path().join("fifo");
    prepare(folder.path(), &["mkfifo", "fifo"]);
    for on in [Host::Here, on()] {
        let outcome = seen(&What::Read { on: on.clone(), path: text(&fifo), max: 5 });
        assert_eq!(outcome.result, Err(Fault::Garbled), "{}", outcome.note);
        let path = "/dev/zero".to_owned();
        assert_eq!(seen(&What::Read { on: on.clone(), path, max: 5 }).result, Err(Fault::Garbled));
        assert!(absent(&seen(&What::List { on: on.clone(), path: "/no/such".to_owned() })));
        let path = String::new();
        assert_eq!(seen(&What::Stat { on, path }).result, Err(Fault::Unsupported));
    }
}

#[test]
fn the_right_to_look_is_not_absence() {
    let folder = open_folder();
    let closed = folder.path().join("closed");
    std::fs::create_dir(&closed).unwrap();
    write(&closed, "inside", b"x");
    let names_only = folder.path().join("names only");
    std::fs::create_dir(&names_only).unwrap();
    write(&names_only, "inside", b"x");
    let search_only = folder.path().join("search only");
    std::fs::create_dir(&search_only).unwrap();
    write(&search_only, "inside", b"x");
    write(folder.path(), "private", b"x");
    symlink("closed/inside", folder.path().join("into closed")).unwrap();
    for (mode, name) in
        [("000", "closed"), ("444", "names only"), ("311", "search only"), ("600", "private")]
    {
        prepare(folder.path(), &["chmod", mode, name]);
    }
    if !is_root() || !crate::has("setpriv") {
        println!("skipped: only root with setpriv can become somebody else");
        return;
    }
    let words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh"];
    let on = || Host::Command(words.map(str::to_owned).to_vec());
    let path = |name: &str| text(&folder.path().join(name));
    let denied = |what: &What| {
        let outcome = seen(what);
        assert_eq!(outcome.result, Err(Fault::Denied), "{what:?} {}", outcome.note);
    };
    for name in ["closed/inside", "closed/missing", "private", "into closed", "names only/inside"] {
        denied(&What::Read { on: on(), path: path(name), max: 10 });
        denied(&What::Stream { on: on(), path: path(name), markers: vec![] });
    }
    for name in ["closed", "names only", "search only", "closed/inside", "into closed"] {
        denied(&What::List { on: on(), path: path(name) });
    }
    denied(&What::Stat { on: on(), path: path("closed/inside") });
    denied(&What::Filesystem { on: on(), path: path("closed/inside") });
    for name in ["closed", "into closed", "search only/inside", "private"] {
        assert!(
            matches!(seen(&What::Stat { on: on(), path: path(name) }).result, Ok(Seen::Stat(_))),
            "{name}"
        );
    }
    assert!(absent(&seen(&What::Read { on: on(), path: path("search only/missing"), max: 10 })));
    let source = holdpoint_model::ask::Source::File(path("private"));
    let (template, history) = (None, None);
    denied(&What::Variables {
        on: on(),
        source,
        template,
        names: vec![],
        compare: vec![],
        history,
    });
    prepare(folder.path(), &["chmod", "700", "closed", "names only", "search only"]);
}

#[test]
fn file_systems_are_the_same() {
    for host in shells() {
        for path in ["/", "/proc", "/dev", "/tmp", "/proc/version"] {
            let what = |on: Host| What::Filesystem { on, path: path.to_owned() };
            let (here, there) = (seen(&what(Host::Here)), seen(&what(host.clone())));
            let (Ok(Seen::Filesystem(here)), Ok(Seen::Filesystem(there))) =
                (here.result, there.result.clone())
            else {
                panic!("{path}: {there:?}")
            };
            assert_eq!((here.bytes, here.inodes), (there.bytes, there.inodes), "{path}");
            assert_eq!(here.read_only, there.read_only, "{path}");
            let near = here.available.abs_diff(there.available) <= here.bytes / 10;
            assert!(near, "{path}: {here:?} {there:?}");
        }
        let what = What::Filesystem { on: host, path: "/no/such".to_owned() };
        assert!(absent(&seen(&what)));
    }
    let what = What::Filesystem { on: Host::Here, path: "/no/such".to_owned() };
    assert!(absent(&seen(&what)));
}

#[test]
fn long_lists_are_cut_alike() {
    let folder = open_folder();
    for number in 0..10_003 {
        write(folder.path(), &format!("{number:05}"), b"");
    }
    write(folder.path(), ".first", b"");
    let list = |on: Host| {
        let outcome = seen(&What::List { on, path: text(folder.path()) });
        let Ok(Seen::List(list)) = outcome.result else { panic!("{}", outcome.note) };
        list
    };
    let (here, there) = (list(Host::Here), list(Host::Command(vec!["sh".to_owned()])));
    assert_eq!((here.entries.len(), here.truncated), (10_000, true));
    assert_eq!(here.entries[0].name, ".first");
    assert!(here.entries == there.entries && there.truncated);
}

#[test]
fn listeners_are_found_with_their_owner() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut hosts = shells();
    hosts.push(Host::Here);
    for on in hosts {
        let outcome = seen(&What::Listeners { on: on.clone() });
        let Ok(Seen::Listeners(listeners)) = outcome.result else { panic!("{}", outcome.note) };
        let ours = listeners.iter().find(|listener| listener.port == port).unwrap();
        assert_eq!(ours.address, std::net::IpAddr::from([127, 0, 0, 1]));
        let (pid, name) = ours.owner.clone().unwrap();
        assert_eq!(pid, std::process::id(), "{on:?}");
        let comm = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap();
        assert_eq!(name, comm.trim_end());
    }
}

/// Where `stat` is of no use, `ls`, `date` and `df` do.
#[test]
fn hosts_without_stat() {
    let folder = open_folder();
    let tools = folder.path().join("tools");
    std::fs::create_dir(&tools).unwrap();
    write(&tools, "stat", b"#!/bin/sh\nexit 1\n");
    prepare(&tools, &["chmod", "755", "stat"]);
    let tree = folder.path().join("tree");
    std::fs::create_dir_all(tree.join("below")).unwrap();
    write(&tree, "a file\n", b"123");
    prepare(&tree, &["chmod", "2741", "below"]);
    prepare(&tree, &["mkfifo", "fifo"]);
    prepare(&tree, &["touch", "-d", "2019-05-06T07:08:09Z", "a file\n"]);
    let path = format!("PATH={}:/usr/bin:/bin", text(&tools));
    let there = || Host::Command(["env", &path, "sh"].map(str::to_owned).to_vec());
    let same = |what: &dyn Fn(Host) -> What| {
        let got = seen(&what(there()));
        let expected = comparable(seen(&what(Host::Here)).result);
        assert_eq!(comparable(got.result), expected, "{}", got.note);
    };
    same(&|on| What::List { on, path: text(&tree) });
    for name in ["a file\n", "below", "fifo"] {
        same(&|on| What::Stat { on, path: text(&tree.join(name)) });
        same(&|on| What::Read { on, path: text(&tree.join(name)), max: 10 });
        same(&|on| What::Stream { on, path: text(&tree.join(name)), markers: vec![] });
    }
    let what = |on: Host| What::Filesystem { on, path: "/proc".to_owned() };
    same(&|on| what(on));
    symlink("x", tree.join("link")).unwrap();
    let outcome = seen(&What::Stat { on: there(), path: text(&tree.join("link")) });
    assert_eq!(outcome.result, Err(Fault::NoTool), "{}", outcome.note);
}

/// Questions that wait together go into one shell.
#[test]
fn questions_share_a_shell() {
    let folder = open_folder();
    let count = folder.path().join("count");
    let script = format!("echo x >>{}; exec sh", text(&count));
    let on = Host::Command(vec!["sh".to_owned(), "-c".to_owned(), script]);
    block_on(async {
        let wire = std::sync::Arc::new(wire());
        let looks: Vec<_> = (0..40)
            .map(|_| {
                let (wire, on) = (wire.clone(), on.clone());
                let what = What::Stat { on, path: "/".to_owned() };
                tokio::spawn(async move { look(&wire, &what).await })
            })
            .collect();
        for look in looks {
            assert!(look.await.unwrap().result.is_ok());
        }
    });
    let shells = std::fs::read_to_string(&count).unwrap().lines().count();
    assert!(shells <= 20, "{shells} shells for 40 questions");
}
