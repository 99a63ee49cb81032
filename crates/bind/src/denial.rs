//! Tells what a line denies or forbids, and what the text above forbids for all lines below it.

use std::sync::LazyLock;

use crate::{
    candidate::Reading, nouns::table, parameters::find_word, scan::CONCEPTS, words::Class,
};

/// Words that deny.
pub(crate) static NEGATION: LazyLock<Class> = LazyLock::new(|| CONCEPTS.class("negation"));

/// Whether a line denies something outside of brackets; what stands in them sets apart: "production
/// addresses (not public ones)".
pub(crate) fn is_denied(reading: &Reading<'_>) -> bool {
    let aside = |at: usize| {
        let head = reading.text.get(..at).unwrap_or_default();
        head.matches([')', '）']).count() < head.matches(['(', '（']).count()
    };
    reading.scan.hits.iter().any(|it| it.class == *NEGATION && !aside(it.start))
}

/// Whether a word that denies stands before a command.
pub(crate) fn is_forbidden(reading: &Reading<'_>, command: &str) -> bool {
    let at = reading.text.find(command).unwrap_or(0);
    let mut words = reading.text.get(..at).unwrap_or_default().split_whitespace();
    let opens = ["do not", "don't", "never", "avoid"];
    let head = words.by_ref().take(2).collect::<Vec<_>>().join(" ").to_lowercase();
    let denies = reading.scan.hits.iter().any(|it| it.class == *NEGATION && it.end <= at);
    denies && opens.iter().any(|it| head.starts_with(it))
}

/// Whether what stands right above a line forbids what the lines below it name: "You should not see".
pub(crate) fn is_forbidden_above(reading: &Reading<'_>) -> bool {
    let Some(above) = reading.above.first() else { return false };
    let lower = above.text.to_lowercase();
    let has = |name: &str| table(name).iter().any(|(word, _)| find_word(&lower, word).is_some());
    has("forbids") && !has("reminds")
}

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;
    use holdpoint_model::line::Binding;

    use crate::understand::understand;

    fn below(heading: &str) -> Binding {
        let text = format!("# T\n\n## {heading}\n\n- [ ] Health endpoint returns 200\n");
        understand(&parse(text.as_bytes())).pop().unwrap().state
    }

    #[test]
    fn what_is_forbidden_above_is_no_claim() {
        for heading in ["You should NOT see", "Must never happen", "不应出现", "Darf nicht sein"]
        {
            assert_eq!(below(heading), Binding::Asked, "{heading}");
        }
        for heading in
            ["You should see", "Don\u{2019}t forget", "Sign-off not needed", "Go / no-go"]
        {
            assert_eq!(below(heading), Binding::Bound, "{heading}");
        }
    }

    #[test]
    fn a_command_below_a_prohibition_is_not_bound() {
        let text = "# T\n\n## Do not run\n\n- [ ] `kubectl delete namespace prod`\n";
        let found = understand(&parse(text.as_bytes())).pop().unwrap();
        assert_eq!(found.state, Binding::Asked, "{found:?}");
    }
}
