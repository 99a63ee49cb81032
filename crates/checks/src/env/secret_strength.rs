//! `env.secret-strength`: secrets are long, random, nobody else's, and of the encoding asked for.

use holdpoint_model::{
    ask::What,
    check::{Check, Judgement},
    fault::Fault,
    look::Looks,
    param::Param,
    params,
    quantity::{Bound, Count, Operator, Texts, Unit},
    scope::Scope,
    seen::{Facts, Seen, Variables},
    verdict::{Finding, worst},
    world::World,
};

use crate::{
    machine,
    variables::{self, Names, Place, Stop, absent, doubt, is_password, settle},
    worlds,
};

pub(crate) struct EnvSecretStrength;

/// Least entropy of a password in bits: out of reach of guessing offline.
const PASSWORD_BITS: i64 = 72;
/// Least entropy of a key in bits: what the ciphers behind it are made for.
const KEY_BITS: i64 = 128;

/// Bits of entropy.
pub(crate) struct Bits;
impl Unit for Bits {
    const KIND: &'static str = "a number of bits";
    fn factor(unit: &str) -> Option<i64> {
        matches!(unit.to_ascii_lowercase().as_str(), "" | "bit" | "bits").then_some(1_000)
    }
    fn show(thousandths: i64) -> String {
        format!("{} bits", Count::show(thousandths))
    }
}

/// Characters of a value.
pub(crate) struct Chars;
impl Unit for Chars {
    const KIND: &'static str = "a number of characters";
    fn factor(unit: &str) -> Option<i64> {
        let words = ["", "char", "chars", "character", "characters"];
        words.contains(&unit.to_ascii_lowercase().as_str()).then_some(1_000)
    }
    fn show(thousandths: i64) -> String {
        format!("{} characters", Count::show(thousandths))
    }
}

/// Bytes that a value stands for.
pub(crate) struct Octets;
impl Unit for Octets {
    const KIND: &'static str = "a number of bytes";
    fn factor(unit: &str) -> Option<i64> {
        let words = ["", "b", "byte", "bytes"];
        words.contains(&unit.to_ascii_lowercase().as_str()).then_some(1_000)
    }
    fn show(thousandths: i64) -> String {
        format!("{} bytes", Count::show(thousandths))
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Hexadecimal digits.
    Hex,
    /// Base64 of either alphabet.
    Base64,
    /// The bytes of the text itself.
    Raw,
    /// A UUID.
    Uuid,
}

impl Param for Encoding {
    const KIND: &'static str = "hex, base64, base64url, uuid or raw";
    fn read(text: &str) -> Result<Self, String> {
        match text.trim_start_matches('=').trim().to_ascii_lowercase().as_str() {
            "hex" => Ok(Self::Hex),
            "base64" | "base64url" => Ok(Self::Base64),
            "raw" | "text" => Ok(Self::Raw),
            "uuid" => Ok(Self::Uuid),
            _ => Err(format!("expected {}, found `{text}`", Self::KIND)),
        }
    }
}

impl Encoding {
    fn word(self) -> &'static str {
        match self {
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::Raw => "text",
            Self::Uuid => "a UUID",
        }
    }

    /// Whether the value can be of this encoding.
    fn fits(self, facts: &Facts) -> bool {
        match self {
            Self::Hex => facts.hex_bytes.is_some(),
            Self::Base64 => facts.base64_bytes.is_some(),
            Self::Raw => true,
            Self::Uuid => facts.chars == 36 || (facts.chars == 32 && facts.hex_bytes.is_some()),
        }
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// The variable, or several separated by commas.
        name("name"): Option<Texts> = none,
        /// Several variables; `*` stands for anything.
        names("names"): Option<Texts> = none,
        /// Least length of the value as it is written.
        min_chars("min-chars"): Option<Bound<Chars>> = none,
        /// Least number of bytes after decoding; with `=` in front of it, exactly so many.
        bytes("bytes"): Option<Bound<Octets>> = none,
        /// Least entropy of the value in bits; 128, and 72 for passwords, when it is not given.
        min_entropy("min-entropy"): Option<Bound<Bits>> = none,
        /// Whether no other variable may have the same value.
        unique("unique"): bool = "true",
        /// The text that stands where a real value belongs.
        placeholder("placeholder"): Option<String> = none,
        /// How the value has to be written.
        format("format"): Option<Encoding> = none,
        /// How the bytes are to be read from the value.
        encoding("encoding"): Option<Encoding> = none,
        /// Which surface the line means, such as `file` or `process`.
        source("source"): Option<String> = none,
    }
}

impl Check for EnvSecretStrength {
    type Params = Params;
    const ID: &'static str = "env.secret-strength";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r"
Reads the dotenv file or the environment of the declared process and judges each secret by facts
that are computed where it lies: its length, the bytes it decodes to, an estimate of its entropy,
whether it stands in a list of common or default values, and whether another variable, the template
or the history of the repository has the same value. The value itself is never kept.

Bytes are counted after decoding: 32 hex digits are 16 bytes, 44 characters of base64 are 32. What is
hex is read as hex. A value that is long enough only when its letters are taken for the bytes is
unknown until `encoding` says what it is.

**Proves** that each secret is of the length asked for, of at least 128 bits of estimated entropy (72
for passwords) unless the line says otherwise, and that it equals nothing it was compared with.
**Does not prove** that the service asks for the secret at all, nor anything about lists and
histories that are named as unproven.

```checklist
- [ ] `SESSION_SECRET` generated (32 bytes)
```

**Remedy.** Make a new value with `openssl rand -base64 32` for each variable named in the reason,
store it where the program reads it, and restart the program. What stood in a history is burnt.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        settle(judge(params, looks))
    }

    fn world() -> World {
        let scope = Scope::new("host", worlds::NOW)
            .with("here", "true")
            .with("path", ".env")
            .with("template", ".env.production")
            .with("repo", ".");
        let given = [("name", "DB_ENCRYPTION_KEY"), ("bytes", "32")];
        World::new(scope, &given, |ask, _| {
            let What::Variables { .. } = &ask.what else { return Err(Fault::Unsupported) };
            let facts = Facts {
                chars: 44,
                base64_bytes: Some(32),
                entropy_bits: 256,
                distinct: 31,
                same_as_template: Some(false),
                in_history: Some(false),
                ..Facts::default()
            };
            Ok(Seen::Variables(variables::seen(&[("DB_ENCRYPTION_KEY", facts)])))
        })
    }
}

fn judge(params: &Params, looks: &Looks) -> Result<Finding, Stop> {
    let scope = looks.scope();
    let place = Place::find(scope, None, params.source.as_deref())?;
    let names = Names::find(looks, &place.on, [params.name.as_ref(), params.names.as_ref()])?;
    let mut what = place.ask(&names.wanted);
    if let What::Variables { template, compare, history, .. } = &mut what {
        *template = scope.field("template").map(str::to_owned);
        *history = scope.field("repo").map(str::to_owned);
        let shown = params.placeholder.iter();
        *compare = shown
            .flat_map(|text| names.wanted.iter().map(|name| (name.clone(), text.clone())))
            .collect();
    }
    let (_, seen) = variables::look(looks, what)?;
    let Some(seen) = seen else {
        let parts = names.wanted.iter().map(|name| absent(name, None, &place)).collect();
        return Ok(place.honest(worst(parts)));
    };
    let mut parts = names.empty_patterns(seen);
    parts.extend(names.pick(seen).into_iter().map(|(name, facts)| match facts {
        Some(facts) => Secret { params, name: &name, facts, seen, place: &place }.judge(),
        None => absent(&name, Some(seen), &place),
    }));
    let mut finding = worst(parts);
    if scope.field("template").is_none() {
        finding = finding.unproven("that no value is the template's");
    }
    for left in &seen.not_compared {
        finding = finding.unproven(format!("comparison with {left}"));
    }
    Ok(place.honest(variables::unread(finding, seen, &place)))
}

/// One secret that is there.
struct Secret<'a> {
    params: &'a Params,
    name: &'a str,
    facts: &'a Facts,
    seen: &'a Variables,
    place: &'a Place,
}

impl Secret<'_> {
    fn judge(&self) -> Finding {
        let doubt = doubt(self.name, self.facts, self.seen, self.place);
        if let (true, Some(doubt)) = (variables::refers(self.facts), &doubt) {
            return doubt.clone();
        }
        let parts: Vec<Finding> =
            [self.real(), self.long(), self.decoded(), self.random(), self.own()]
                .into_iter()
                .flatten()
                .chain(doubt)
                .collect();
        if !parts.is_empty() {
            return worst(parts);
        }
        let facts = self.facts;
        let (name, shown) = (self.name, self.place.show());
        let mut finding = Finding::pass(format!(
            "`{name}` in {shown}: {}, about {} bits of entropy",
            self.length(),
            facts.entropy_bits
        ))
        .seen(self.length())
        .expected(self.asked());
        if facts.in_history.is_none() {
            finding =
                finding.unproven("that the value never stood in the history of the repository");
        }
        if self.params.format == Some(Encoding::Uuid) {
            finding = finding.unproven("the form of a UUID beyond its length");
        }
        finding
    }

    /// Set, and nothing that stands in place of a value.
    fn real(&self) -> Option<Finding> {
        let shown = self.params.placeholder.as_ref();
        if self.facts.chars == 0 {
            return Some(self.fail("is empty", "nothing behind the `=`"));
        }
        if shown.is_some_and(|text| self.facts.equals.contains(text)) {
            let why = "still holds the text that the checklist shows in place of a value";
            return Some(self.fail(why, "the text of the checklist"));
        }
        if let Some(rule) = &self.facts.placeholder {
            return Some(self.fail(&format!("is a placeholder ({rule})"), "a placeholder"));
        }
        let list = self.facts.listed.as_ref()?;
        Some(self.fail(&format!("stands in the list of {list}"), "a value that everybody knows"))
    }

    fn long(&self) -> Option<Finding> {
        let asked = self.params.min_chars?;
        let chars = i64::from(self.facts.chars);
        let short = !asked.holds(Operator::AtLeast, chars);
        short.then(|| {
            let asked = asked.show(Operator::AtLeast);
            self.fail(&format!("has {chars} characters, not {asked}"), &self.length())
        })
    }

    /// Of the encoding asked for, and of that many bytes when it is decoded.
    fn decoded(&self) -> Option<Finding> {
        let wanted = [self.params.format, self.params.encoding].into_iter().flatten();
        if let Some(encoding) = wanted.into_iter().find(|it| !it.fits(self.facts)) {
            return Some(self.fail(&format!("is not {}", encoding.word()), &self.length()));
        }
        let asked = self.params.bytes?;
        let fails = |bytes: u32| !asked.holds(Operator::AtLeast, i64::from(bytes));
        let shown = asked.show(Operator::AtLeast);
        let fail = |bytes: u32, as_what: &str| {
            let miss = format!("is {bytes} bytes as {as_what}, not {shown}");
            self.fail(&miss, &format!("{}: {bytes} bytes as {as_what}", self.length()))
        };
        let facts = self.facts;
        let said = self.params.encoding.or(self.params.format);
        let (bytes, as_what) = match (said, facts.hex_bytes, facts.base64_bytes) {
            (Some(Encoding::Raw), _, _) => (facts.chars, "text"),
            (Some(Encoding::Uuid), _, _) => (16, "a UUID"),
            (Some(Encoding::Base64), _, Some(bytes)) => (bytes, "base64"),
            (Some(Encoding::Hex) | None, Some(bytes), _) => (bytes, "hex"),
            (None, None, Some(bytes)) if fails(bytes) && !fails(facts.chars) => {
                return Some(Finding::unknown(
                    format!(
                        "`{}` in {} is {bytes} bytes as base64 and {} as text, {shown} asked for",
                        self.name,
                        self.place.show(),
                        facts.chars
                    ),
                    "say how the value is written: `encoding=base64` or `encoding=raw`",
                ));
            }
            (None, None, Some(bytes)) => (bytes, "base64"),
            (None, None, None) => (facts.chars, "text"),
            (Some(Encoding::Base64 | Encoding::Hex), _, _) => return None,
        };
        fails(bytes).then(|| fail(bytes, as_what))
    }

    fn random(&self) -> Option<Finding> {
        let bits = i64::from(self.facts.entropy_bits);
        if self.least_bits(bits) {
            return None;
        }
        let distinct = self.facts.distinct;
        let made = machine::count(
            usize::try_from(distinct).unwrap_or(usize::MAX),
            "different character",
            "different characters",
        );
        let why =
            format!("is easy to guess: about {bits} bits of entropy, {} asked for", self.bits());
        Some(self.fail(&why, &format!("{} made of {made}, about {bits} bits", self.length())))
    }

    fn least_bits(&self, bits: i64) -> bool {
        match self.params.min_entropy {
            Some(asked) => asked.holds(Operator::AtLeast, bits),
            None => self.default_bits() <= bits,
        }
    }

    fn bits(&self) -> String {
        match self.params.min_entropy {
            Some(asked) => asked.show(Operator::AtLeast),
            None => format!(">= {} bits", self.default_bits()),
        }
    }

    fn default_bits(&self) -> i64 {
        if is_password(self.name) { PASSWORD_BITS } else { KEY_BITS }
    }

    /// Nobody else's: not the template's, not in a history, not another variable's.
    fn own(&self) -> Option<Finding> {
        let facts = self.facts;
        let others: Vec<String> = facts.same_as.iter().map(|it| format!("`{it}`")).collect();
        if facts.same_as_template == Some(true) {
            return Some(self.fail("is the value of the template", "the template's value"));
        }
        if facts.in_history == Some(true) {
            let why = "stands in the history of the repository";
            return Some(self.fail(why, "a value that everybody with the repository has"));
        }
        (self.params.unique && !others.is_empty()).then(|| {
            let others = others.join(", ");
            self.fail(&format!("has the same value as {others}"), &format!("the value of {others}"))
        })
    }

    fn length(&self) -> String {
        let facts = self.facts;
        let chars = machine::count(
            usize::try_from(facts.chars).unwrap_or(usize::MAX),
            "character",
            "characters",
        );
        match (facts.hex_bytes, facts.base64_bytes) {
            (Some(bytes), _) => format!("{chars}, {bytes} bytes as hex"),
            (None, Some(bytes)) => format!("{chars}, {bytes} bytes as base64"),
            (None, None) => chars,
        }
    }

    /// What the line asks for, in one breath.
    fn asked(&self) -> String {
        let params = self.params;
        let chars = params.min_chars.map(|it| it.show(Operator::AtLeast));
        let bytes = params.bytes.map(|it| format!("{} decoded", it.show(Operator::AtLeast)));
        let format = params.format.or(params.encoding).map(|it| it.word().to_owned());
        let bits = Some(format!("{} of entropy", self.bits()));
        let unique = params.unique.then(|| String::from("a value of its own"));
        let all: Vec<String> = [chars, bytes, format, bits, unique].into_iter().flatten().collect();
        all.join(", ")
    }

    fn fail(&self, why: &str, seen: &str) -> Finding {
        let (name, shown) = (self.name, self.place.show());
        let hand = self.place.by_hand(name);
        Finding::fail(
            format!("`{name}` in {shown} {why}"),
            format!("`{name}`: {}", self.asked()),
            seen,
            format!(
                "make a new value, `openssl rand -base64 32`, and store it as `{name}` in {shown}"
            ),
        )
        .easy_to_miss(match self.facts.chars {
            0 => format!("`{hand}` prints the name and exits 0"),
            chars => format!(
                "`{hand}` prints {chars} characters behind the `=`: set, and long to look at"
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use holdpoint_model::{param::Trouble, verdict::Verdict};

    use super::*;

    fn saying(params: &[(&str, &str)], seen: Variables) -> World {
        let mut world =
            EnvSecretStrength::world().but(move |_, _, _| Ok(Seen::Variables(seen.clone())));
        world.params.clear();
        params.iter().fold(world, |world, (k, v)| world.param(k, v))
    }

    fn judge(params: &[(&str, &str)], facts: &[(&str, Facts)]) -> Finding {
        saying(params, variables::seen(facts)).judge(&EnvSecretStrength)
    }

    /// A random value of that many characters that is neither hex nor base64.
    fn random(chars: u32) -> Facts {
        Facts {
            chars,
            entropy_bits: chars * 6,
            distinct: chars.min(60),
            same_as_template: Some(false),
            in_history: Some(false),
            ..Facts::default()
        }
    }

    fn hex(chars: u32) -> Facts {
        let bytes = Some(chars / 2);
        Facts {
            hex_bytes: bytes,
            base64_bytes: Some(chars / 4 * 3),
            entropy_bits: chars * 4,
            ..random(chars)
        }
    }

    fn base64(chars: u32, bytes: u32) -> Facts {
        Facts { base64_bytes: Some(bytes), ..random(chars) }
    }

    #[test]
    fn long_is_not_random() {
        let facts = Facts { entropy_bits: 5, distinct: 1, ..random(32) };
        let finding =
            judge(&[("name", "SECRET_KEY"), ("min-chars", "32")], &[("SECRET_KEY", facts)]);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.seen.unwrap().contains("1 different character,"));
        assert!(
            finding.easy_to_miss.unwrap().contains("`grep SECRET_KEY .env` prints 32 characters")
        );
    }

    #[test]
    fn bytes_are_counted_after_decoding() {
        let check = |bytes: &str, facts: Facts, want: Verdict| {
            let line = [("name", "DB_ENCRYPTION_KEY"), ("bytes", bytes)];
            let finding = judge(&line, &[("DB_ENCRYPTION_KEY", facts.clone())]);
            assert_eq!(finding.verdict, want, "{bytes} of {facts:?}: {finding:?}");
        };
        check("32", hex(32), Verdict::Fail);
        check("32", hex(64), Verdict::Pass);
        check("32", base64(44, 32), Verdict::Pass);
        check("32", base64(43, 32), Verdict::Pass);
        check("32 bytes", base64(64, 48), Verdict::Pass);
        check("=32", base64(64, 48), Verdict::Fail);
        check(">32", hex(64), Verdict::Fail);
        check("32", random(32), Verdict::Pass);
        check("32", random(31), Verdict::Fail);
        check("32", base64(32, 24), Verdict::Unknown);
        check("32", base64(24, 18), Verdict::Fail);
    }

    #[test]
    fn the_encoding_says_what_the_bytes_are() {
        let check = |how: [(&str, &str); 2], facts: Facts, want: Verdict| {
            let finding =
                judge(&[("name", "ENCRYPTION_KEY"), how[0], how[1]], &[("ENCRYPTION_KEY", facts)]);
            assert_eq!(finding.verdict, want, "{how:?}: {finding:?}");
        };
        let bytes = ("bytes", "32");
        check([("encoding", "raw"), bytes], base64(32, 24), Verdict::Pass);
        check([("encoding", "base64"), bytes], base64(32, 24), Verdict::Fail);
        check([("encoding", "base64"), bytes], hex(64), Verdict::Pass);
        check([("encoding", "hex"), bytes], hex(62), Verdict::Fail);
        check([("format", "hex"), ("min-chars", "40")], base64(44, 32), Verdict::Fail);
        check([("format", "base64url"), ("min-chars", "40")], base64(44, 32), Verdict::Pass);
        check([("format", "uuid"), ("min-chars", "32")], random(36), Verdict::Pass);
        check([("format", "uuid"), ("min-chars", "32")], random(40), Verdict::Fail);
        let given = [("format".to_owned(), "AIza[0-9A-Za-z_-]{35}".to_owned())].into();
        let complaints = holdpoint_model::check::AnyCheck::complaints(&EnvSecretStrength, &given);
        assert!(matches!(complaints[0].trouble, Trouble::Wrong(_)));
    }

    #[test]
    fn a_password_that_everybody_knows_fails() {
        let facts =
            Facts { entropy_bits: 23, listed: Some("default passwords".into()), ..random(5) };
        let line = [("name", "REDIS_PASSWORD"), ("min-chars", "16"), ("min-entropy", "72bit")];
        let finding = judge(&line, &[("REDIS_PASSWORD", facts)]);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(
            finding.reason.contains("default passwords") && finding.reason.contains("5 characters")
        );
    }

    #[test]
    fn passwords_may_have_less_entropy_than_keys() {
        let facts = Facts { entropy_bits: 100, ..random(20) };
        let of = |name: &str, more: &[(&str, &str)]| {
            let line: Vec<(&str, &str)> = more.iter().copied().chain([("name", name)]).collect();
            judge(&line, &[(name, facts.clone())]).verdict
        };
        assert_eq!(of("REDIS_PASSWORD", &[]), Verdict::Pass);
        assert_eq!(of("SECRET_KEY", &[]), Verdict::Fail);
        assert_eq!(of("SECRET_KEY", &[("min-entropy", "100")]), Verdict::Pass);
        assert_eq!(of("REDIS_PASSWORD", &[("min-entropy", "> 100 bits")]), Verdict::Fail);
    }

    #[test]
    fn a_secret_is_nobody_elses() {
        let line = [("name", "SECRET_KEY")];
        let fails = |facts: Facts| judge(&line, &[("SECRET_KEY", facts)]).verdict == Verdict::Fail;
        assert!(fails(Facts { same_as: vec!["JWT_SECRET_KEY".into()], ..random(44) }));
        assert!(fails(Facts { same_as_template: Some(true), ..random(44) }));
        assert!(fails(Facts { in_history: Some(true), ..random(44) }));
        assert!(fails(Facts { placeholder: Some("<…>".into()), ..random(44) }));
        let shared = [line[0], ("unique", "false")];
        let facts = Facts { same_as: vec!["JWT_SECRET_KEY".into()], ..random(44) };
        assert_eq!(judge(&shared, &[("SECRET_KEY", facts)]).verdict, Verdict::Pass);
        let shown = [line[0], ("placeholder", "<google-api-key>")];
        let facts = Facts { equals: vec!["<google-api-key>".into()], ..random(44) };
        assert_eq!(judge(&shown, &[("SECRET_KEY", facts)]).verdict, Verdict::Fail);
    }

    #[test]
    fn what_was_not_compared_is_named() {
        let facts = Facts { in_history: None, same_as_template: None, ..random(44) };
        let mut seen = variables::seen(&[("SECRET_KEY", facts)]);
        seen.not_compared.push("the list of common passwords".into());
        let world = saying(&[("name", "SECRET_KEY")], seen).field("template", "");
        let finding = { world }.judge(&EnvSecretStrength);
        assert_eq!(finding.verdict, Verdict::Pass);
        let all = finding.unproven.join("; ");
        for part in ["history", "template", "common passwords", "the running process"] {
            assert!(all.contains(part), "{part}: {all}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_not_strong() {
        let line = [("name", "SECRET_KEY")];
        assert_eq!(judge(&line, &[("OTHER", random(44))]).verdict, Verdict::Fail);
        let mut twice = variables::seen(&[("SECRET_KEY", random(44))]);
        twice.duplicates.push("SECRET_KEY".into());
        assert_eq!(saying(&line, twice).judge(&EnvSecretStrength).verdict, Verdict::Unknown);
        let denied =
            EnvSecretStrength::world().but(|_, _, _| Err(Fault::Denied)).judge(&EnvSecretStrength);
        assert_eq!(denied.verdict, Verdict::Unknown);
        let oddity = Some("a reference to another variable".into());
        let reference = Facts { entropy_bits: 0, oddity, ..random(12) };
        assert_eq!(judge(&line, &[("SECRET_KEY", reference)]).verdict, Verdict::Unknown);
        let store = [line[0], ("source", "kubernetes-secret")];
        let finding = judge(&store, &[("SECRET_KEY", random(44))]);
        assert!(finding.reason.starts_with("this version cannot"), "{finding:?}");
        assert_eq!(
            judge(&[("names", "*_TOKEN")], &[("SECRET_KEY", random(44))]).verdict,
            Verdict::Unknown
        );
        let undeclared = EnvSecretStrength::world().field("here", "").judge(&EnvSecretStrength);
        assert!(undeclared.remedy.unwrap().contains("target.host.here"));
    }

    #[test]
    fn every_secret_that_a_pattern_matches_is_judged() {
        let all = [("DB_PASSWORD", random(20)), ("SMTP_PASSWORD", random(4)), ("PORT", random(4))];
        let finding = judge(&[("names", "*_PASSWORD")], &all);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(
            finding.reason.contains("SMTP_PASSWORD") && !finding.reason.contains("DB_PASSWORD")
        );
    }
}
