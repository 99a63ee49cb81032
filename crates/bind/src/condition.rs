//! Finds the condition under which a line applies: "(if using S3 backups)", "if needed".

use std::ops::Range;

/// Words that open a condition inside of brackets.
const OPENERS: &[&str] = &[
    "if ",
    "when ",
    "where ",
    "unless ",
    "optional",
    "as needed",
    "as applicable",
    "only if ",
    "si ",
    "se ",
    "falls ",
    "wenn ",
    "opcional",
    "en caso",
    "если ",
    "如果",
    "如有",
    "如需",
    "可选",
    "必要に応じて",
    "該当する場合",
    "オプション",
    "해당되는 경우",
    "해당하는 경우",
    "해당되는",
    "필요한 경우",
    "필요시",
    "필요 시",
    "선택",
    "해당 시",
    "사용 시",
    "사용하는 경우",
];
/// Words that close one in languages that put them last.
const CLOSERS: &[&str] = &["경우", "場合", "场合", "时)", " 시", "사용시"];
/// Openings that stand without brackets at the end of a text.
const TAILS: &[&str] = &[
    " if applicable",
    " if needed",
    " if necessary",
    " if required",
    " if any",
    " if used",
    " if enabled",
    " if corrupted",
    " if available",
    " if configured",
    " when applicable",
    " when needed",
    " where applicable",
    " as needed",
    " 必要に応じて",
];

/// The bytes of a condition in a text, without its brackets.
pub(crate) fn condition(text: &str) -> Option<Range<usize>> {
    brackets(text)
        .find(|range| text.get(range.clone()).is_some_and(is_condition))
        .or_else(|| tail(text))
        .or_else(|| head(text))
}

/// Openings of a condition before a comma.
const HEADS: &[&str] =
    &["if using ", "if you use ", "if you are using ", "when using ", "if applicable"];

/// What stands between round brackets.
fn brackets(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let rest = text.get(from..)?;
        let open = rest.find(['(', '（'])? + from;
        let start = open + text.get(open..)?.chars().next()?.len_utf8();
        let end = text.get(start..)?.find([')', '）'])? + start;
        from = end + 1;
        while !text.is_char_boundary(from) {
            from += 1;
        }
        Some(start..end)
    })
}

fn is_condition(inner: &str) -> bool {
    let inner = inner.trim().to_lowercase();
    OPENERS.iter().any(|word| inner.starts_with(word)) && !inner.starts_with("optional for")
        || CLOSERS.iter().any(|word| inner.ends_with(word))
}

/// A condition before what it conditions: "If using Redis, …", "Optional: …".
fn head(text: &str) -> Option<Range<usize>> {
    let start = text.len() - text.trim_start_matches(['*', '_', ' ']).len();
    let rest = text.get(start..)?;
    let lower = rest.to_ascii_lowercase();
    if let Some(behind) = lower.strip_prefix("optional") {
        let marked = behind.trim_start_matches('*').starts_with([':', '\u{ff1a}']);
        return marked.then_some(start..start + "optional".len());
    }
    HEADS.iter().find(|word| lower.starts_with(**word))?;
    let end = rest.find([',', ':', '\u{ff0c}'])?;
    Some(start..start + end)
}

fn tail(text: &str) -> Option<Range<usize>> {
    let end = text.trim_end_matches([' ', '.', '*', ':']).len();
    let lower = text.get(..end)?.to_ascii_lowercase();
    let at = TAILS.iter().filter_map(|word| lower.strip_suffix(word).map(str::len)).min()?;
    Some(at + 1..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<&str> {
        condition(text).and_then(|range| text.get(range))
    }

    #[test]
    fn conditions_are_told_from_remarks() {
        assert_eq!(of("AWS CLI installed (if using S3 backups)"), Some("if using S3 backups"));
        assert_eq!(of("Domain configured (If Applicable)"), Some("If Applicable"));
        assert_eq!(of("Scale up resources if needed"), Some("if needed"));
        assert_eq!(of("If using Redis, AUTH is enabled"), Some("If using Redis"));
        assert_eq!(of("**Optional:** CDN configured"), Some("Optional"));
        assert_eq!(of("Optional features tested"), None);
        assert_eq!(of("도메인 설정 (해당되는 경우)"), Some("해당되는 경우"));
        for text in [
            "SSL (Let's Encrypt recommended)",
            "Stored in secrets (not ConfigMaps)",
            "Alerts (Slack, email, etc.)",
            "Notify",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
