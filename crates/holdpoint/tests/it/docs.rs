//! Every example of the pages is tried: settings are read, checklists are planned, commands exist.

use std::path::{Path, PathBuf};

use crate::common::Place;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Pages written by hand, with their text: whatever lies in `docs` is one, but for what is generated,
/// decided, or an example of a checklist.
fn pages() -> Vec<(String, String)> {
    let mut names = vec![String::from("README.md"), String::from("CONTRIBUTING.md")];
    for folder in ["docs", "docs/guides"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                names.push(format!("{folder}/{name}"));
            }
        }
    }
    names.sort();
    assert!(15 <= names.len(), "{names:?}");
    names
        .iter()
        .map(|name| (name.clone(), std::fs::read_to_string(root().join(name)).unwrap()))
        .collect()
}

/// Fenced blocks of a page with the words behind their marks.
fn fences(text: &str) -> Vec<(String, String)> {
    let mut fences = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), open.as_mut()) {
            (Some(info), None) => open = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => fences.extend(open.take()),
            (None, Some((_, body))) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) => {}
        }
    }
    fences
}

#[test]
fn settings_of_the_pages_are_read() {
    let mut tried = 0;
    for (page, text) in pages() {
        for (info, body) in fences(&text) {
            if info != "toml" {
                continue;
            }
            tried += 1;
            let place = Place::new();
            place.write("holdpoint.toml", &body);
            place.write("list.md", "# T\n\n## Pre-Deployment\n\n- [ ] Certificates are fine\n");
            let said = place.run(&["plan", "list.md"]);
            assert_eq!(said.code, Some(0), "{page}:\n{body}\n{}", said.err);
        }
    }
    assert!(3 <= tried);
}

#[test]
fn checklists_of_the_pages_bind() {
    let mut tried = 0;
    for (page, text) in pages() {
        for (info, body) in fences(&text) {
            if info != "markdown" {
                continue;
            }
            tried += 1;
            let place = Place::new();
            place.write("list.md", &body);
            let (code, plan) = place.json(&["plan", "list.md", "--format", "json"]);
            assert_eq!(code, Some(0), "{page}");
            for line in plan["lines"].as_array().unwrap() {
                assert_eq!(line["state"], "bound", "{page}: {line:#}");
            }
        }
    }
    assert!(1 <= tried);
}

#[test]
fn the_example_of_every_check_binds_to_it() {
    let place = Place::new();
    let page = std::fs::read_to_string(root().join("docs/reference/checks.md")).unwrap();
    let mut id = String::new();
    let (mut tried, mut wrong) = (0, Vec::new());
    for line in page.lines() {
        if let Some(head) = line.strip_prefix("## ") {
            head.split(':').next().unwrap().clone_into(&mut id);
        }
        if !line.starts_with("- [ ] ") {
            continue;
        }
        tried += 1;
        place.write("list.md", format!("# T\n\n## Pre-Deployment\n\n{line}\n"));
        let (_, plan) = place.json(&["plan", "list.md", "--no-lock", "--format", "json"]);
        let bound = &plan["lines"][0];
        if bound["state"] != "bound" || bound["checks"][0]["id"] != id.as_str() {
            wrong
                .push(format!("{id}: `{line}` is {} {}", bound["state"], bound["checks"][0]["id"]));
        }
    }
    assert!(14 <= tried);
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn commands_of_the_pages_exist_with_their_flags() {
    let place = Place::new();
    let mut tried = 0;
    for (page, text) in pages() {
        let bodies: Vec<String> = fences(&text)
            .into_iter()
            .filter(|(info, _)| info.is_empty())
            .map(|(_, body)| body)
            .collect();
        let bodies = bodies.concat();
        for command in bodies.lines().filter_map(|line| line.trim().strip_prefix("holdpoint ")) {
            let words: Vec<&str> = command.split("  ").next().unwrap().split_whitespace().collect();
            let subs: Vec<&str> = words
                .iter()
                .copied()
                .take_while(|it| it.chars().all(|c| c.is_ascii_lowercase()))
                .collect();
            let Some(first) = subs.first() else { continue };
            let sub: &[&str] =
                if *first == "record" { subs.get(..2).unwrap_or(&subs) } else { &subs[..1] };
            tried += 1;
            let help = place.run(&[sub, &["--help"]].concat());
            assert_eq!(help.code, Some(0), "{page}: holdpoint {command}");
            for flag in words.iter().filter(|it| it.starts_with("--")) {
                assert!(help.out.contains(flag), "{page}: `{flag}` of `holdpoint {command}`");
            }
        }
    }
    assert!(10 <= tried, "{tried}");
}

#[test]
fn plans_of_the_pages_are_what_the_program_says() {
    let example = std::fs::read_to_string(root().join("docs/examples/RELEASE.md")).unwrap();
    let mut tried = 0;
    for (page, text) in pages() {
        for (info, body) in fences(&text) {
            let Some(flags) = info.strip_prefix("plan") else { continue };
            tried += 1;
            let place = Place::new();
            place.write("RELEASE.md", &example);
            let flags: Vec<&str> = flags.split_whitespace().collect();
            let said = place.run(&[&["plan", "RELEASE.md"], flags.as_slice()].concat());
            assert_eq!(said.code, Some(0), "{page}: {}", said.err);
            // How long it took is not part of the example.
            let out: Vec<&str> =
                said.out.lines().map(|line| line.split(" lines · ").next().unwrap()).collect();
            for line in body.lines() {
                let line = line.strip_suffix(" lines").unwrap_or(line);
                assert!(out.contains(&line), "{page}: {line}\n{}", said.out);
            }
        }
    }
    assert!(2 <= tried);
}
