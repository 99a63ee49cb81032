//! Settings, checklist and catalog: what is declared, what is missing, and what that leaves to look
//! with.

use std::{collections::BTreeMap, path::Path};

use holdpoint_bind::{
    plan::{Inputs, plan},
    settings::Settings,
};
use holdpoint_checks::{find, heads::heads};
use holdpoint_document::parse;
use holdpoint_model::line::{Binding, Form};
use holdpoint_report::style::Style;

use super::{Family, Finding, Level};
use crate::{
    args::{Common, DoctorArgs},
    commands::catalog::looks,
    exit::Stop,
    project::Project,
    settings::Loaded,
};

const AREA: &str = "this project";

/// Settings that could be read, and what was found on the way.
pub(crate) struct Opened {
    pub(crate) settings: Settings,
    pub(crate) findings: Vec<Finding>,
}

pub(crate) fn open(args: &DoctorArgs, common: &Common) -> Opened {
    // What is told of a place goes into JSON too: no colour, whatever the screen.
    let style = Style { color: false, ascii: true, width: 100 };
    let environment = args.env.as_deref();
    let named = common.config.as_deref();
    let shown = named.unwrap_or_else(|| Path::new("holdpoint.toml")).display().to_string();
    let mut findings = Vec::new();
    let loaded = match Loaded::read(named, environment, style) {
        Ok(loaded) => loaded,
        Err(stop) => {
            findings.push(stopped("settings", &stop, &format!("mend {shown}")));
            return Opened { settings: Settings::empty(&shown), findings };
        }
    };
    let settings = loaded.settings.clone();
    findings.push(declared(&settings, &shown));
    findings.extend(vantages(&settings));
    if let Some(path) = &args.document {
        match Project::open(path, loaded, environment, true, style) {
            Ok(project) => {
                findings.extend(checklist(&project));
                let settings = project.settings.clone();
                return Opened { settings, findings };
            }
            Err(stop) => {
                findings.push(stopped("checklist", &stop, &format!("see {}", path.display())));
            }
        }
    }
    Opened { settings, findings }
}

/// What would end a command, as a finding: the first line, and the place below it.
fn stopped(name: &str, stop: &Stop, remedy: &str) -> Finding {
    let (first, rest) = stop.message.split_once('\n').unwrap_or((&stop.message, ""));
    let finding = Finding::new(AREA, name, Level::Stops, first).remedy(remedy);
    if rest.trim().is_empty() { finding } else { finding.detail(rest) }
}

fn declared(settings: &Settings, shown: &str) -> Finding {
    if settings.text.is_empty() {
        return Finding::new(AREA, "settings", Level::Note, format!("no {shown} in this folder"))
            .remedy("`holdpoint init` writes one from what the files here say");
    }
    let targets: Vec<&str> = settings.targets.keys().map(String::as_str).collect();
    let targets = if targets.is_empty() {
        String::from("no target is declared")
    } else {
        format!("targets {}", targets.join(", "))
    };
    Finding::new(AREA, "settings", Level::Fine, format!("{shown}: {targets}"))
}

/// Ways to look that this version does not know.
fn vantages(settings: &Settings) -> impl Iterator<Item = Finding> + '_ {
    let blind = settings.vantages.iter().filter(|(_, it)| it.proxy.is_some());
    blind.map(|(name, _)| {
        let says = format!("vantage.{name} is declared by `proxy`: this version cannot look there");
        Finding::new(AREA, "vantage", Level::Warning, says).remedy("declare it by `ssh` or `netns`")
    })
}

fn checklist(project: &Project) -> Vec<Finding> {
    let plan = project.plan();
    let path = &plan.document.path;
    let mut all = Vec::new();
    let count = |state| plan.lines.iter().filter(|line| line.state == state).count();
    let (unclear, choice) = (count(Binding::Unbound), count(Binding::Choice));
    let says = format!(
        "{path}: {} lines, {} understood, {} asked of people, {} to choose, {} not understood",
        plan.lines.len(),
        count(Binding::Bound),
        count(Binding::Asked),
        choice,
        unclear
    );
    let level = if unclear + choice == 0 { Level::Fine } else { Level::Note };
    let finding = Finding::new(AREA, "checklist", level, says);
    all.push(if level == Level::Fine {
        finding
    } else {
        finding.remedy(format!("`holdpoint plan {path} --ask`"))
    });
    all.push(lock(project));
    all.extend(missing(project));
    let looks = plan.lines.iter().filter(|line| line.gated && line.state == Binding::Bound);
    let check = |id: &str| heads().iter().any(|it| it.id == id && it.form == Form::Check);
    let blind = looks
        .filter(|line| line.checks.iter().any(|it| check(&it.id) && find(&it.id).is_none()))
        .count();
    if 0 < blind {
        let lines = if blind == 1 { "line" } else { "lines" };
        let says = format!("{blind} gated {lines} bind checks that this version cannot look with");
        all.push(
            Finding::new(AREA, "beyond us", Level::Note, says)
                .remedy("they stay unknown: look by hand, or say `--not-applicable` with a reason"),
        );
    }
    all
}

fn lock(project: &Project) -> Finding {
    let shown = project.lock_path.display();
    let path = &project.plan().document.path;
    if !project.locked {
        let says = format!("no {shown} yet; the first run writes it");
        return Finding::new(AREA, "lock", Level::Fine, says);
    }
    match project.planned.changes.len() {
        0 => Finding::new(AREA, "lock", Level::Fine, format!("{shown} pins this very document")),
        count => {
            let changes = if count == 1 { "place" } else { "places" };
            let says = format!("{shown} pins another document: {count} {changes} differ");
            Finding::new(AREA, "lock", Level::Stops, says)
                .remedy(format!("look at the changes, then run `holdpoint plan {path}`"))
        }
    }
}

/// What lines of the checklist wait for, the declaration that helps most of them first.
fn missing(project: &Project) -> Option<Finding> {
    let mut needs: BTreeMap<&str, usize> = BTreeMap::new();
    for need in project.plan().lines.iter().flat_map(|line| &line.needs) {
        *needs.entry(need).or_default() += 1;
    }
    let (need, lines) =
        needs.iter().max_by_key(|(need, lines)| (**lines, std::cmp::Reverse(*need)))?;
    let one = needs.len() == 1;
    let says = format!(
        "{} {} missing; `{need}` alone keeps {lines} {} unknown",
        needs.len(),
        if one { "declaration is" } else { "declarations are" },
        if *lines == 1 { "line" } else { "lines" }
    );
    let finding = Finding::new(AREA, "declarations", Level::Warning, says);
    Some(finding.remedy(format!("`holdpoint plan {}` lists them", project.plan().document.path)))
}

/// Every entry of the catalog; the checks as if a line claimed it, under these settings.
pub(crate) fn families(settings: &Settings) -> Vec<Family> {
    let checks: Vec<_> = heads().iter().filter(|head| head.form == Form::Check).collect();
    let line = |id: &str| format!("- [ ] It holds <!-- holdpoint: {id} -->\n");
    let text: String = checks.iter().map(|head| line(head.id)).collect();
    let document = parse(format!("# All\n\n## Before\n\n{text}").as_bytes());
    let settings = Settings { lines: Vec::new(), ..settings.clone() };
    let inputs = Inputs {
        document: &document,
        path: "-",
        settings: &settings,
        lock: None,
        environment: None,
    };
    let planned = plan(inputs);
    let mut families: BTreeMap<&str, Family> = BTreeMap::new();
    for (head, line) in checks.iter().zip(&planned.plan.lines) {
        let family = families
            .entry(head.family())
            .or_insert_with(|| Family { name: head.family(), ..Family::default() });
        // Parameters are the business of a line; targets and vantages are declared once.
        let undeclared = line.needs.iter().any(|need| !need.starts_with("line."));
        match (find(head.id), undeclared || line.state == Binding::Choice) {
            (None, _) => family.cannot += 1,
            (Some(_), true) => family.declare += 1,
            (Some(_), false) => family.works += 1,
        }
    }
    for head in heads().iter().filter(|head| head.form != Form::Check) {
        let family = families
            .entry(head.family())
            .or_insert_with(|| Family { name: head.family(), ..Family::default() });
        match looks(head.id) {
            Some(_) => family.cannot += 1,
            None => family.other += 1,
        }
    }
    families.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_declared_can_be_looked_at() {
        let count = |text: &str, of: fn(&Family) -> usize| {
            let settings = Settings::read(text, "holdpoint.toml").unwrap();
            families(&settings).iter().map(of).sum::<usize>()
        };
        let web = "[target.web]\nurl = \"https://shop.example\"\n";
        let (none, some) = (count("", |it| it.works), count(web, |it| it.works));
        assert!(0 < none, "claims about the repository need no target");
        let outside = "[vantage.here]\nhere = true\ncounts-as = [\"outside\", \"inside\"]\n";
        let all = count(&format!("{web}{outside}"), |it| it.works);
        assert!(none <= some && some < all, "{none} {some} {all}");
        // The same number as `checks` has.
        let every = |it: &Family| it.works + it.declare + it.cannot + it.other;
        assert_eq!(count("", every), heads().len());
        let total = |it: &Family| it.works + it.declare;
        assert_eq!(count("", total), count(web, total));
    }
}
