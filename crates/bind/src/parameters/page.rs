//! Parameters of claims about pages and what stores show of an app.

use super::{Source, find_word, names_in, span};
use crate::values::What;

pub(super) fn page(id: &str, it: &mut Source<'_>) {
    match id {
        "html.meta-tags" => tags(it),
        "html.resource-hints" => {
            let rel = span::word_after(it.text, &["rel="]).or_else(|| attribute(it.text, "rel"));
            it.set("rel", rel.unwrap_or_default());
        }
        "seo.structured-data" => it.set("type", schema(it.text).unwrap_or_default()),
        "browser.core-web-vitals" => score(it),
        "appstore.screenshots" => it.set("sizes", sizes(it.text).join(",")),
        "appstore.metadata" => it.set("field", names_in(it.text, "store-fields").join(",")),
        "browser.compatibility" => {
            it.named("browsers", "browsers", ",");
            it.named("devices", "devices", ",");
        }
        "a11y.audit" => it.set("standard", standard(it.text).unwrap_or_default()),
        _ => {}
    }
}

/// The version and the grade of the guidelines for accessible pages: "WCAG 2.1 AA".
fn standard(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split([' ', '(', ')', ',']).map(span::bare).collect();
    let at = words.iter().position(|it| it.eq_ignore_ascii_case("wcag"))?;
    let rest = words.get(at + 1..)?.iter().take_while(|word| {
        let graded = !word.is_empty() && word.bytes().all(|b| b == b'A');
        graded || !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    });
    Some(std::iter::once("WCAG").chain(rest.copied()).collect::<Vec<_>>().join(" "))
}

/// Tags of the head of a page.
fn tags(it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    if ["utf-8", "utf8"].iter().any(|word| lower.contains(word)) {
        it.set("charset", "UTF-8");
    }
    let found = attribute(it.text, "name").filter(|it| !it.is_empty());
    let known = || names_in(it.text, "page-tags").into_iter().next();
    it.set("name", found.or_else(known).unwrap_or_default());
    it.set("content", attribute(it.text, "content").unwrap_or_default());
}

/// The value of `name="…"`.
fn attribute<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// "Organization schema": the name before the noun, as it is written.
fn schema(text: &str) -> Option<&str> {
    let words: Vec<&str> = text.split_whitespace().map(span::bare).collect();
    let nouns = ["schema", "schemas", "markup"];
    let at = words.iter().position(|it| nouns.contains(&it.to_lowercase().as_str()))?;
    let word = words.get(at.checked_sub(1)?)?;
    let is_type = word.starts_with(|c: char| c.is_ascii_uppercase())
        && word.bytes().skip(1).any(|it| it.is_ascii_lowercase())
        && word.bytes().all(|it| it.is_ascii_alphabetic())
        && !is_order(word);
    is_type.then_some(word)
}

/// Whether a word with a capital only begins a sentence: "Validate schema".
fn is_order(word: &str) -> bool {
    let lower = word.to_lowercase();
    crate::nouns::table("topic-leads").iter().any(|(it, _)| *it == lower)
        || ["validate", "test", "implement", "include"].contains(&lower.as_str())
}

/// Sizes of screens, in inches: `6.7"`, `12.9-inch`.
fn sizes(text: &str) -> Vec<&str> {
    let digits = |c: char| c.is_ascii_digit() || c == '.';
    let starts = text.char_indices().filter(|(at, c)| {
        let before = text.get(..*at).and_then(|it| it.chars().next_back());
        c.is_ascii_digit() && !before.is_some_and(digits)
    });
    let inches = ["\"", "″", "”", "-inch", " inch", "英寸", "寸", "インチ", "인치"];
    let sizes = starts.filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let end = rest.find(|c| !digits(c))?;
        let (number, behind) = rest.split_at_checked(end)?;
        inches.iter().any(|unit| behind.starts_with(unit)).then_some(number)
    });
    sizes.collect()
}

/// What a rating tool counts, and the least that it has to come to: "Lighthouse SEO score ≥ 95".
fn score(it: &mut Source<'_>) {
    it.set("category", names_in(it.text, "ratings").join(","));
    let lower = it.text.to_lowercase();
    let rated =
        ["score", "lighthouse", "pagespeed", "punkte", "puntuación", "pontuação", "评分", "スコア"];
    if !rated.iter().any(|word| find_word(&lower, word).is_some()) {
        return;
    }
    // "95+" reads like a version.
    let kinds = [What::Number, What::Version, What::Percent];
    let value = it.scan.values.iter().find(|value| kinds.contains(&value.what));
    let value =
        value.filter(|it| it.text.trim_end_matches('%').parse::<u8>().is_ok_and(|it| it <= 100));
    let text = value.map(|it| format!("{}{}", it.bound.unwrap_or_default(), it.text));
    it.set("min", text.unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use crate::parameters::labelled::one;

    #[test]
    fn pages_say_what_they_carry() {
        assert_eq!(one("html.meta-tags", "Charset (UTF-8) declared", "charset"), "UTF-8");
        assert_eq!(one("html.meta-tags", "Open Graph tags on every page", "name"), "og");
        assert_eq!(one("html.meta-tags", "Canonical links are right", "name"), "canonical");
        assert_eq!(one("html.resource-hints", "`<link rel=\"preload\">`", "rel"), "preload");
        let kind = |text| one("seo.structured-data", text, "type");
        assert_eq!(kind("Article schema on posts"), "Article");
        assert_eq!(kind("Validate schema"), "");
        assert_eq!(kind("JSON-LD schema present"), "");
    }

    #[test]
    fn browsers_and_guidelines() {
        assert_eq!(
            one("browser.compatibility", "Tried in Safari and on iPad", "browsers"),
            "safari"
        );
        assert_eq!(one("a11y.audit", "Contrast meets WCAG 2.1 AA.", "standard"), "WCAG 2.1 AA");
    }

    #[test]
    fn screens_have_sizes() {
        let sizes = |text| one("appstore.screenshots", text, "sizes");
        assert_eq!(sizes("Screenshots (6.7\", 5.5\" and iPad 12.9-inch)"), "6.7,5.5,12.9");
        assert_eq!(sizes("3 screenshots for 2 languages"), "");
    }

    #[test]
    fn ratings_have_a_least() {
        let least = |text| one("browser.core-web-vitals", text, "min");
        assert_eq!(least("Lighthouse score > 90"), ">90");
        assert_eq!(least("Lighthouse PWA score: 95+"), ">=95");
        assert_eq!(least("LCP below 2.5 s"), "");
        let sort = |text| one("browser.core-web-vitals", text, "category");
        assert_eq!(sort("Lighthouse PWA score: 95+"), "pwa");
        assert_eq!(sort("Best practices and accessibility at 100"), "best-practices,accessibility");
    }
}
