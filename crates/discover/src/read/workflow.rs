//! Pipelines: their names, the environments they deploy to, the machines they reach by ssh.

use crate::{found::Repository, place::Place, yaml};

/// Reads a workflow of GitHub.
pub(crate) fn read(file: &str, text: &str, into: &mut Repository) -> Option<()> {
    for document in &yaml::documents(text)? {
        let name = document.text_at(&["name"]).unwrap_or("unnamed");
        let mut environments = Vec::new();
        for job in document.entries_at(&["jobs"]) {
            let declared = job.node.get("environment");
            let named = declared.and_then(|it| it.text().or_else(|| it.text_at(&["name"])));
            environments.extend(named.filter(|it| !it.contains('$')));
        }
        pipeline(file, name, &environments, into);
    }
    machines(file, text, into);
    Some(())
}

/// Reads the pipeline of GitLab.
pub(crate) fn gitlab(file: &str, text: &str, into: &mut Repository) -> Option<()> {
    for document in &yaml::documents(text)? {
        let mut environments = Vec::new();
        for job in document.entries() {
            let declared = job.node.get("environment");
            let named = declared.and_then(|it| it.text().or_else(|| it.text_at(&["name"])));
            environments.extend(named.filter(|it| !it.contains('$')));
        }
        pipeline(file, "GitLab", &environments, into);
    }
    machines(file, text, into);
    Some(())
}

fn pipeline(file: &str, name: &str, environments: &[&str], into: &mut Repository) {
    let to = if environments.is_empty() {
        String::new()
    } else {
        format!(" deploys to {}", environments.join(", "))
    };
    into.notes.push((format!("pipeline {name}{to}"), Place::new(file, 1)));
}

/// `ssh deploy@host` in a script.
fn machines(file: &str, text: &str, into: &mut Repository) {
    for (at, line) in text.lines().enumerate() {
        into.machines.extend(machine(line).map(|it| (it, Place::new(file, at + 1))));
    }
}

/// The machine that a command reaches by ssh.
pub(crate) fn machine(command: &str) -> Option<String> {
    let mut words = command.split_whitespace().skip_while(|word| !word.ends_with("ssh")).skip(1);
    let good = |word: &str| {
        let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '@');
        let (user, host) = word.split_once('@')?;
        let whole = !user.is_empty() && word.chars().all(letters);
        (whole && crate::names::public_host(host)).then(|| word.to_owned())
    };
    words.find_map(|word| good(word.trim_matches(['"', '\''])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_environments_and_machines() {
        let text = "name: Deploy\non: push\njobs:\n  a:\n    environment: production\n    steps:\n      - \
                    run: ssh -i key deploy@shop.acme.dev './up.sh'\n  b:\n    environment:\n      name: staging\n";
        let mut all = Repository::default();
        read(".github/workflows/d.yml", text, &mut all).unwrap();
        assert_eq!(all.notes[0].0, "pipeline Deploy deploys to production, staging");
        assert_eq!(all.machines[0].0, "deploy@shop.acme.dev");
        assert_eq!(all.machines[0].1.line, 7);
        assert_eq!(machine("ssh user@<host>"), None);
        assert_eq!(machine("ssh user@your-server.com"), None);
    }
}
