//! Machines and folders that are only proposed: who is the server, somebody has to say.

use holdpoint_document::Form;

use crate::{facts::Fact, found::Repository, paper::Paper, place::Place, read::workflow::machine};

pub(super) fn facts(all: &Repository, papers: &[Paper<'_>], into: &mut Vec<Fact>) {
    let mut machines: Vec<(String, Place)> = all.machines.clone();
    for paper in papers {
        for line in &paper.document.lines {
            if matches!(line.form, Form::Command { .. } | Form::Box(_) | Form::Item)
                && let Some(found) = machine(&line.text.replace('`', " "))
            {
                machines.push((found, paper.at(line.number)));
            }
        }
    }
    let remark = "a command reaches this machine; take it if it is the server";
    propose("target.host.ssh", machines, remark, into);

    let named = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.contains("backup") && (name.ends_with("dir") || name.ends_with("path"))
    };
    let mut folders: Vec<(String, Place)> = Vec::new();
    for file in &all.variables {
        let names = file.names.iter().filter(|(name, _)| named(name));
        folders.extend(
            names.map(|(name, line)| (format!("env:{name}"), Place::new(&file.file, *line))),
        );
    }
    for service in all.services.iter().filter(|it| it.environment.is_empty()) {
        let mounts = service.mounts.iter().filter(|it| it.0.to_lowercase().contains("backup"));
        folders.extend(mounts.cloned());
    }
    let remark = "a folder of the server; take it where holdpoint can read it";
    propose("target.files.path", folders, remark, into);
}

fn propose(path: &str, found: Vec<(String, Place)>, remark: &str, into: &mut Vec<Fact>) {
    let mut found = found.into_iter();
    let Some((value, origin)) = found.next() else { return };
    let mut others: Vec<(String, Place)> = Vec::new();
    for (other, at) in found {
        if other != value && others.iter().all(|it| it.0 != other) {
            others.push((other, at));
        }
    }
    let (path, remark) = (path.to_owned(), remark.to_owned());
    into.push(Fact { path, value, origin, sure: false, remark, others });
}
