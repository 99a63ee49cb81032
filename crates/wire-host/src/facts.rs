//! Facts about values that nobody may keep: pure functions from assignments to what checks judge.

use std::collections::{BTreeMap, BTreeSet};

use holdpoint_model::seen::{Facts, Variables};

use crate::{
    dotenv::{Assignment, Assignments},
    entropy, kinds, listed, placeholder, redact,
};

/// Rises with every change of what these functions say of a value.
pub const REVISION: u32 = 2;

/// What the values are compared with.
pub struct Against<'a> {
    /// The template's assignments, where there is one.
    pub template: Option<&'a Assignments>,
    /// Texts by name.
    pub compare: &'a [(String, String)],
}

/// Facts about every variable; of several assignments of a name the last one holds.
pub fn variables(assignments: &Assignments, against: &Against<'_>) -> Variables {
    let last = by_name(assignments);
    let mut sharers: BTreeMap<&[u8], Vec<&str>> = BTreeMap::new();
    for (name, assignment) in &last {
        if !assignment.value.bytes().is_empty() {
            sharers.entry(assignment.value.bytes()).or_default().push(name);
        }
    }
    let template = against.template.map(by_name).unwrap_or_default();
    let facts = last.iter().map(|(name, assignment)| {
        let mut facts = of(name, assignment);
        let same = sharers.get(assignment.value.bytes());
        let others = same.into_iter().flatten().filter(|other| **other != *name);
        facts.same_as = others.map(|other| (*other).to_owned()).collect();
        facts.same_as_template =
            template.get(name).map(|other| other.value.bytes() == assignment.value.bytes());
        let texts = against.compare.iter().filter(|(asked, _)| asked == name);
        facts.equals = texts
            .filter(|(_, text)| text.as_bytes() == assignment.value.bytes())
            .map(|(_, text)| text.clone())
            .collect();
        ((*name).to_owned(), facts)
    });
    Variables {
        facts: facts.collect(),
        malformed: assignments.malformed.clone(),
        duplicates: duplicates(assignments),
        not_compared: Vec::new(),
        revision: REVISION,
    }
}

/// The assignment that holds, by name.
pub(crate) fn by_name(assignments: &Assignments) -> BTreeMap<&str, &Assignment> {
    assignments.all.iter().map(|one| (one.name.as_str(), one)).collect()
}

fn duplicates(assignments: &Assignments) -> Vec<String> {
    let mut once = BTreeSet::new();
    let again = assignments.all.iter().filter(|one| !once.insert(one.name.as_str()));
    let again: BTreeSet<&str> = again.map(|one| one.name.as_str()).collect();
    again.into_iter().map(str::to_owned).collect()
}

/// What one value says by itself.
fn of(name: &str, assignment: &Assignment) -> Facts {
    let text = assignment.value.text();
    let value = text.trim();
    let refers = is_reference(value) || is_kept_elsewhere(name, value);
    let distinct: BTreeSet<char> = value.chars().collect();
    let length = |bytes: Vec<u8>| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let reference = is_reference(value)
        .then_some("a reference to another variable")
        .or_else(|| refers.then_some("a reference to a secret that is kept elsewhere"));
    Facts {
        chars: count(value.chars().count()),
        hex_bytes: kinds::unhex(value).map(length),
        base64_bytes: kinds::unbase64(value).map(length),
        // What stands there is not what the program gets.
        entropy_bits: if refers { 0 } else { entropy::bits(value) },
        distinct: count(distinct.len()),
        placeholder: placeholder::rule(name, value).map(str::to_owned),
        listed: listed::list_of(value).map(str::to_owned),
        types: kinds::kinds(value),
        oddity: assignment.oddity.or(reference).map(str::to_owned),
        ..Facts::default()
    }
}

/// Whether the whole value is `$NAME`, `${NAME}` or `$(command)`.
fn is_reference(value: &str) -> bool {
    let Some(rest) = value.strip_prefix('$') else { return false };
    let inner = rest.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    let command = rest.starts_with('(') && rest.ends_with(')');
    let name = inner.unwrap_or(rest).split([':', '?']).next().unwrap_or_default();
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    command || named
}

/// Whether a secret's variable holds the place or the cipher text of the secret.
fn is_kept_elsewhere(name: &str, value: &str) -> bool {
    let place = name.to_lowercase().ends_with("arn");
    let starts = ["arn:aws", "vault:", "op://", "sops:", "ENC("];
    let kept = starts.iter().any(|start| value.starts_with(start))
        || (value.starts_with("ENC[") && value.ends_with(']'));
    kept && !place && redact::looks_secret(name)
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dotenv;

    fn facts(text: &str) -> Variables {
        let compare = [("DEBUG".to_owned(), "False".to_owned()), ("A".to_owned(), "x".to_owned())];
        let template = dotenv::parse(b"SECRET_KEY=<secret>\nSAME=same\n");
        let against = Against { template: Some(&template), compare: &compare };
        variables(&dotenv::parse(text.as_bytes()), &against)
    }

    #[test]
    fn situations_of_the_catalog() {
        let seen = facts(
            "SECRET_KEY=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\
             DB_ENCRYPTION_KEY=9f86d081884c7d659a2feaa0c55ad015\n\
             REDIS_PASSWORD=redis\n\
             GOOD=q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQr83vEjRWeJA=\n\
             DATABASE_URL=postgres://user:pass@host:5432/db\n\
             SAME=same\nDEBUG=False\nEMPTY=\n",
        );
        let of = |name: &str| &seen.facts[name];
        assert_eq!((of("SECRET_KEY").chars, of("SECRET_KEY").distinct), (32, 1));
        assert!(of("SECRET_KEY").entropy_bits < 30);
        assert_eq!(of("SECRET_KEY").same_as_template, Some(false));
        assert_eq!(of("DB_ENCRYPTION_KEY").hex_bytes, Some(16));
        assert_eq!(of("DB_ENCRYPTION_KEY").entropy_bits, 128);
        assert_eq!(of("REDIS_PASSWORD").listed.as_deref(), Some("service defaults"));
        assert_eq!((of("GOOD").chars, of("GOOD").base64_bytes), (44, Some(32)));
        assert_eq!(of("DATABASE_URL").placeholder.as_deref(), Some("user:pass@"));
        assert_eq!(of("DATABASE_URL").types, ["url", "url(postgres)"]);
        assert_eq!(of("SAME").same_as_template, Some(true));
        assert_eq!(of("DEBUG").equals, ["False"]);
        assert_eq!((of("EMPTY").chars, of("EMPTY").entropy_bits), (0, 0));
        assert_eq!(of("EMPTY").same_as_template, None);
        assert_eq!(of("EMPTY").in_history, None);
        assert_eq!(seen.facts.len(), 8);
        assert_eq!(seen.revision, REVISION);
    }

    #[test]
    fn equal_values_and_duplicates() {
        let seen = facts("A=x\nB=same-value\nC=same-value\nA=y\nD=\nE=\nbad\n");
        assert_eq!(seen.facts["B"].same_as, ["C"]);
        assert_eq!(seen.facts["C"].same_as, ["B"]);
        assert!(seen.facts["D"].same_as.is_empty());
        assert!(seen.facts["A"].equals.is_empty(), "the last one holds");
        assert_eq!(seen.duplicates, ["A"]);
        assert_eq!(seen.malformed, [7]);
    }

    #[test]
    fn references_are_no_values() {
        let seen = facts("A=${A_VERY_LONG_NAME_2F9X}\nB=\"$B2\"\nC=$pass\nD=x${A}\n");
        assert_eq!(seen.facts["A"].oddity.as_deref(), Some("a reference to another variable"));
        assert_eq!(seen.facts["A"].entropy_bits, 0);
        assert!(seen.facts["B"].oddity.is_some());
        assert_eq!(seen.facts["C"].oddity, None);
        assert_eq!(seen.facts["D"].oddity, None);
    }

    #[test]
    fn secrets_that_are_kept_elsewhere_are_no_values() {
        let seen = facts(
            "A_SECRET=arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/x-AbCdEf\n\
             B_SECRET=ENC[AES256_GCM,data:Tr7o1,iv:1234,tag:abcd,type:str]\n\
             TOPIC_ARN=arn:aws:sns:eu-west-1:123456789012:alerts\n",
        );
        for name in ["A_SECRET", "B_SECRET"] {
            assert_eq!(seen.facts[name].entropy_bits, 0, "{name}");
            assert!(seen.facts[name].oddity.is_some(), "{name}");
        }
        assert_eq!(seen.facts["TOPIC_ARN"].oddity, None);
    }

    #[test]
    fn no_value_is_in_what_is_seen() {
        let secret = "zQ4-canary-T7v";
        let seen = facts(&format!("A={secret}\nB=\"{secret}\"\nC='{secret}' # x\nD {secret}\n"));
        assert!(!format!("{seen:?}").contains("canary"));
    }
}
