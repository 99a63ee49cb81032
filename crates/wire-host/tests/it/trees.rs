//! Patterns, searches and settings against real folders, files and repositories.

use std::{
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use holdpoint_model::{
    ask::{Comparison, Host, Relation, What},
    fault::Fault,
    found::{Found, Held, Hit, Searched, Setting, StandIn, ValueKind},
    seen::{EntryKind, Seen},
    wire::Outcome,
};

use crate::{absent, has, open_folder, prepare, seen, shells, text, write};

fn make(folder: &Path, name: &str, content: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn find(on: Host, below: Option<&Path>, pattern: &str) -> Outcome {
    seen(&What::Find { on, below: below.map(text), pattern: pattern.to_owned() })
}

#[track_caller]
fn found(outcome: Outcome) -> Found {
    match outcome.result {
        Ok(Seen::Found(found)) => found,
        other => panic!("{other:?}: {}", outcome.note),
    }
}

fn names(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|hit| hit.path.as_str()).collect()
}

fn grown() -> tempfile::TempDir {
    let folder = open_folder();
    let root = folder.path();
    make(root, "README.md", "hello\n");
    make(root, "empty.txt", "");
    make(root, "blank.txt", " \n\t\n");
    make(root, "model.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n");
    make(root, "dist/a.js", "1");
    make(root, "dist/b.js", "2");
    make(root, "dist/deep/er/c.js", "3");
    make(root, "node_modules/x/d.js", "4");
    make(root, "app/[id]/page.tsx", "5");
    make(root, ".hidden/e.js", "6");
    make(root, "a b/ü'$(id).txt", "7");
    std::fs::create_dir(root.join("hollow")).unwrap();
    symlink("README.md", root.join("link.md")).unwrap();
    symlink("nowhere", root.join("dangling.md")).unwrap();
    symlink("loop", root.join("loop")).unwrap();
    symlink("/etc/hostname", root.join("away")).unwrap();
    symlink("dist", root.join("built")).unwrap();
    folder
}

#[test]
fn patterns_find_what_fits_letter_by_letter() {
    let folder = grown();
    let of = |pattern: &str| found(find(Host::Here, Some(folder.path()), pattern));
    for (pattern, want) in [
        ("README.md", vec!["README.md"]),
        ("readme.md", vec![]),
        ("./dist//a.js", vec!["dist/a.js"]),
        ("dist/*.js", vec!["dist/a.js", "dist/b.js"]),
        ("dist/*.ts", vec![]),
        ("*/a.js", vec!["built/a.js", "dist/a.js"]),
        ("built/a.js", vec!["built/a.js"]),
        ("**/*.js", vec![".hidden/e.js", "dist/a.js", "dist/b.js", "dist/deep/er/c.js"]),
        ("dist/**/c.js", vec!["dist/deep/er/c.js"]),
        ("app/[id]/page.tsx", vec!["app/[id]/page.tsx"]),
        (".hidden/*.js", vec![".hidden/e.js"]),
        ("a b/ü'$(id).txt", vec!["a b/ü'$(id).txt"]),
        ("README.md/x", vec![]),
        ("gone/*.js", vec![]),
        ("loop/x", vec![]),
        (".", vec![""]),
    ] {
        assert_eq!(names(&of(pattern)), want, "{pattern}");
    }
    assert_eq!(of("readme.md").other_case, ["README.md"]);
    assert_eq!(of("Dist/A.js").other_case, ["dist"]);
    assert_eq!(of("**/d.js").passed_over, ["node_modules"]);
    assert!(absent(&find(Host::Here, Some(&folder.path().join("gone")), "a")));
    assert!(absent(&find(Host::Here, Some(&folder.path().join("README.md")), "a")));
    for bad in ["../x", "a/../b", "/etc/hostname"] {
        let outcome = find(Host::Here, Some(folder.path()), bad);
        assert_eq!(outcome.result, Err(Fault::Unsupported), "{bad}");
    }
}

#[test]
fn what_a_path_leads_to_is_told() {
    let folder = grown();
    let hit = |path: &str| -> Hit {
        let found = found(find(Host::Here, Some(folder.path()), path));
        found.hits.into_iter().next().unwrap_or_else(|| panic!("{path}"))
    };
    assert_eq!((hit("README.md").kind, hit("README.md").bytes), (Some(EntryKind::File), 6));
    assert_eq!((hit("empty.txt").bytes, hit("empty.txt").stand_in), (0, None));
    assert_eq!(hit("blank.txt").stand_in, Some(StandIn::Blank));
    assert_eq!(hit("model.bin").stand_in, Some(StandIn::Pointer));
    assert_eq!(hit("hollow").entries, Some(0));
    assert_eq!(hit("dist").entries, Some(3));
    let link = hit("link.md");
    assert_eq!((link.kind, link.points_to.as_deref()), (Some(EntryKind::File), Some("README.md")));
    assert!(!link.outside && !hit("built/a.js").outside);
    assert_eq!((hit("dangling.md").kind, hit("dangling.md").outside), (None, false));
    assert_eq!(hit("loop").kind, None);
    if Path::new("/etc/hostname").is_file() {
        assert!(hit("away").outside);
    }
    let here = found(find(Host::Here, None, "/proc/sys/kernel/ostype"));
    assert!(here.hits.is_empty() || 0 < here.hits[0].bytes, "{here:?}");
}

#[test]
fn every_host_finds_the_same() {
    let folder = grown();
    let root = text(folder.path());
    let patterns = [
        "/README.md",
        "/dist/*.js",
        "/**/c.js",
        "/dangling.md",
        "/link.md",
        "/loop",
        "/readme.md",
        "/hollow",
        "/blank.txt",
        "/model.bin",
        "/gone",
        "/a b/*.txt",
        "/built/b.js",
    ];
    for pattern in patterns {
        let here = found(find(Host::Here, None, &format!("{root}{pattern}")));
        for shell in shells() {
            let there = found(find(shell.clone(), None, &format!("{root}{pattern}")));
            assert_eq!(there, here, "{pattern} {shell:?}");
        }
    }
}

#[test]
fn a_closed_folder_is_not_an_empty_one() {
    let Some(setpriv) = has("setpriv").then_some("setpriv") else { return };
    let folder = grown();
    let root = text(folder.path());
    let mode = |name: &str, mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(folder.path().join(name), permissions).unwrap();
    };
    if !crate::is_root() {
        println!("skipped: only root can take rights away from somebody else");
        return;
    }
    let argv = [setpriv, "--reuid", "65534", "--regid", "65534", "--clear-groups", "sh"];
    let nobody = Host::Command(argv.map(str::to_owned).to_vec());
    let of = |pattern: &str| found(find(nobody.clone(), None, &format!("{root}/{pattern}")));
    assert_eq!(of("dist/a.js").hits.len(), 1);
    mode("dist", 0o700);
    let closed = of("dist/a.js");
    assert!(closed.hits.is_empty() && closed.unread.len() == 1, "{closed:?}");
    assert!(!of("dist/*.js").unread.is_empty());
    // What may be passed through and not listed: the name is there, and another is not.
    mode("dist", 0o711);
    let straight = of("dist/a.js");
    assert!(straight.hits.len() == 1 && straight.unread.is_empty(), "{straight:?}");
    let gone = of("dist/z.js");
    assert!(gone.hits.is_empty() && gone.unread.is_empty(), "{gone:?}");
    assert!(!of("dist/*.js").unread.is_empty());
    mode("dist", 0o755);
}

fn setting(folder: &Path, path: &str, key: &str, equals: &str) -> Outcome {
    seen(&What::Setting {
        on: Host::Here,
        path: text(&folder.join(path)),
        format: None,
        key: key.to_owned(),
        compare: vec![Comparison { relation: Relation::Equals, text: equals.to_owned() }],
    })
}

#[track_caller]
fn read(outcome: Outcome) -> Setting {
    match outcome.result {
        Ok(Seen::Setting(setting)) => setting,
        other => panic!("{other:?}: {}", outcome.note),
    }
}

#[test]
fn settings_of_every_format() {
    let folder = open_folder();
    let folder = folder.path();
    write(folder, "a.json", b"{\"a\": {\"b\": [1, true]}}");
    write(folder, "tsconfig.json", b"{ // x\n \"a\": {\"b\": [1, true,],}, }");
    write(folder, "a.yml", b"a:\n  b: [1, true]\n");
    write(folder, "a.toml", b"[a]\nb = [1, true]\n");
    let list = "<plist><dict><key>a</key><dict><key>b</key><array><integer>1</integer><true/></array></dict></dict></plist>";
    write(folder, "a.plist", list.as_bytes());
    for path in ["a.json", "tsconfig.json", "a.yml", "a.toml", "a.plist"] {
        let seen = read(setting(folder, path, "a.b[1]", "true"));
        assert_eq!(seen.values.len(), 1, "{path}: {seen:?}");
        let value = &seen.values[0];
        assert_eq!((value.kind, &value.held[0]), (ValueKind::Bool, &Held::Yes), "{path}");
        assert_eq!(read(setting(folder, path, "a.b.0", "2")).values[0].held, [Held::No], "{path}");
    }
    write(folder, "a.ini", b"[a]\nb = x\n");
    write(folder, "a.properties", b"a.b: x\n");
    write(folder, ".env.production", b"a.b=x\nTOKEN=Zt2Rm5cvK3xw9Lq7\n");
    for path in ["a.ini", "a.properties", ".env.production"] {
        assert_eq!(read(setting(folder, path, "a.b", "x")).values[0].held, [Held::Yes], "{path}");
    }
    let env = format!("{:?}", setting(folder, ".env.production", "TOKEN", "no"));
    assert!(!env.contains("Zt2Rm5"), "{env}");
}

#[test]
fn settings_that_cannot_be_read() {
    let folder = open_folder();
    let folder = folder.path();
    write(folder, "bad.json", b"{\"a\": ");
    write(folder, "bad.yaml", b"a: [1\n");
    write(folder, "bad.toml", b"a = 1\na = 2\n");
    write(folder, "none.json", b"");
    write(folder, "wide.json", b"\xff\xfe{\x00}\x00");
    write(folder, "bad.plist", b"bplist00\xd1\x01");
    write(folder, "nginx.conf", b"a b;");
    std::fs::create_dir(folder.join("folder.json")).unwrap();
    for path in
        ["bad.json", "bad.yaml", "bad.toml", "none.json", "wide.json", "bad.plist", "folder.json"]
    {
        let outcome = setting(folder, path, "a", "1");
        assert_eq!(outcome.result, Err(Fault::Garbled), "{path}: {}", outcome.note);
    }
    assert_eq!(setting(folder, "nginx.conf", "a", "b").result, Err(Fault::Unsupported));
    assert_eq!(setting(folder, "bad.json", "a..b", "b").result, Err(Fault::Unsupported));
    assert!(absent(&setting(folder, "gone.json", "a", "1")));
    write(folder, "secret.yaml", b"password: hunter2: x\n");
    let outcome = format!("{:?}", setting(folder, "secret.yaml", "password", "1"));
    assert!(!outcome.contains("hunter2"), "{outcome}");
    let large = format!("{{\"a\": \"{}\"}}", "x".repeat(1_100_000));
    write(folder, "large.json", large.as_bytes());
    assert_eq!(setting(folder, "large.json", "a", "1").result, Err(Fault::TooLarge));
}

fn search(repo: &Path, paths: &[&str], text_of: &str, when: Option<&str>) -> Outcome {
    seen(&What::Search {
        repo: text(repo),
        paths: paths.iter().map(|it| (*it).to_owned()).collect(),
        text: text_of.to_owned(),
        when: when.map(str::to_owned),
    })
}

#[track_caller]
fn searched(outcome: Outcome) -> Searched {
    match outcome.result {
        Ok(Seen::Searched(searched)) => searched,
        other => panic!("{other:?}: {}", outcome.note),
    }
}

fn places(seen: &Searched) -> Vec<String> {
    seen.spots.iter().map(|it| format!("{}:{}", it.path, it.line)).collect()
}

#[test]
fn searches_of_what_git_knows() {
    if !has("git") {
        println!("skipped: git is not installed");
        return;
    }
    let folder = open_folder();
    let root = folder.path();
    make(root, "src/app.js", "// console.log\nstart();\n/* x */ console.log(1); console.log(2)\n");
    make(root, "src/other.js", "const url = 'https://a.test'; // console.log\n");
    make(root, "test/app.test.js", "console.log(3)\n");
    make(root, "README.md", "no console.log\n");
    make(root, "checklist.md", "- [ ] no console.log\n");
    make(root, "holdpoint.lock", "forbid = \"console.log\"\n");
    make(root, "vendor/lib.js", "console.log(4)\n");
    make(root, "static/lib.min.js", "console.log(5)\n");
    make(root, "static/long.js", &format!("console.log(6);{}\n", "x".repeat(6_000)));
    make(root, "bin/tool.dat", "\0console.log\n");
    make(root, "sub/tree.cobol", "console.log\n");
    symlink("app.js", root.join("src/link.js")).unwrap();
    prepare(root, &["git", "init", "-q"]);
    prepare(root, &["git", "add", "."]);
    prepare(root, &["git", "-c", "user.name=a", "-c", "user.email=a@b.test", "commit", "-qm", "x"]);
    make(root, "src/new.js", "console.log(7)\n");
    let all = searched(search(root, &[], "console.log", None));
    assert!(all.tracked && !all.truncated && all.unread.is_empty());
    assert_eq!(
        places(&all),
        [
            "src/app.js:3",
            "sub/tree.cobol:1",
            "test/app.test.js:1",
            "src/app.js:1",
            "src/other.js:1"
        ]
    );
    let comments: Vec<Option<bool>> = all.spots.iter().map(|it| it.comment).collect();
    assert_eq!(comments, [Some(false), None, Some(false), Some(true), Some(true)]);
    let left: Vec<&str> = all.left_out.keys().map(String::as_str).collect();
    for word in ["vendored", "minified", "documentation", "binary", "links", "holdpoint"] {
        assert!(left.iter().any(|it| it.contains(word)), "{word}: {left:?}");
    }
    assert_eq!((all.files, all.changed), (4, 0));
    make(root, "src/app.js", "start();\n");
    let src = searched(search(root, &["src"], "console.log", None));
    assert_eq!((places(&src), src.changed), (vec!["src/other.js:1".to_owned()], 1));
    let untracked = searched(search(root, &["src/new.js"], "console.log", None));
    assert_eq!((untracked.untracked.len(), untracked.spots.len()), (1, 1));
    let named = searched(search(root, &["static/lib.min.js", "vendor"], "console.log", None));
    assert_eq!(named.files, 2);
    let none = searched(search(root, &["lib", "src/*.ts"], "console.log", None));
    assert_eq!((none.files, none.empty.len()), (0, 2));
    let expression = searched(search(root, &["*.js"], "re:^start\\(\\);$", None));
    assert_eq!(places(&expression), ["src/app.js:1"]);
    let when = searched(search(root, &["src"], "url", Some("https://")));
    assert_eq!((when.fitting, when.lacking.len(), when.spots.len()), (1, 0, 1));
    let lacking = searched(search(root, &["src"], "re:nothing", Some("https://")));
    assert_eq!(lacking.lacking, ["src/other.js"]);
    std::fs::remove_file(root.join("src/other.js")).unwrap();
    let gone = searched(search(root, &["src"], "url", None));
    assert!(gone.spots.is_empty() && gone.left_out.keys().any(|it| it.contains("deleted")));
}

#[test]
fn searches_without_a_repository_and_bad_ones() {
    let folder = open_folder();
    let root = folder.path();
    make(root, "src/a.py", "import os\n\"\"\"print()\"\"\"\nprint()\n");
    make(root, "node_modules/a.py", "print()\n");
    let seen = searched(search(root, &[], "print(", None));
    assert!(!seen.tracked);
    assert_eq!(places(&seen), ["src/a.py:3", "src/a.py:2"]);
    assert!(absent(&search(&root.join("gone"), &[], "x", None)));
    for bad in ["re:(", "re:a*", "re:(a{1000}){1000}"] {
        assert_eq!(search(root, &[], bad, None).result, Err(Fault::Unsupported), "{bad}");
    }
    assert_eq!(search(root, &["../x"], "x", None).result, Err(Fault::Unsupported));
    make(root, "src/crlf.js", "eval(1)\r\nx\r\n");
    let crlf = searched(search(root, &["src"], "re:eval\\(1\\)$", None));
    assert_eq!(places(&crlf), ["src/crlf.js:1"]);
    std::fs::write(root.join("src/latin.js"), b"caf\xe9()\n").unwrap();
    let latin = searched(search(root, &["src/latin.js"], "é", None));
    assert!(latin.files == 0 && latin.left_out.keys().any(|it| it.contains("encoding")));
    // Time in step with the file, whatever the expression.
    make(root, "src/evil.py", &"a".repeat(200_000));
    let evil = searched(search(root, &["src"], "re:(a|a)*b(a|aa)+c", None));
    assert!(evil.spots.is_empty());
}
