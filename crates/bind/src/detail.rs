//! What a line means that says nothing by itself, below one that a look decides: the same.

use holdpoint_checks::{find, heads::head};
use holdpoint_document::Form;
use holdpoint_model::line::{Binding, Impact, Kind};

use crate::{
    context::Context,
    denial,
    kind::Subject,
    learned,
    meaning::{self, plain},
    nouns::table,
    parameters,
    question::PERSON,
    understand::{Meaning, Understood},
};

/// What a bullet claims that no rule and no example knows: its parent's claim, of which it tells a
/// detail. An order ("Revert the app") is none, and below a step everything may be one.
pub(crate) fn of_parent(
    it: &Subject<'_>,
    kind: Kind,
    context: &Context<'_>,
    up: &Understood,
) -> Option<(Binding, Vec<Meaning>)> {
    let first = up.checks.first().filter(|_| up.state == Binding::Bound)?;
    let looks = !learned::is_human(&first.id)
        && head(&first.id).is_some_and(|it| it.impact == Impact::Passive);
    let told = matches!(kind, Kind::Probe | Kind::Watch | Kind::Schedule);
    let item = matches!(it.line.form, Form::Item | Form::Box(_));
    if !looks || !told || !item || is_order(&it.line.repaired) || meaning::says_nothing(it) {
        return None;
    }
    let above = context.above(it.id);
    let reading = context.reading(it, &above)?;
    // "Port 9000 not": the look would show the opposite of what is told.
    if denial::is_denied(&reading) || denial::is_forbidden_above(&above) {
        return None;
    }
    let mut params = first.params.clone();
    params.extend(parameters::of(&first.id, it, &reading));
    let because = vec![it.line.text.clone()];
    let mut checks = vec![Meaning { id: first.id.clone(), params, because: because.clone() }];
    if find(&first.id).is_some() {
        // The look sees what the parent claims; nobody can say how much of the detail that is.
        checks.push(plain(PERSON, because));
    }
    Some((Binding::Bound, checks))
}

/// Whether a text begins with a word that orders something.
fn is_order(text: &str) -> bool {
    let lower = text.to_lowercase();
    let first = lower.split_whitespace().next().unwrap_or_default();
    let first = first.trim_matches(['*', '_', '`', ':']);
    ["verbs", "topic-leads"].iter().any(|name| table(name).iter().any(|(it, _)| *it == first))
}

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;
    use holdpoint_model::line::Binding;

    use crate::understand::{Understood, understand};

    fn below(parent: &str, line: &str) -> Understood {
        let text = format!("# T\n\n## Pre-Deployment\n\n- [ ] {parent}\n  - {line}\n");
        understand(&parse(text.as_bytes())).pop().unwrap()
    }

    fn ids(it: &Understood) -> Vec<&str> {
        it.checks.iter().map(|it| it.id.as_str()).collect()
    }

    #[test]
    fn a_detail_is_about_what_its_parent_claims() {
        let found = below("`MAP_TILE_STYLE` set", "One of dark, light, relief");
        assert_eq!(
            (found.state, ids(&found)),
            (Binding::Bound, vec!["env.required", "attest.statement"])
        );
        assert_eq!(found.checks[0].params["name"], "MAP_TILE_STYLE");
        assert_eq!(found.checks[0].because, ["One of dark, light, relief"]);
    }

    #[test]
    fn what_orders_or_asks_or_was_struck_out_is_no_detail() {
        for line in [
            "Revert the map to the other style",
            "Which style is it?",
            "~~One of dark, light, relief~~",
        ] {
            assert_ne!(
                ids(&below("`MAP_TILE_STYLE` set", line)).first(),
                Some(&"env.required"),
                "{line}"
            );
        }
    }

    #[test]
    fn what_denies_or_hangs_on_a_detail_is_no_detail() {
        for line in ["Never the light one in winter", "No dark one after midnight"] {
            assert_ne!(below("`MAP_TILE_STYLE` set", line).state, Binding::Bound, "{line}");
        }
        let found =
            below("`MAP_TILE_STYLE` set", "One of dark, light, relief\n    - Relief in June");
        assert_eq!(found.state, Binding::Unbound, "{found:?}");
    }

    #[test]
    fn below_a_step_or_a_person_nothing_is_looked_at() {
        for parent in ["Run `./migrate.sh`", "Release approved by the product owner"] {
            let found = below(parent, "One of dark, light, relief");
            assert_ne!(found.state, Binding::Bound, "{parent}: {found:?}");
        }
    }
}
