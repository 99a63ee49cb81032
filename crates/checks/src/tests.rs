//! The laws that hold for every check of the catalog. Nobody edits this file to add one.

use std::collections::BTreeMap;

use holdpoint_model::{
    ask::What,
    check::{AnyCheck, Turn, turn},
    fault::Fault,
    limits,
    line::Form,
    look::Looks,
    param::Trouble,
    seen::Seen,
    verdict::{Finding, Verdict},
};

use crate::{catalog, grid, heads, names};

/// What every finding owes its reader.
fn is_whole(id: &str, finding: &Finding) {
    let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    assert!(!finding.reason.trim().is_empty(), "{id}: no reason: {finding:?}");
    match finding.verdict {
        Verdict::Pass => {}
        Verdict::Unknown => assert!(said(&finding.remedy), "{id}: no remedy: {finding:?}"),
        Verdict::Fail => assert!(
            said(&finding.expected) && said(&finding.seen) && said(&finding.remedy),
            "{id}: a fail says what was expected and seen, and what to do: {finding:?}"
        ),
    }
}

fn every_check(law: impl Fn(&'static str, &dyn AnyCheck)) {
    assert!(!catalog().is_empty());
    for check in catalog() {
        law(check.id(), *check);
    }
}

#[test]
fn ids_are_sorted_and_in_the_table() {
    let ids: Vec<&str> = catalog().iter().map(|check| check.id()).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
    every_check(|id, check| {
        let head = heads::head(id).unwrap_or_else(|| panic!("{id} is not in the table"));
        assert_eq!(head.form, Form::Check, "{id}");
        assert!(1 <= check.revision(), "{id}");
        assert_eq!(check.since().split('.').count(), 3, "{id}");
        assert_eq!(crate::find(id).map(AnyCheck::id), Some(id));
    });
}

#[test]
fn a_healthy_world_passes_within_the_limits() {
    every_check(|id, check| {
        let mut world = check.world();
        let finding = world.judge(check);
        assert_eq!(finding.verdict, Verdict::Pass, "{id}: {finding:?}");
        is_whole(id, &finding);
        let looks = world.made().len();
        assert!(0 < looks, "{id} passes without looking");
        assert!(looks <= limits::WORLD_LOOKS_MAX, "{id} makes {looks} looks");
    });
}

#[test]
fn no_look_does_more_than_its_head_says() {
    every_check(|id, check| {
        let mut world = check.world();
        world.judge(check);
        let most = world.made().iter().map(|look| look.ask.what.impact()).max();
        let head =
            heads::head(id).map(|head| head.impact.max(holdpoint_model::line::Impact::ReadOnly));
        assert!(most <= head, "{id} makes {most:?} looks");
    });
}

#[test]
fn the_looks_alone_give_the_verdict_again() {
    every_check(|id, check| {
        let mut world = check.world();
        let finding = world.judge(check);
        let mut again = Looks::new(world.scope.clone());
        world.made().iter().rev().for_each(|look| again.push(look.clone()));
        assert_eq!(turn(check, &world.params, &again), Turn::Found(finding), "{id}");
    });
}

#[test]
fn a_fault_is_unknown_unless_it_is_declared_as_an_answer() {
    every_check(|id, check| {
        for (what, role) in grid::roles(check) {
            for fault in Fault::ALL {
                let declared =
                    check.answers().iter().find(|it| it.role == role && it.fault == fault);
                let want = declared.map_or(Verdict::Unknown, |it| it.verdict);
                let got = grid::blind(check, what.clone(), fault);
                assert_eq!(got.verdict, want, "{id}: {fault:?} at {role} ({what:?}): {got:?}");
                is_whole(id, &got);
            }
        }
    });
}

#[test]
fn declared_answers_are_about_looks_that_are_made() {
    every_check(|id, check| {
        let roles: Vec<&str> = grid::roles(check).into_iter().map(|(_, role)| role).collect();
        for answer in check.answers() {
            assert!(roles.contains(&answer.role), "{id} never looks as `{}`", answer.role);
            assert_ne!(answer.verdict, Verdict::Unknown, "{id}: that goes without saying");
        }
    });
}

#[test]
fn nothing_passes_where_nothing_can_be_seen() {
    every_check(|id, check| {
        let absent = check.world().but(|_, _, _| Ok(Seen::Absent)).judge(check);
        assert_ne!(absent.verdict, Verdict::Pass, "{id}: {absent:?}");
        is_whole(id, &absent);
        for fault in Fault::ALL {
            let dark = check.world().but(move |_, _, _| Err(fault)).judge(check);
            assert_ne!(dark.verdict, Verdict::Pass, "{id}: all {fault:?}: {dark:?}");
            is_whole(id, &dark);
        }
    });
}

#[test]
fn nothing_is_decided_where_nothing_is_declared() {
    every_check(|id, check| {
        let mut world = check.world();
        let asks_a_target = !world.scope.fields.is_empty();
        world.scope.fields.clear();
        world.scope.sides.clear();
        let finding = world.judge(check);
        let want = if asks_a_target { Verdict::Unknown } else { finding.verdict };
        assert_eq!(finding.verdict, want, "{id}: {finding:?}");
        is_whole(id, &finding);
    });
}

#[test]
fn a_look_that_was_forbidden_is_not_made() {
    every_check(|id, check| {
        let mut world = check.world();
        world.scope.allow = holdpoint_model::line::Impact::Passive;
        let finding = world.judge(check);
        is_whole(id, &finding);
        for look in world.made() {
            let impact = look.ask.what.impact();
            assert_eq!(impact, holdpoint_model::line::Impact::Passive, "{id}: {:?}", look.ask);
        }
    });
}

#[test]
fn pages_say_what_is_proved_and_what_is_not() {
    every_check(|id, check| {
        for part in ["**Proves**", "**Does not prove**", "**Remedy.**", "```checklist\n- [ ] "] {
            assert!(check.doc().contains(part), "{id}: the page lacks {part}");
        }
    });
}

#[test]
fn parameters_are_those_of_the_table_and_can_be_read() {
    every_check(|id, check| {
        let table: Vec<&str> = heads::param_names(id).iter().map(|row| row.name).collect();
        for spec in check.specs() {
            let known = table.contains(&spec.name) || names::SUBJECTS.contains(&spec.name);
            assert!(known, "{id}: `{}` is not in the table", spec.name);
            let doc = spec.doc.trim();
            assert!(doc.ends_with('.') && doc.contains(' '), "{id}: `{}`: {doc}", spec.name);
        }
        let complaints = check.complaints(&BTreeMap::new());
        let bad = complaints.iter().find(|it| it.trouble != Trouble::Missing);
        assert_eq!(bad, None, "{id}: a default that cannot be read");
        let world = check.world();
        assert!(names::validate(id, &world.params).is_empty(), "{id}: its own world is wrong");
    });
}

#[test]
fn no_ask_carries_more_than_it_keeps() {
    every_check(|id, check| {
        for (what, _) in grid::roles(check) {
            if let What::Http(request) = what {
                assert!(request.body_max <= limits::BODY_BYTES_MAX, "{id}");
                assert!(request.path.starts_with('/'), "{id}: {}", request.path);
            }
        }
    });
}
