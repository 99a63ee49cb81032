//! Third pass: every verdict is reached again, from exactly the looks it names.

use std::panic::{AssertUnwindSafe, catch_unwind};

use holdpoint_model::{
    check::{AnyCheck, Turn, turn},
    look::Looks,
    verdict::Verdict,
};

use crate::verify::{
    With,
    history::{Began, History, Judged},
    report::{Open, Place, Report, Revised},
};

/// Judges again; the stored verdict is read only to be compared.
pub(crate) fn again(history: &History<'_>, with: &With<'_>, report: &mut Report) {
    for judged in &history.judged {
        let Some(began) = history.began.get(&judged.began) else { continue };
        let Some(check) = (with.checks)(began.check) else {
            let (line, check) = (began.line, began.check.to_owned());
            report.open.push(Open::NoCheck { line, check });
            continue;
        };
        one(history, judged, began, check, report);
    }
}

fn one(
    history: &History<'_>,
    judged: &Judged,
    began: &Began<'_>,
    check: &dyn AnyCheck,
    report: &mut Report,
) {
    let mut looks = Looks::new(began.scope.clone());
    for seq in &judged.looks {
        let Some(look) = history.looks.get(seq) else { return };
        looks.push(look.clone());
    }
    let turned = catch_unwind(AssertUnwindSafe(|| turn(check, began.params, &looks)));
    let reached = match &turned {
        Ok(Turn::Found(finding)) => Some(finding.verdict),
        Ok(Turn::Wants(_)) | Err(_) => None,
    };
    if began.revision != check.revision() {
        report.revised.push(Revised {
            line: began.line,
            nth: began.nth,
            check: began.check.to_owned(),
            then: began.revision,
            now: check.revision(),
            recorded: judged.verdict,
            verdict: reached,
        });
        return;
    }
    report.judged += 1;
    let what = match (reached, turned) {
        (Some(reached), _) if reached == judged.verdict => return,
        (Some(reached), _) => differs(judged.verdict, reached),
        (None, Ok(_)) => {
            String::from("the looks it names are not enough: the check would look more")
        }
        (None, Err(_)) => String::from("the check breaks over the looks it names"),
    };
    let line = began.line;
    report.trouble(Place::Event(judged.seq), format!("line {line}: {what}"));
}

fn differs(recorded: Verdict, reached: Verdict) -> String {
    format!("it says {}, and its looks say {}", recorded.word(), reached.word())
}
