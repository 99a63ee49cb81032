//! Repositories, asked through git.

use std::path::Path;

use holdpoint_model::{
    ask::{GitAsk, What},
    fault::Fault,
    seen::{Git, Seen},
};

use crate::{absent, has, open_folder, prepare, seen, text, write};

fn git(folder: &Path, words: &[&str]) {
    let mut argv = vec!["git", "-c", "user.name=a", "-c", "user.email=a@b.io"];
    argv.extend(words);
    prepare(folder, &argv);
}

fn ask(folder: &Path, ask: GitAsk) -> Result<Seen, Fault> {
    seen(&What::Git { repo: text(folder), ask }).result
}

fn path(folder: &Path, name: &str) -> (bool, bool, bool) {
    match ask(folder, GitAsk::Path(name.to_owned())) {
        Ok(Seen::Git(Git::Path { tracked, ignored, in_history })) => (tracked, ignored, in_history),
        other => panic!("{name}: {other:?}"),
    }
}

fn repository() -> Option<tempfile::TempDir> {
    if !has("git") {
        println!("skipped: git is not installed");
        return None;
    }
    let folder = open_folder();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    Some(folder)
}

#[test]
fn heads() {
    let Some(folder) = repository() else { return };
    let folder = folder.path();
    assert_eq!(ask(folder, GitAsk::Head), Ok(Seen::Absent), "no commit yet");
    write(folder, "a", b"1");
    git(folder, &["add", "a"]);
    git(folder, &["commit", "-q", "-m", "one"]);
    let head = || match ask(folder, GitAsk::Head) {
        Ok(Seen::Git(Git::Head { commit, branch, clean })) => (commit, branch, clean),
        other => panic!("{other:?}"),
    };
    let (commit, branch, clean) = head();
    assert_eq!((commit.len(), branch.as_deref(), clean), (40, Some("main"), true));
    git(folder, &["config", "status.showUntrackedFiles", "no"]);
    write(folder, "untracked", b"");
    assert!(!head().2);
    std::fs::remove_file(folder.join("untracked")).unwrap();
    git(folder, &["checkout", "-q", "--detach"]);
    assert_eq!(head().1, None);
    write(folder, "a", b"2");
    assert!(!head().2);
}

#[test]
fn tags() {
    let Some(folder) = repository() else { return };
    let folder = folder.path();
    for number in ["1", "2"] {
        write(folder, "a", number.as_bytes());
        git(folder, &["add", "a"]);
        git(folder, &["commit", "-q", "-m", number]);
    }
    git(folder, &["tag", "light", "HEAD~1"]);
    git(folder, &["tag", "-a", "-m", "x", "annotated"]);
    git(
        folder,
        &[
            "tag",
            "-a",
            "-m",
            "x\n-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----",
            "signed",
        ],
    );
    let tag = |name: &str| ask(folder, GitAsk::Tag(name.to_owned()));
    let Ok(Seen::Git(Git::Tag { commit: annotated, signed: false })) = tag("annotated") else {
        panic!()
    };
    let Ok(Seen::Git(Git::Tag { commit: light, signed: false })) = tag("light") else { panic!() };
    assert_ne!(annotated, light);
    assert!(matches!(tag("signed"), Ok(Seen::Git(Git::Tag { signed: true, .. }))));
    for name in [
        "missing",
        "annotated^",
        "annotated~1",
        "annotated^{tree}",
        "--help",
        "",
        "a b",
        "../heads/main",
        "@{-1}",
    ] {
        assert_eq!(tag(name), Ok(Seen::Absent), "{name}");
    }
}

#[test]
fn paths_that_must_not_be_in_it() {
    let Some(folder) = repository() else { return };
    let folder = folder.path();
    write(folder, ".env", b"A=1");
    write(folder, "old", b"A=1");
    git(folder, &["add", "."]);
    git(folder, &["commit", "-q", "-m", "oops"]);
    write(folder, ".gitignore", b".env\n/local\n*.key\n!good.key\n");
    write(folder, ".git/info/exclude", b"only-here\n");
    git(folder, &["rm", "-q", "--cached", "old"]);
    git(folder, &["add", ".gitignore"]);
    git(folder, &["commit", "-q", "-m", "ignore"]);
    assert_eq!(path(folder, ".env"), (true, true, true), "ignored, but tracked all the same");
    assert_eq!(path(folder, "old"), (false, false, true), "gone, but not from the history");
    assert_eq!(path(folder, "local"), (false, true, false));
    assert_eq!(path(folder, "a.key"), (false, true, false));
    assert_eq!(path(folder, "good.key"), (false, false, false));
    assert_eq!(path(folder, "only-here"), (false, false, false), "only this clone knows");
    assert_eq!(path(folder, "*"), (false, false, false), "no pattern");
    assert_eq!(path(folder, ":/"), (false, false, false), "no pathspec");
    assert_eq!(path(folder, "--all"), (false, false, false), "no option");
    let outcome = ask(folder, GitAsk::Path("../outside".to_owned()));
    assert_eq!(outcome, Err(Fault::Garbled));
}

#[test]
fn merges() {
    let Some(folder) = repository() else { return };
    let folder = folder.path();
    write(folder, "a", b"1");
    git(folder, &["add", "."]);
    git(folder, &["commit", "-q", "-m", "1"]);
    git(folder, &["branch", "release"]);
    git(folder, &["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let merged = |branch: &str| ask(folder, GitAsk::MergedInto(branch.to_owned()));
    for branch in ["main", "release", "origin/main", "refs/remotes/origin/main"] {
        assert_eq!(merged(branch), Ok(Seen::Git(Git::Merged(true))), "{branch}");
    }
    git(folder, &["commit", "-q", "--allow-empty", "-m", "2"]);
    assert_eq!(merged("origin/main"), Ok(Seen::Git(Git::Merged(false))));
    for branch in ["missing", "HEAD~1", "-x", "main^"] {
        assert_eq!(merged(branch), Ok(Seen::Absent), "{branch}");
    }
}

#[test]
fn what_is_no_repository_or_only_half_of_one() {
    let Some(folder) = repository() else { return };
    let outside = open_folder();
    let no = What::Git { repo: text(outside.path()), ask: GitAsk::Head };
    assert!(absent(&seen(&no)));
    let no = What::Git { repo: text(&outside.path().join("missing")), ask: GitAsk::Head };
    assert!(absent(&seen(&no)));
    let path = folder.path();
    for number in ["1", "2"] {
        write(path, number, number.as_bytes());
        git(path, &["add", "."]);
        git(path, &["commit", "-q", "-m", number]);
    }
    git(path, &["rm", "-q", "1"]);
    git(path, &["commit", "-q", "-m", "3"]);
    let source = format!("file://{}", text(path));
    prepare(outside.path(), &["git", "clone", "-q", "--depth", "1", &source, "shallow"]);
    let shallow = outside.path().join("shallow");
    assert_eq!(ask(&shallow, GitAsk::Path("1".to_owned())), Err(Fault::Unsupported));
}

/// A repository must not make us run its own programs.
#[test]
fn nothing_of_the_repository_runs() {
    let Some(folder) = repository() else { return };
    let folder = folder.path();
    let ran = folder.join("ran");
    let script = write(folder, "evil.sh", format!("#!/bin/sh\ntouch {}\n", text(&ran)).as_bytes());
    prepare(folder, &["chmod", "755", "evil.sh"]);
    git(folder, &["add", "."]);
    git(folder, &["commit", "-q", "-m", "1"]);
    for key in ["core.fsmonitor", "core.pager", "gpg.program", "core.sshCommand", "diff.external"] {
        git(folder, &["config", key, &text(&script)]);
    }
    git(folder, &["-c", "core.fsmonitor=false", "tag", "t"]);
    if ran.exists() {
        std::fs::remove_file(&ran).unwrap();
    }
    for question in [
        GitAsk::Head,
        GitAsk::Tag("t".to_owned()),
        GitAsk::Path("evil.sh".to_owned()),
        GitAsk::MergedInto("main".to_owned()),
    ] {
        assert!(ask(folder, question).is_ok());
    }
    assert!(!ran.exists());
}
