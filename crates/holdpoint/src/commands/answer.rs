//! `answer`: what only a person can say, as a small sealed run of its own.

use std::collections::BTreeSet;

use holdpoint_checks::find;
use holdpoint_model::{
    event::{Answer, Digest, Reply},
    limits,
    line::{Binding, Gate, Severity, State},
    plan::PlanLine,
    text::quoted,
};
use holdpoint_record::canonical;
use holdpoint_report::style::Style;

use crate::{
    args::{AnswerArgs, Common},
    exit::{Done, Exit, Stop},
    looking, out,
    past::{self, key_text},
    project::Project,
    session::{Session, Wish},
    settings::Loaded,
};

/// `holdpoint answer`
pub(crate) fn answer(args: &AnswerArgs, common: &Common, style: Style) -> Done {
    let environment = args.env.as_deref();
    let config = Loaded::read(common.config.as_deref(), environment, style)?;
    let project = Project::open(&args.document, config, environment, true, style)?;
    project.agree_with_lock()?;
    let index = project.document.lines.iter().position(|line| line.number == args.line);
    let line = project.plan().lines.iter().find(|line| line.line == args.line);
    let (Some(index), Some(line)) = (index, line) else {
        let lines = &project.plan().lines;
        let near = lines.iter().min_by_key(|line| line.line.abs_diff(args.line));
        let near = near.map_or_else(String::new, |it| {
            format!("; the nearest is line {}: `{}`", it.line, it.text)
        });
        let path = &project.plan().document.path;
        return Err(Stop::usage(format!("line {} of {path} makes no claim{near}", args.line)));
    };
    let (reply, evidence) = reply(args, line)?;
    let keys = holdpoint_bind::key::keys(&project.document);
    let key = keys.get(index).map(key_text).unwrap_or_default();
    let about =
        if reply == Reply::Acknowledged { Some(failure(&project, args.line)?) } else { None };
    let (by, recorded_by) = whose(args.by.as_deref())?;
    let answer = Answer {
        line: args.line,
        key,
        reply,
        reason: args.reason.clone(),
        about,
        by,
        recorded_by,
        at: looking::now(),
        environment: project.environment.clone(),
    };
    let wish = Wish { gate: Gate::All, only: Some(BTreeSet::new()), rerun_failed: false };
    let mut session = Session::begin(&project, &wish)?;
    session.answer(answer, &evidence)?;
    let run = session.run().to_owned();
    session.finish(&project)?;
    out::result(&format!("line {} answered; kept as run {run}\n", args.line));
    if line.checks.first().is_some_and(|check| check.id.starts_with("signoff.")) {
        out::progress(&format!(
            "line {} is a sign-off, and a word is no signature: a yes leaves it open\n",
            args.line
        ));
    }
    Ok(Exit::Go)
}

/// The failure of a line in the last run: what is acknowledged is what was seen.
fn failure(project: &Project, line: usize) -> Result<String, Stop> {
    let standing = past::last_standing(project, line);
    match standing.filter(|it| it.state == State::Fail) {
        Some(standing) => Ok(standing.finding.reason),
        None => Err(Stop::usage(format!(
            "line {line} did not fail in the last run of this document; there is nothing to \
             acknowledge"
        ))),
    }
}

type Evidence = Vec<(Digest, Vec<u8>)>;

fn reply(args: &AnswerArgs, line: &PlanLine) -> Result<(Reply, Evidence), Stop> {
    if args.not_applicable {
        let reason = args.reason.as_deref().unwrap_or_default();
        if reason.trim().is_empty() {
            return Err(Stop::usage("say why it does not apply: --reason …"));
        }
        return Ok((Reply::NotApplicable, Vec::new()));
    }
    if args.acknowledge {
        return if line.severity == Severity::Minor {
            Ok((Reply::Acknowledged, Vec::new()))
        } else {
            Err(Stop::usage(format!(
                "line {} is {}; only a minor failure can be acknowledged",
                line.line,
                line.severity.word()
            )))
        };
    }
    match line.state {
        Binding::Asked => {}
        Binding::Bound if asks_too(line) => {}
        Binding::Bound => {
            let check = line.checks.first().map(|check| check.id.clone()).unwrap_or_default();
            if let Some(unseen) = line.checks.iter().find(|it| find(&it.id).is_none()) {
                return Err(Stop::usage(format!(
                    "line {} is bound to {}, which this version cannot look with; where a person \
                     answers for it, write this into holdpoint.toml and answer again:\n\n{}\n\
                     or say --not-applicable --reason …",
                    line.line,
                    unseen.id,
                    pasted(line, "attest.statement")
                )));
            }
            return Err(Stop::usage(format!(
                "line {} is decided by looking ({check}); mend it, or say --not-applicable --reason …",
                line.line
            )));
        }
        Binding::Unbound | Binding::Choice => {
            return Err(Stop::usage(format!(
                "line {} was not understood; say in holdpoint.toml what it means, and answer again; \
                 where a person decides:\n\n{}",
                line.line,
                pasted(line, "attest.statement")
            )));
        }
    }
    match (&args.value, &args.file) {
        (Some(value), _) if value.trim().is_empty() => Err(Stop::usage(format!(
            "an empty value is no answer to line {}; say what was seen: --value \"…\"",
            line.line
        ))),
        (Some(value), _) => Ok((Reply::Value(value.clone()), Vec::new())),
        (None, Some(path)) => {
            let failed = |error| Stop::usage(format!("failed to read {}: {error}", path.display()));
            let bytes = std::fs::read(path).map_err(failed)?;
            if bytes.iter().all(u8::is_ascii_whitespace) {
                return Err(Stop::usage(format!(
                    "{} is empty; an empty file shows nothing",
                    path.display()
                )));
            }
            let most = usize::try_from(limits::FILE_BYTES_MAX).unwrap_or(usize::MAX);
            if most < bytes.len() {
                return Err(Stop::usage(format!(
                    "{} has {} bytes, {most} are kept at the most",
                    path.display(),
                    bytes.len()
                )));
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let evidence = canonical::digest(&bytes);
            Ok((Reply::File { name, evidence: evidence.clone() }, vec![(evidence, bytes)]))
        }
        (None, None) => Err(Stop::usage("say --value, --file, --not-applicable or --acknowledge")),
    }
}

/// What binds a line to an entry, to be pasted into the settings.
fn pasted(line: &PlanLine, id: &str) -> String {
    let (number, text) = (line.line, quoted(&line.text));
    format!("[line.{number}]\ntext = {text}\ncheck = \"{id}\"\n")
}

/// Whether a person's word belongs to a line that is also looked at.
fn asks_too(line: &PlanLine) -> bool {
    let duty = |id: &str| {
        holdpoint_checks::heads::head(id)
            .is_some_and(|head| head.form == holdpoint_model::line::Form::Duty)
    };
    line.checks.iter().any(|check| duty(&check.id))
}

/// Whose word it is, and who writes it down where another name is given.
fn whose(given: Option<&str>) -> Result<(String, Option<String>), Stop> {
    let own = whoami();
    match given.map(str::trim) {
        None => Ok((own, None)),
        Some("") => Err(Stop::usage("whose word is it? --by (or HOLDPOINT_BY) is empty")),
        Some(name) => Ok((name.to_owned(), (own != name).then_some(own))),
    }
}

/// The name the system knows the user by.
fn whoami() -> String {
    let var = |name| std::env::var(name).ok().filter(|it: &String| !it.trim().is_empty());
    var("USER").or_else(|| var("LOGNAME")).unwrap_or_else(|| {
        let uid = rustix::process::getuid().as_raw();
        let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        login(&users, uid).unwrap_or_else(|| format!("uid {uid}"))
    })
}

/// The name of a user in the list of those of this machine.
fn login(users: &str, uid: u32) -> Option<String> {
    let own = |row: &&str| row.split(':').nth(2).is_some_and(|it| it.parse() == Ok(uid));
    let row = users.lines().find(own)?;
    row.split(':').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_a_name_of_login() {
        let users = "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000:Ada:/home/ada:/bin/sh\n";
        assert_eq!(login(users, 0).as_deref(), Some("root"));
        assert_eq!(login(users, 1000).as_deref(), Some("ada"));
        assert_eq!(login(users, 7), None);
    }
}
