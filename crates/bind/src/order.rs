//! What stands below a heading that says in which order things are deployed: each is put there.

use holdpoint_document::Form;
use holdpoint_model::line::{Binding, Kind};

use crate::{
    candidate::Reading, kind::Subject, meaning::plain, nouns::table, parameters::find_word,
    understand::Meaning,
};

/// Words of the longest name of a thing that is deployed.
const NAME_MAX: usize = 6;
/// How far above the heading may stand: a phase or a parent may come between.
const ABOVE_MAX: usize = 2;

/// A bare name below such a heading is a deployment of that.
pub(crate) fn of_order(
    it: &Subject<'_>,
    kind: Kind,
    reading: &Reading<'_>,
) -> Option<(Binding, Vec<Meaning>)> {
    let item = matches!(it.line.form, Form::Box(_) | Form::Item) && !it.is_parent();
    if !item
        || matches!(kind, Kind::Watch | Kind::Schedule | Kind::Attest)
        || !is_name(reading.text)
    {
        return None;
    }
    let above = reading.above.iter().take(ABOVE_MAX).find(|above| says_order(above.text))?;
    let because = [Some(it.line.text.as_str()), above.raw].into_iter().flatten();
    let because = because.map(str::to_owned).collect();
    Some((Binding::Bound, vec![plain("deploy.run", because)]))
}

fn says_order(heading: &str) -> bool {
    let lower = heading.to_lowercase();
    table("orders").iter().any(|(word, _)| find_word(&lower, word).is_some())
}

/// Whether a text names a thing and says nothing of it.
fn is_name(text: &str) -> bool {
    let plain: String = text.split(['(', '（']).next().unwrap_or_default().replace(['*', '`'], "");
    let plain =
        plain.trim().trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ' '));
    let words: Vec<String> = plain.split_whitespace().map(str::to_lowercase).collect();
    let is = |name: &str, word: &str| table(name).iter().any(|(known, _)| *known == word);
    let edges = [("topic-leads", words.first()), ("topic-ends", words.last())];
    let framed = edges.iter().any(|(name, word)| word.is_some_and(|it| is(name, it)));
    (1..=NAME_MAX).contains(&words.len())
        && plain.contains(char::is_alphabetic)
        && !plain.contains([':', '：', '?', '!', ';', '<', '>', '=', '。'])
        && !plain.ends_with('.')
        && !framed
        && !words.iter().any(|word| is("stated", word))
}

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;
    use holdpoint_model::line::Binding;

    use crate::understand::understand;

    fn below(heading: &str, line: &str) -> (Binding, String) {
        let text = format!("# Rollout\n\n## {heading}\n\n### Phase 1: Base\n\n- [ ] {line}\n");
        let found = understand(&parse(text.as_bytes())).pop().unwrap();
        (found.state, found.checks.first().map(|it| it.id.clone()).unwrap_or_default())
    }

    #[test]
    fn names_below_an_order_are_deployed() {
        let deployed = (Binding::Bound, "deploy.run".to_owned());
        for (heading, line) in [
            ("Deployment Order", "1. ledger-core"),
            ("Deployment order", "Ingress and networking"),
            ("部署顺序", "订单服务"),
            ("Ordem de deploy", "`fila-worker`"),
        ] {
            assert_eq!(below(heading, line), deployed, "{heading} {line}");
        }
    }

    #[test]
    fn what_is_said_of_a_thing_is_not_its_deployment() {
        for (heading, line) in [
            ("Deployment Order", "Health endpoint returns 200"),
            ("Deployment Order", "Verify ledger-core"),
            ("Deployment Order", "Backups tested"),
            ("Services", "ledger-core"),
            ("Order processing", "ledger-core"),
            ("Tools needed to deploy", "Docker Desktop"),
            ("Ready to deploy", "AWS account"),
        ] {
            assert_ne!(below(heading, line).1, "deploy.run", "{heading} {line}");
        }
    }
}
