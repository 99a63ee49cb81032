//! `check`: one check, by hand. Nothing is written; this machine is the vantage the claim needs.

use std::{collections::BTreeMap, sync::Arc};

use holdpoint_bind::{
    nearest::{hint, listed},
    scope::ad_hoc,
};
use holdpoint_checks::{find, names};
use holdpoint_engine::{Line, Role, Slot, State};
use holdpoint_model::{
    ask::Vantage,
    event::{Digest, Event, Seq},
    line::{Binding, Impact, Severity, Side},
    look::Look,
    param::Complaint,
    verdict::Finding,
};
use holdpoint_report::{json, style::Style, terminal};
use holdpoint_runtime::{Budgets, Drive, Ended, Job, Journal, JournalError};

use crate::{
    args::{CheckArgs, Format},
    commands::catalog::known,
    exit::{Done, Exit, Stop},
    looking, out,
};

/// `holdpoint check`
pub(crate) fn check(args: &CheckArgs, config: &crate::settings::Loaded, style: Style) -> Done {
    let head = known(&args.id)?;
    let given = read_params(&args.params)?;
    let complaints = names::validate(head.id, &given);
    if !complaints.is_empty() {
        let said: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
        return Err(Stop::usage(said.join("\n")));
    }
    let (sides, allow) = (sides(args)?, allow(args)?);
    let (params, scope) = ad_hoc(head.id, &given, &config.settings, sides, allow, looking::now());
    let Some(check) = find(head.id) else {
        let finding = Finding::unknown(
            format!("this version cannot look with {}", head.id),
            "look by hand; `holdpoint checks` lists what this version looks with",
        );
        show(args.format, head.id, 0, &finding, &params, &BTreeMap::new(), &[], style);
        return Ok(Exit::Hold);
    };
    let defaults = defaults(check.specs(), &params);
    let job = Job { line: 0, nth: 0, check, scope, params: params.clone() };
    let (finding, looks) = look(job, config)?;
    show(args.format, head.id, check.revision(), &finding, &params, &defaults, &looks, style);
    Ok(finding.verdict.into())
}

/// Defaults that are applied because nobody said otherwise.
pub(crate) fn defaults(
    specs: &[holdpoint_model::param::Spec],
    given: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let missing = specs.iter().filter(|spec| !given.contains_key(spec.name));
    missing
        .filter_map(|spec| spec.default.map(|text| (spec.name.to_owned(), text.to_owned())))
        .collect()
}

/// `name=value`, or `name>=value` with the operator kept in the value.
fn read_params(words: &[String]) -> Result<BTreeMap<String, String>, Stop> {
    let mut given = BTreeMap::new();
    for word in words {
        let at = word.find(['=', '<', '>', '!', '≥', '≤']).ok_or_else(|| {
            // An unquoted `memory>=8GB` is a parameter and a file to the shell.
            Stop::usage(format!(
                "`{word}` has no value: write {word}=VALUE; a bound with `<` or `>` needs \
                     quotes, or the shell takes it: '{word}>=VALUE'"
            ))
        })?;
        let (name, rest) = word.split_at(at);
        let value = rest.strip_prefix('=').unwrap_or(rest);
        if name.is_empty() {
            return Err(Stop::usage(format!("`{word}` has no name: write name=value")));
        }
        if given.insert(name.to_owned(), value.to_owned()).is_some() {
            return Err(Stop::usage(format!("`{name}` is given twice")));
        }
    }
    Ok(given)
}

fn allow(args: &CheckArgs) -> Result<Option<Impact>, Stop> {
    let Some(word) = &args.allow else { return Ok(None) };
    let words: Vec<&str> = Impact::ALL.iter().map(|it| it.word()).collect();
    let wrong = || {
        let mut help = hint(word, words.iter().copied());
        if help.is_empty() {
            help = format!("there are {}", listed(&words).unwrap_or_default());
        }
        Stop::usage(format!("`--allow {word}` is no impact; {help}"))
    };
    Impact::read(word).map(Some).ok_or_else(wrong)
}

fn sides(args: &CheckArgs) -> Result<BTreeMap<Side, Vantage>, Stop> {
    let mut sides = BTreeMap::new();
    for pair in args.vantage.iter().flat_map(|text| text.split(',')) {
        let wrong = || {
            let mut help = hint(pair.split('=').next().unwrap_or(pair), ["outside", "inside"]);
            if help.is_empty() {
                help = String::from("write outside=NAME or inside=NAME");
            }
            Stop::usage(format!("`--vantage {pair}` names no side; {help}"))
        };
        let (side, name) = pair.split_once('=').ok_or_else(wrong)?;
        let side = Side::read(side.trim()).ok_or_else(wrong)?;
        sides.insert(side, Vantage(name.trim().to_owned()));
    }
    Ok(sides)
}

/// Keeps events in memory: what is typed by hand leaves no record.
#[derive(Default)]
struct Memory {
    count: u64,
}

impl Journal for Memory {
    fn append(
        &mut self,
        events: &[Event],
        _: &[(Digest, Vec<u8>)],
    ) -> Result<Vec<Seq>, JournalError> {
        let seqs = events.iter().map(|_| {
            self.count += 1;
            Seq(self.count)
        });
        Ok(seqs.collect())
    }
}

fn look(job: Job, config: &crate::settings::Loaded) -> Result<(Finding, Vec<Look>), Stop> {
    let line = Line {
        number: 0,
        role: Role::Decided,
        binding: Binding::Bound,
        severity: Severity::Major,
        gated: true,
        slots: vec![Slot::Check],
        parent: None,
        condition: None,
        candidates: Vec::new(),
        text: String::new(),
        lacks: Vec::new(),
    };
    let runtime = looking::tokio()?;
    let (signals, state, looks) = runtime.block_on(async {
        let signals = looking::signals();
        let mut journal = Memory::default();
        let mut state = State::new(vec![line]);
        let mut drive = Drive {
            journal: &mut journal,
            state: &mut state,
            vantages: Arc::new(looking::vantages(config, Arc::new(|_| None))),
            budgets: Budgets::new([], &BTreeMap::new()),
            clock: &looking::now,
            report: &mut |_, _| {},
            signals: signals.clone(),
            shared: BTreeMap::new(),
            epoch: 0,
        };
        let ended = drive.run(vec![job]).await;
        let looks: Vec<Look> = drive.shared.into_values().map(|(_, look)| look).collect();
        (ended, state, looks)
    });
    match signals {
        Ok(Ended::Finished) => {}
        Ok(Ended::Interrupted) => {
            return Err(Stop { exit: Exit::Interrupted, message: String::from("interrupted") });
        }
        Err(error) => return Err(Stop::journal(error.to_string())),
    }
    let finding = state.standings().remove(&0).map(|standing| standing.finding);
    let mut looks = looks;
    looks.sort_by_key(|look| look.at);
    Ok((finding.expect("the line was given to the state"), looks))
}

#[expect(clippy::too_many_arguments, reason = "the parts of one document")]
fn show(
    format: Format,
    id: &str,
    revision: u32,
    finding: &Finding,
    params: &BTreeMap<String, String>,
    defaults: &BTreeMap<String, String>,
    looks: &[Look],
    style: Style,
) {
    match format {
        Format::Json | Format::Jsonl => {
            let value = json::check(id, revision, finding, params, defaults, looks);
            out::result(&format!("{value}\n"));
        }
        Format::Text => out::result(&terminal::check(id, finding, looks, style)),
    }
}
