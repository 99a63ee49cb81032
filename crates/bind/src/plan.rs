//! The plan: meanings, pins, overrides and settings put together, with what is odd about them.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_checks::{find, heads, names};
use holdpoint_document::{Document, Form};
use holdpoint_model::{
    diagnostic::{Diagnostic, Level},
    line::{self, Binding, Gate, Kind, Severity},
    plan::{BoundCheck, DocumentRef, Origin, Plan, PlanLine, ReleaseRef},
    text::quoted,
};

use crate::{
    exact, gate,
    key::{self, Key, Sections},
    lock::{self, Change, Lock, Proposal},
    needs,
    overrides::{self, Draft},
    reach,
    said_phase::{self, Phases},
    scope::{given_host, this_machine},
    settings::{LineOverride, Settings},
    targets::{Meant, Said, kind_of, kinds, meant},
    understand::{self, Meaning, Understood, understand},
};

/// What a plan is made of.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The parsed document.
    pub document: &'a Document,
    /// Its path as the user gave it.
    pub path: &'a str,
    /// The settings, in the environment that is meant.
    pub settings: &'a Settings,
    /// The lock that is there; `None` binds every line afresh.
    pub lock: Option<&'a Lock>,
    /// The environment, when an overlay was chosen.
    pub environment: Option<&'a str>,
}

/// A plan with everything that there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// The lock to be written: pinned lines as they were, new and changed ones bound afresh.
    pub lock: Lock,
    /// How the document differs from the one that was pinned.
    pub changes: Vec<Change>,
    /// Who said when a line is decided, by its number: lines whose phase is not what the text says.
    pub phases: BTreeMap<usize, &'static str>,
    /// What this catalog would change about pinned lines.
    pub proposals: Vec<Proposal>,
    /// Complaints about document, overrides and settings. A code that begins with `settings::` is
    /// about the settings file, every other one about the document.
    pub diagnostics: Vec<Diagnostic>,
}

impl Planned {
    /// Whether nothing may be looked at.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|it| it.level == Level::Error)
    }
}

/// Plans a document.
pub fn plan(inputs: Inputs<'_>) -> Planned {
    assemble(inputs, &understand(inputs.document))
}

/// Plans a document whose lines were understood as `fresh`, one meaning for each line.
pub fn assemble(inputs: Inputs<'_>, fresh: &[Understood]) -> Planned {
    let Inputs { document, path, settings, .. } = inputs;
    let keys = key::keys(document);
    let meanings = meanings(inputs.lock, &keys, fresh);
    let mut diagnostics = document.diagnostics.clone();
    let (matched, complaints) = overrides::matches(document, settings);
    diagnostics.extend(complaints);
    let (said, complaints) = said_phase::said(document, settings, &matched);
    diagnostics.extend(complaints);
    let moved = moved(document, &said, &meanings, fresh);
    let at = moved.keys().copied().filter(|at| !said.lines.contains_key(at));
    let at: Vec<usize> = at.collect();
    diagnostics.extend(said_phase::idle(settings, document, &at));

    let mut sections = Sections::new(document);
    let mut lines = Vec::with_capacity(document.lines.len());
    for (at, (line, meaning)) in document.lines.iter().zip(&meanings).enumerate() {
        let mut draft = draft(&line.text, moved.get(&at).unwrap_or(meaning));
        diagnostics.extend(strangers(&mut draft, line.number));
        let shifted = said.lines.contains_key(&at) && draft.phase != meaning.phase;
        override_draft(&mut draft, inputs, (at, shifted), &matched, &mut diagnostics);
        let parent = line.parent.and_then(|parent| document.lines.get(parent.0));
        let mut planned = PlanLine {
            line: line.number,
            text: line.text.clone(),
            section: sections.path(line),
            phase: draft.phase,
            kind: draft.kind,
            severity: severity(&draft),
            gated: false,
            declares: false,
            state: draft.state,
            checks: draft.checks,
            needs: Vec::new(),
            lacks: Vec::new(),
            parent: parent.map(|parent| parent.number),
            command: exact::command(line, draft.kind),
        };
        planned.declares =
            matches!(line.form, Form::Title) || gate::declares_only(planned.kind, &planned.checks);
        planned.gated = gate::gated(&planned);
        if planned.checks.first().is_some_and(|check| check.id == "contact.complete") {
            planned.lacks = reach::lacking(line);
        }
        aim(&mut planned, draft.target.as_deref(), settings);
        if let Some(target) = draft.target {
            diagnostics.extend(misfit(&planned, &target));
        }
        lines.push(planned);
    }

    let parsed_sha256 = key::parsed_sha256(document);
    let document_ref = DocumentRef {
        path: path.to_owned(),
        sha256: key::sha256(&document.raw),
        parsed_sha256: parsed_sha256.clone(),
        lines: document.physical_lines,
    };
    let environment = inputs.environment.map(str::to_owned);
    let plan = Plan { document: document_ref, environment, release: released(settings), lines };
    diagnostics.extend(idle(&plan, settings));
    diagnostics.extend(blind(&plan));
    let (changes, proposals) = match inputs.lock {
        Some(lock) => (
            lock::compare(lock, document, &keys, &meanings, &parsed_sha256),
            lock::proposals(lock, document, &keys, fresh),
        ),
        None => (Vec::new(), Vec::new()),
    };
    let lock = Lock::from(document, path, &keys, &meanings, parsed_sha256);
    let phases = phases_said(document, &said, &matched, &moved);
    Planned { plan, lock, changes, phases, proposals, diagnostics }
}

/// The release that the settings declare.
fn released(settings: &Settings) -> Option<ReleaseRef> {
    let (version, commit) = (settings.release.version.clone(), settings.release.commit.clone());
    (version.is_some() || commit.is_some()).then_some(ReleaseRef { version, commit })
}

/// The meaning of every line: the pinned one where there is one.
fn meanings(lock: Option<&Lock>, keys: &[Key], fresh: &[Understood]) -> Vec<Understood> {
    let pinned = lock.map(Lock::by_key).unwrap_or_default();
    let fresh = fresh.iter().map(Some).chain(std::iter::repeat(None));
    keys.iter()
        .zip(fresh)
        .map(|(key, fresh)| match (pinned.get(key), fresh) {
            (Some(pin), Some(fresh)) => with_reasons(pin.meaning.clone(), fresh),
            (Some(pin), None) => pin.meaning.clone(),
            (None, Some(fresh)) => fresh.clone(),
            (None, None) => lock::not_understood(),
        })
        .collect()
}

/// What lines mean whose phase a person said, by their position. The lock pins what the text alone
/// says, so that taking the word back is enough; a pinned entry that this catalog would bind
/// otherwise stays, in the phase and of the kind that was said.
fn moved(
    document: &Document,
    said: &Phases,
    meanings: &[Understood],
    fresh: &[Understood],
) -> BTreeMap<usize, Understood> {
    if said.is_empty() {
        return BTreeMap::new();
    }
    let mut moved = BTreeMap::new();
    for (at, again) in understand::again(document, said) {
        let Some(meaning) = meanings.get(at).filter(|it| it.phase != again.phase) else { continue };
        let pinned = Understood { phase: again.phase, kind: again.kind, ..meaning.clone() };
        let same = fresh.get(at).is_some_and(|it| it == meaning);
        moved.insert(at, if same { again } else { pinned });
    }
    moved
}

/// Who said the phase of each line that was moved.
fn phases_said(
    document: &Document,
    said: &Phases,
    matched: &BTreeMap<usize, Vec<&LineOverride>>,
    moved: &BTreeMap<usize, Understood>,
) -> BTreeMap<usize, &'static str> {
    let by = |at: &usize| {
        let table = matched.get(at).is_some_and(|them| them.iter().any(|it| it.phase.is_some()));
        match (said.lines.contains_key(at), table) {
            (true, true) => "a [line] of holdpoint.toml says so",
            (true, false) => "the comment on the line says so",
            (false, _) => "[phase] of holdpoint.toml says so of a heading above",
        }
    };
    let line = |at: &usize| Some((document.lines.get(*at)?.number, by(at)));
    moved.keys().filter_map(line).collect()
}

/// A pinned meaning with today's reasons where they are for the same entry: reasons are parts of
/// the text as it stands, and white space in it may have changed.
fn with_reasons(mut pinned: Understood, fresh: &Understood) -> Understood {
    for check in &mut pinned.checks {
        if let Some(same) = fresh.checks.iter().find(|it| it.id == check.id) {
            check.because.clone_from(&same.because);
        }
    }
    pinned
}

fn draft(text: &str, meaning: &Understood) -> Draft {
    let check = |check: &Meaning| BoundCheck {
        id: check.id.clone(),
        params: check.params.clone(),
        sources: check.params.keys().map(|name| (name.clone(), Origin::Text)).collect(),
        because: check.because.clone(),
        target: String::new(),
    };
    let mut checks: Vec<BoundCheck> = meaning.checks.iter().map(check).collect();
    if let (Some(condition), Some(first)) = (&meaning.condition, checks.first_mut())
        && !first.params.contains_key("applies-if")
    {
        first.params.insert(String::from("applies-if"), condition.clone());
        first.sources.insert(String::from("applies-if"), Origin::Text);
    }
    Draft {
        text: text.to_owned(),
        phase: meaning.phase,
        kind: meaning.kind,
        severity: meaning.severity,
        state: meaning.state,
        checks,
        target: None,
    }
}

/// The comment on the line first, then the settings, which win.
fn override_draft(
    draft: &mut Draft,
    inputs: Inputs<'_>,
    (at, shifted): (usize, bool),
    matched: &BTreeMap<usize, Vec<&LineOverride>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Inputs { document, settings, .. } = inputs;
    let Some(line) = document.lines.get(at) else { return };
    if let Some(words) = &line.override_comment {
        let read = overrides::read_comment(words).map_err(|it| vec![it]);
        let moves = shifted && read.as_ref().is_ok_and(|it| it.phase.is_some());
        match read.and_then(|it| overrides::apply(draft, &it, settings)) {
            Ok(changed) if changed || moves => {}
            Ok(_) => {
                let message = String::from("the override comment changes nothing");
                let code = "bind::idle-override";
                diagnostics.push(
                    Diagnostic::new(code, Level::Warning, line.number, message).at(line.span, ""),
                );
            }
            Err(wrongs) => diagnostics.extend(overrides::in_document(document, line, wrongs)),
        }
    }
    for one in matched.get(&at).into_iter().flatten() {
        let it = overrides::Override {
            check: one.check.as_ref().map(|(id, _)| id.clone()),
            params: one.params.iter().map(|(name, it)| (name.clone(), it.0.clone())).collect(),
            severity: one.severity,
            phase: one.phase,
            target: one.target.as_ref().map(|(name, _)| name.clone()),
        };
        match overrides::apply(draft, &it, settings) {
            Ok(changed) if changed || (shifted && it.phase.is_some()) => {}
            Ok(_) => {
                let what = format!("{} changes nothing", one.head());
                let code = "settings::idle-override";
                diagnostics.push(settings.complain(
                    code,
                    Level::Warning,
                    one.place,
                    &what,
                    String::from("take it out"),
                ));
            }
            Err(wrongs) => diagnostics.extend(overrides::in_settings(settings, one, wrongs)),
        }
    }
}

/// What is said wins; then the highest of the checks. A line that nobody understood is major, and
/// so is a group in name, which has none of its own and is never gated.
fn severity(draft: &Draft) -> Severity {
    if let Some(severity) = draft.severity {
        return severity;
    }
    if draft.kind == Kind::Group || draft.state == Binding::Unbound {
        return Severity::Major;
    }
    let heads = draft.checks.iter().filter_map(|check| heads::head(&check.id));
    heads.map(|head| head.severity).min().unwrap_or(Severity::Major)
}

/// Finds the target of every check of a line, and what is missing.
fn aim(line: &mut PlanLine, target: Option<&str>, settings: &Settings) {
    let here = this_machine(settings);
    let mut all = Vec::with_capacity(line.checks.len());
    for check in &mut line.checks {
        let said = check.params.iter().map(|(name, value)| (name.clone(), value.clone()));
        let host = given_host(&said.collect(), here);
        let path = check.params.get("path").map(String::as_str);
        let (text, section) = (&line.text, &line.section);
        let said = Said { target, host: host.as_deref(), path, text, section };
        let meant = meant(&check.id, settings, &said);
        check.target = meant.name();
        discovered(check, settings);
        all.push(meant);
    }
    if line.state == Binding::Bound && all.iter().any(|it| matches!(it, Meant::Choice(_))) {
        line.state = Binding::Choice;
    }
    line.needs = needs::needs(line, &all, settings);
}

/// Shows which of the subject parameters of a check come from files of the repository.
fn discovered(check: &mut BoundCheck, settings: &Settings) {
    let Some(target) = settings.targets.get(&check.target) else { return };
    for name in names::subjects(&check.id).filter(|name| target.discovered.contains_key(*name)) {
        if let Some(value) = target.fields.get(name).filter(|_| !check.params.contains_key(name)) {
            check.params.insert(name.to_owned(), value.clone());
            check.sources.insert(name.to_owned(), Origin::Discovered);
        }
    }
}

/// Pinned entries that this catalog does not have: the line is not understood any more.
fn strangers(draft: &mut Draft, line: usize) -> Option<Diagnostic> {
    let stranger = draft.checks.iter().find(|check| heads::head(&check.id).is_none())?;
    let message = format!("this version has no check `{}`", stranger.id);
    draft.state = Binding::Unbound;
    let help = String::from("`holdpoint plan --accept` binds the line afresh");
    Some(Diagnostic::new("bind::unknown-check", Level::Warning, line, message).help(help))
}

/// A target that an override names and that is of another kind than any check of the line needs.
fn misfit(line: &PlanLine, target: &str) -> Option<Diagnostic> {
    if line.checks.iter().any(|check| check.target == target) {
        return None;
    }
    let message = format!("the target `{target}` is not what this line is about");
    let wanted = line.checks.iter().filter_map(|check| kind_of(&check.id)?.field());
    let help = wanted
        .map(|field| format!("its check needs a target with `{field}`"))
        .next()
        .unwrap_or_else(|| String::from("its check looks at no target"));
    Some(Diagnostic::new("bind::target-kind", Level::Error, line.line, message).help(help))
}

/// Settings that no line uses, and gates without lines.
fn idle(plan: &Plan, settings: &Settings) -> Vec<Diagnostic> {
    let checks = || plan.lines.iter().flat_map(|line| &line.checks);
    let mut used: BTreeSet<&str> = checks().map(|check| check.target.as_str()).collect();
    for line in plan.lines.iter().filter(|line| line.state == Binding::Choice) {
        // Whichever of them the line means, it is not idle.
        let wanted: Vec<_> = line.checks.iter().filter_map(|it| kind_of(&it.id)).collect();
        let fits = settings
            .targets
            .iter()
            .filter(|(name, target)| kinds(name, target).iter().any(|kind| wanted.contains(kind)));
        used.extend(fits.map(|(name, _)| name.as_str()));
    }
    let mut diagnostics = Vec::new();
    for (name, target) in &settings.targets {
        if target.discovered.is_empty() && !used.contains(name.as_str()) {
            let what = format!("no line is about [target.{name}]");
            let help = String::from("take it out, or name it on a line: `target = \"…\"`");
            let code = "settings::unused-target";
            diagnostics.push(settings.complain(code, Level::Warning, target.place, &what, help));
        }
    }
    for (name, vantage) in &settings.vantages {
        if vantage.counts_as.is_empty() {
            let what = format!("[vantage.{name}] counts as no side, so nothing is seen from it");
            let help = String::from("add `counts-as = [\"outside\"]`");
            let code = "settings::unused-vantage";
            diagnostics.push(settings.complain(code, Level::Warning, vantage.place, &what, help));
        }
    }
    for gate in [Gate::Pre, Gate::Post] {
        if !plan.lines.iter().any(|line| line.gated && gate::decided_by(gate, line)) {
            let message = format!("gate `{}` has no lines", gate.word());
            diagnostics.push(Diagnostic::new("plan::empty-gate", Level::Note, 0, message));
        }
    }
    diagnostics
}

/// Lines that a run cannot decide before somebody takes them over, and what to write for one.
fn blind(plan: &Plan) -> Option<Diagnostic> {
    let unseen = |line: &&PlanLine| {
        let looks = |check: &BoundCheck| {
            let person = heads::head(&check.id).is_some_and(|it| it.form == line::Form::Duty);
            person || find(&check.id).is_some()
        };
        line.state == Binding::Bound
            && gate::decided_by(Gate::All, line)
            && !line.checks.iter().all(looks)
    };
    let lines: Vec<&PlanLine> = plan.lines.iter().filter(unseen).collect();
    let first = lines.first()?;
    let numbers: Vec<String> = lines.iter().take(8).map(|line| line.line.to_string()).collect();
    let more = if 8 < lines.len() { " …" } else { "" };
    let (plural, bind) = if lines.len() == 1 { ("line", "binds") } else { ("lines", "bind") };
    let message = format!(
        "{} {plural} {bind} what this version cannot look with ({}{more}): unknown in a run. Where a \
         person answers for one, write it into holdpoint.toml, each part on a line of its own, \
         `[line.{}]` `text = {}` `check = \"attest.statement\"`, then `holdpoint answer`",
        lines.len(),
        numbers.join(" "),
        first.line,
        quoted(&first.text)
    );
    Some(Diagnostic::new("plan::cannot-look", Level::Note, 0, message))
}

/// Hex SHA-256 over a plan, its environment included.
pub fn digest(plan: &Plan) -> String {
    key::sha256(&serde_json::to_vec(plan).expect("a plan has only names for keys"))
}
