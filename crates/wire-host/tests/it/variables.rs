//! Variables are told by facts, never by their values.

use std::process::{Command, Stdio};

use holdpoint_model::{
    ask::{Host, Source, What},
    fault::Fault,
    seen::{Seen, Variables},
};

use crate::{absent, has, open_folder, prepare, seen, shells, text, write};

const SECRET: &str = "c4nary-9fQ2xLwZ7";

fn asked(on: Host, source: Source) -> What {
    What::Variables { on, source, template: None, names: vec![], compare: vec![], history: None }
}

#[track_caller]
fn facts(what: &What) -> Variables {
    let outcome = seen(what);
    let Ok(Seen::Variables(variables)) = outcome.result else {
        panic!("{:?} {}", outcome.result, outcome.note)
    };
    assert!(!format!("{variables:?}").contains(SECRET), "a value got out");
    variables
}

#[test]
fn files_on_both_ports() {
    let folder = open_folder();
    let content =
        format!("A_SECRET={SECRET}\nexport B='{SECRET}'\nC=x # y\nbad line\nPORT=8080\nC=z\n");
    let env = write(folder.path(), ".env", content.as_bytes());
    let template = write(folder.path(), ".env.example", b"A_SECRET=change-me\nPORT=8080\n");
    let what = |on: Host| What::Variables {
        on,
        source: Source::File(text(&env)),
        template: Some(text(&template)),
        names: vec!["PORT".to_owned()],
        compare: vec![("PORT".to_owned(), "8080".to_owned())],
        history: None,
    };
    let here = facts(&what(Host::Here));
    assert_eq!(here.facts.len(), 4, "names do not hide the others");
    assert_eq!(here.facts["A_SECRET"].same_as, ["B"]);
    assert_eq!(here.facts["A_SECRET"].same_as_template, Some(false));
    assert_eq!(here.facts["PORT"].same_as_template, Some(true));
    assert_eq!(here.facts["PORT"].equals, ["8080"]);
    assert_eq!(
        (here.malformed.as_slice(), here.duplicates.as_slice()),
        (&[4][..], &["C".to_owned()][..])
    );
    assert!(here.not_compared.is_empty());
    for host in shells() {
        assert_eq!(facts(&what(host)), here);
    }
}

#[test]
fn templates_that_are_not_there_are_named() {
    let folder = open_folder();
    let env = write(folder.path(), ".env", b"A=1\n");
    let mut what = asked(Host::Here, Source::File(text(&env)));
    if let What::Variables { template, .. } = &mut what {
        *template = Some(text(&folder.path().join("missing")));
    }
    let variables = facts(&what);
    assert_eq!(variables.not_compared, ["template"]);
    assert_eq!(variables.facts["A"].same_as_template, None);
    let missing = Source::File(text(&folder.path().join("missing")));
    assert!(absent(&seen(&asked(Host::Here, missing))));
    let large = write(folder.path(), "large", &vec![b'#'; 2_000_000]);
    let outcome = seen(&asked(Host::Here, Source::File(text(&large))));
    assert_eq!(outcome.result, Err(Fault::TooLarge));
}

#[test]
fn processes() {
    let mut child = Command::new("sleep")
        .arg("60")
        .env_clear()
        .env("A_SECRET", SECRET)
        .env("QUOTED", "\"False\"")
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut hosts = shells();
    hosts.push(Host::Here);
    for on in hosts {
        let variables = facts(&asked(on.clone(), Source::Process(child.id())));
        assert_eq!(variables.facts.keys().collect::<Vec<_>>(), ["A_SECRET", "QUOTED"]);
        assert_eq!(variables.facts["QUOTED"].oddity.as_deref(), Some("quotes around the value"));
        assert!(absent(&seen(&asked(on, Source::Process(4_194_305)))));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let root = Host::Root("/".to_owned());
    let outcome = seen(&asked(root, Source::Process(1)));
    assert_eq!(outcome.result, Err(Fault::Unsupported));
}

fn in_history(folder: &std::path::Path, repository: &str) -> Variables {
    let content = format!("OLD={SECRET}\nNEW=never-seen-3Xq8\nSHORT=x\nMULTI=\"one\n{SECRET}\"\n");
    let env = write(folder, "search.env", content.as_bytes());
    let mut what = asked(Host::Here, Source::File(text(&env)));
    if let What::Variables { history, .. } = &mut what {
        *history = Some(repository.to_owned());
    }
    facts(&what)
}

#[test]
fn histories_are_searched() {
    if !has("git") {
        println!("skipped: git is not installed");
        return;
    }
    let outer = open_folder();
    let folder = outer.path().join("repo");
    std::fs::create_dir(&folder).unwrap();
    let git = |words: &[&str]| {
        let mut argv = vec!["git", "-c", "user.name=a", "-c", "user.email=a@b.io"];
        argv.extend(words);
        prepare(&folder, &argv);
    };
    git(&["init", "-q", "-b", "main"]);
    write(&folder, "config", b"nothing");
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    write(&folder, "config", format!("padding {SECRET} padding").as_bytes());
    git(&["commit", "-q", "-a", "-m", "second"]);
    write(&folder, "config", b"nothing again");
    git(&["commit", "-q", "-a", "-m", "third"]);
    git(&["gc", "-q"]);
    let seen = in_history(outer.path(), &text(&folder));
    assert_eq!(seen.facts["OLD"].in_history, Some(true));
    assert_eq!(seen.facts["NEW"].in_history, Some(false));
    assert_eq!(seen.facts["SHORT"].in_history, None, "too short to prove anything");
    assert!(seen.not_compared.is_empty());
    // A clone without depth cannot prove absence.
    let shallow = outer.path().join("shallow");
    let source = format!("file://{}", text(&folder));
    prepare(outer.path(), &["git", "clone", "-q", "--depth", "1", &source, "shallow"]);
    let seen = in_history(outer.path(), &text(&shallow));
    assert_eq!(seen.facts["OLD"].in_history, None);
    assert_eq!(seen.not_compared, ["git history"]);
    let seen = in_history(outer.path(), &text(&outer.path().join("no such folder")));
    assert_eq!(seen.facts["OLD"].in_history, None);
    assert_eq!(seen.not_compared, ["git history"]);
    // A repository with an object gone.
    prepare(
        &folder,
        &[
            "sh",
            "-c",
            "git unpack-objects -q < .git/objects/pack/*.pack || true; mv .git/objects/pack/*.pack ..; rm -f .git/objects/pack/*; git unpack-objects -q < ../*.pack; blob=$(git rev-parse HEAD~1:config); rm -f .git/objects/$(echo $blob | cut -c1-2)/$(echo $blob | cut -c3-)",
        ],
    );
    let seen = in_history(outer.path(), &text(&folder));
    assert_eq!(seen.facts["NEW"].in_history, None);
    assert_eq!(seen.not_compared, ["git history"]);
}
