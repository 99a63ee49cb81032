//! `env.required`: the variables that a line names are set to real values of the right form.

use holdpoint_model::{
    ask::What,
    check::{Check, Judgement},
    fault::Fault,
    look::Looks,
    param::Param,
    params,
    quantity::Texts,
    scope::Scope,
    seen::{Facts, Seen, Variables},
    verdict::{Finding, Verdict, worst},
    world::World,
};

use crate::{
    machine,
    variables::{self, Names, Place, Stop, absent, doubt, is_secret, settle},
    worlds,
};

pub(crate) struct EnvRequired;

/// What a value has to be readable as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A form that the facts about a value name.
    Named(String),
    /// One of these texts.
    OneOf(Vec<String>),
}

impl Param for Form {
    const KIND: &'static str =
        "int, number, bool, port, host, url, url(SCHEME), seconds, email, json or enum(A,B)";
    fn read(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('=').trim();
        let within = |word: &str| {
            let rest = text.strip_prefix(word)?.trim_start().strip_prefix('(')?;
            rest.strip_suffix(')').map(str::trim).filter(|rest| !rest.is_empty())
        };
        if let Some(list) = within("enum") {
            return Ok(Self::OneOf(list.split(',').map(|it| it.trim().to_owned()).collect()));
        }
        if let Some(scheme) = within("url") {
            return Ok(Self::Named(format!("url({})", scheme.to_ascii_lowercase())));
        }
        let plain = ["int", "number", "bool", "port", "host", "url", "seconds", "email", "json"];
        match plain.into_iter().find(|it| text.eq_ignore_ascii_case(it)) {
            Some(form) => Ok(Self::Named(form.to_owned())),
            None => Err(format!("expected {}, found `{text}`", Self::KIND)),
        }
    }
}

impl Form {
    fn holds(&self, facts: &Facts) -> bool {
        match self {
            Self::OneOf(texts) => texts.iter().any(|text| facts.equals.contains(text)),
            Self::Named(form) => {
                let also = match form.as_str() {
                    "url(postgresql)" => "url(postgres)",
                    "url(postgres)" => "url(postgresql)",
                    other => other,
                };
                facts.types.iter().any(|it| it == form || it == also)
            }
        }
    }

    fn show(&self) -> String {
        match self {
            Self::OneOf(texts) => format!("one of {}", texts.join(", ")),
            Self::Named(form) => format!("of type {form}"),
        }
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// The variable, or several separated by commas.
        name("name"): Option<Texts> = none,
        /// Several: `*` is anything, `keys-of(FILE)` what a file assigns, `all` what is declared.
        names("names"): Option<Texts> = none,
        /// What the value has to be readable as.
        form("type"): Option<Form> = none,
        /// The exact text that the value has to be.
        equals("equals"): Option<String> = none,
        /// Texts that the whole value must not be; one that ends in a colon is the scheme of a URL.
        forbid("forbid"): Option<Texts> = none,
        /// Whether the variable may be absent.
        optional("optional"): bool = "false",
        /// The dotenv file in which the variables are set.
        path("path"): Option<String> = none,
        /// The text that stands where a real value belongs.
        placeholder("placeholder"): Option<String> = none,
        /// A value that the line shows; a secret must not be it.
        example("example"): Option<String> = none,
        /// What a program takes when the variable is absent, which therefore may be.
        default("default"): Option<String> = none,
        /// Whether the value is a secret; without it the name tells.
        secret("secret"): Option<bool> = none,
        /// Which surface the line means, such as `file` or `process`.
        source("source"): Option<String> = none,
        /// Where what the value names has to lie.
        on("on"): Option<String> = none,
    }
}

impl Check for EnvRequired {
    type Params = Params;
    const ID: &'static str = "env.required";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r"
Reads the environment of the declared process, or the dotenv file that line or target name, and
judges each variable by facts: whether it is there, how long it is, what it can be read as, whether
it looks like something that somebody still has to replace. Values are never kept and never shown.

A value that the line itself states with `equals` is taken as meant, even if it looks like a
placeholder; so are reserved example domains in a variable whose name says that it is for tests. A
variable that is quoted twice fails; one that is assigned twice, or carries a comment behind its
value, is unknown, because loaders do not agree on it.

**Proves** that each named variable is set, is no placeholder, and has the form, text or range of
texts that the line asks for.
**Does not prove** that the value works, that a running process has read the file since it was
changed, or that a forbidden text does not stand inside a longer value.

```checklist
- [ ] `APP_ENV=production`
```

**Remedy.** Set the variable named in the reason where the program reads it, then restart the
program.
";

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        settle(judge(params, looks))
    }

    fn world() -> World {
        let scope = Scope::new("host", worlds::NOW).with("here", "true");
        let given = [("path", ".env"), ("name", "ENVIRONMENT"), ("equals", "production")];
        World::new(scope, &given, |ask, _| {
            let What::Variables { .. } = &ask.what else { return Err(Fault::Unsupported) };
            let facts = Facts {
                chars: 10,
                entropy_bits: 33,
                distinct: 8,
                equals: vec![String::from("production")],
                ..Facts::default()
            };
            Ok(Seen::Variables(variables::seen(&[("ENVIRONMENT", facts)])))
        })
    }
}

fn judge(params: &Params, looks: &Looks) -> Result<Finding, Stop> {
    let scope = looks.scope();
    let place = Place::find(scope, params.path.as_deref(), params.source.as_deref())?;
    let names = Names::find(looks, &place.on, [params.name.as_ref(), params.names.as_ref()])?;
    let mut what = place.ask(&names.wanted);
    if let What::Variables { template, compare, .. } = &mut what {
        *template = names.keys_of.clone().or_else(|| scope.field("template").map(str::to_owned));
        *compare = comparisons(params, &names.wanted);
    }
    let (_, seen) = variables::look(looks, what)?;
    let Some(seen) = seen else {
        let parts = names.wanted.iter().map(|name| not_set(params, name, None, &place));
        return Ok(finish(params, parts.collect(), &names.wanted, None, &place));
    };
    let picked = names.pick(seen);
    let mut parts = names.empty_patterns(seen);
    parts.extend(picked.iter().map(|(name, facts)| match facts {
        Some(facts) => Subject { params, name, facts, seen, place: &place }.judge(),
        None => not_set(params, name, Some(seen), &place),
    }));
    let told: Vec<String> = picked.into_iter().map(|(name, _)| name).collect();
    Ok(finish(params, parts, &told, Some(seen), &place))
}

/// Every text that values are compared with, for each name.
fn comparisons(params: &Params, names: &[String]) -> Vec<(String, String)> {
    let mut texts: Vec<String> = [&params.equals, &params.placeholder, &params.example]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    texts.extend(params.forbid.iter().flat_map(|texts| texts.0.iter().cloned()));
    if let Some(Form::OneOf(one_of)) = &params.form {
        texts.extend(one_of.iter().cloned());
    }
    let pairs =
        |name: &String| texts.iter().map(|text| (name.clone(), text.clone())).collect::<Vec<_>>();
    names.iter().flat_map(pairs).collect()
}

fn finish(
    params: &Params,
    parts: Vec<Finding>,
    names: &[String],
    seen: Option<&Variables>,
    place: &Place,
) -> Finding {
    let many = 1 < parts.len();
    let mut finding = worst(parts);
    if finding.verdict == Verdict::Pass && many {
        finding.reason = format!(
            "{} in {}: {}",
            machine::count(names.len(), "variable is fine", "variables are fine"),
            place.show(),
            names.join(", ")
        );
        finding.seen = None;
    }
    if params.forbid.is_some() {
        finding = finding.unproven("forbidden texts inside a longer value");
    }
    if let Some(on) = &params.on {
        finding = finding.unproven(format!("that what the value names lies on `{on}`"));
    }
    for left in seen.iter().flat_map(|seen| &seen.not_compared) {
        finding = finding.unproven(format!("comparison with {left}"));
    }
    if let Some(seen) = seen {
        finding = variables::unread(finding, seen, place);
    }
    place.honest(finding)
}

fn not_set(params: &Params, name: &str, seen: Option<&Variables>, place: &Place) -> Finding {
    match &params.default {
        Some(default) => Finding::pass(format!("`{name}` is not set; its default is {default}"))
            .unproven(format!("that the program takes {default} when `{name}` is not set")),
        None if params.optional => Finding::pass(format!("`{name}` is not set, and may be absent")),
        None => absent(name, seen, place),
    }
}

/// One variable that is there.
struct Subject<'a> {
    params: &'a Params,
    name: &'a str,
    facts: &'a Facts,
    seen: &'a Variables,
    place: &'a Place,
}

impl Subject<'_> {
    fn judge(&self) -> Finding {
        let (name, shown) = (self.name, self.place.show());
        let doubt = doubt(name, self.facts, self.seen, self.place);
        let wrong = if variables::refers(self.facts) { None } else { self.wrong() };
        if let Some(finding) = wrong.or(doubt) {
            return finding;
        }
        let finding = match (&self.params.equals, &self.params.form) {
            (Some(text), _) => Finding::pass(format!("`{name}` in {shown} is `{text}`")),
            (None, Some(form)) => {
                Finding::pass(format!("`{name}` in {shown} is set and {}", form.show()))
            }
            (None, None) => Finding::pass(format!("`{name}` in {shown} is set to a real value")),
        };
        let chars = machine::count(
            usize::try_from(self.facts.chars).unwrap_or(usize::MAX),
            "character",
            "characters",
        );
        let finding = finding.seen(format!("a value of {chars}"));
        match (&self.facts.placeholder, self.stands_for_a_test()) {
            (Some(rule), true) => {
                finding.unproven(format!("that `{name}` is meant to be {rule}: its name says so"))
            }
            (Some(_), false) | (None, _) => finding,
        }
    }

    /// What is wrong with the value, if anything is.
    fn wrong(&self) -> Option<Finding> {
        let (params, facts) = (self.params, self.facts);
        let is = |text: &Option<String>| text.as_ref().is_some_and(|it| facts.equals.contains(it));
        let secret = params.secret.unwrap_or_else(|| is_secret(self.name));
        if facts.chars == 0 {
            return Some(self.fail("is empty", "a value", "nothing behind the `=`"));
        }
        if let Some(text) = params.equals.as_ref().filter(|text| !facts.equals.contains(text)) {
            let expected = format!("the text `{text}`, letter by letter");
            return Some(self.fail(&format!("is not `{text}`"), &expected, "another text"));
        }
        if is(&params.placeholder) {
            let rule = "still holds the text that the checklist shows in place of a value";
            return Some(self.fail(rule, "a value of your own", "the text of the checklist"));
        }
        let meant = params.equals.is_some() || (is(&params.example) && !secret);
        if let Some(rule) =
            facts.placeholder.as_ref().filter(|_| !meant && !self.stands_for_a_test())
        {
            let why = format!("is a placeholder ({rule})");
            return Some(self.fail(&why, "a real value", &format!("a placeholder: {rule}")));
        }
        if secret && is(&params.example) {
            return Some(self.fail(
                "is the example",
                "a secret of your own",
                "the example of the line",
            ));
        }
        if secret && facts.same_as_template == Some(true) {
            let seen = "the value that the template has";
            return Some(self.fail("is the value of the template", "a secret of your own", seen));
        }
        if let Some(form) = params.form.as_ref().filter(|form| !form.holds(facts)) {
            let types = if facts.types.is_empty() {
                String::from("none of the known types")
            } else {
                facts.types.join(", ")
            };
            let seen = match form {
                Form::Named(_) => format!("a text that can be read as {types}"),
                Form::OneOf(_) => String::from("another text"),
            };
            return Some(self.fail(&format!("is not {}", form.show()), &form.show(), &seen));
        }
        let forbidden =
            params.forbid.iter().flat_map(|texts| &texts.0).find(|it| self.forbids(it))?;
        let expected = format!("anything but `{forbidden}`");
        Some(self.fail(&format!("is `{forbidden}`, which it must not be"), &expected, forbidden))
    }

    fn forbids(&self, text: &String) -> bool {
        let scheme = text.trim_end_matches('/').strip_suffix(':');
        let typed = scheme.map(|it| format!("url({})", it.to_ascii_lowercase()));
        self.facts.equals.contains(text) || typed.is_some_and(|it| self.facts.types.contains(&it))
    }

    /// Example domains are what a variable for tests is expected to hold.
    fn stands_for_a_test(&self) -> bool {
        let domain = self.facts.placeholder.as_ref().is_some_and(|rule| rule.contains("example"));
        let words = ["TEST", "TESTS", "TESTING", "EXAMPLE", "SAMPLE", "MOCK", "DUMMY"];
        domain && variables::has_word(self.name, &words)
    }

    fn fail(&self, why: &str, expected: &str, seen: &str) -> Finding {
        let (name, shown) = (self.name, self.place.show());
        let hand = self.place.by_hand(name);
        Finding::fail(
            format!("`{name}` in {shown} {why}"),
            format!("`{name}`: {expected}"),
            seen,
            format!("set `{name}` in {shown} to {expected}, then restart what reads it"),
        )
        .easy_to_miss(format!("`{hand}` prints a line and exits 0"))
    }
}

#[cfg(test)]
mod tests {
    use holdpoint_model::ask::Source;

    use super::*;

    /// A world whose file assigns these variables, and a line with these parameters only.
    fn world(params: &[(&str, &str)], facts: &[(&str, Facts)]) -> World {
        let seen = variables::seen(facts);
        saying(params, seen)
    }

    fn saying(params: &[(&str, &str)], seen: Variables) -> World {
        let mut world = EnvRequired::world().but(move |_, _, _| Ok(Seen::Variables(seen.clone())));
        world.params.clear();
        params.iter().fold(world.param("path", ".env"), |world, (k, v)| world.param(k, v))
    }

    fn judge(params: &[(&str, &str)], facts: &[(&str, Facts)]) -> Finding {
        world(params, facts).judge(&EnvRequired)
    }

    fn value(chars: u32) -> Facts {
        Facts { chars, entropy_bits: 40, distinct: 9, ..Facts::default() }
    }

    fn typed(types: &[&str]) -> Facts {
        Facts { types: types.iter().map(|it| (*it).to_owned()).collect(), ..value(4) }
    }

    fn placeholder(rule: &str) -> Facts {
        Facts { placeholder: Some(rule.to_owned()), ..value(40) }
    }

    #[test]
    fn a_url_with_user_pass_and_host_is_a_placeholder() {
        let facts = Facts {
            types: vec!["url".into(), "url(postgresql)".into()],
            ..placeholder("user:pass@")
        };
        let finding = judge(
            &[("name", "DATABASE_URL"), ("type", "url(postgresql)")],
            &[("DATABASE_URL", facts)],
        );
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("user:pass@"));
        assert!(finding.easy_to_miss.unwrap().contains("grep DATABASE_URL .env"));
        assert_eq!(finding.unproven, ["the running process"]);
    }

    #[test]
    fn an_example_domain_that_is_meant_is_fine() {
        let facts =
            Facts { equals: vec!["https://example.com".into()], ..placeholder("example.com") };
        let named = [("name", "CALLBACK_URL")];
        let meant = [named[0], ("equals", "https://example.com")];
        assert_eq!(judge(&meant, &[("CALLBACK_URL", facts.clone())]).verdict, Verdict::Pass);
        assert_eq!(judge(&named, &[("CALLBACK_URL", facts.clone())]).verdict, Verdict::Fail);
        let finding = judge(&[("name", "TEST_CALLBACK_URL")], &[("TEST_CALLBACK_URL", facts)]);
        assert_eq!((finding.verdict, finding.unproven.len()), (Verdict::Pass, 2), "{finding:?}");
    }

    #[test]
    fn absence_is_fine_only_where_the_line_says_so() {
        let absent = |params: &[(&str, &str)]| judge(params, &[("OTHER", value(3))]);
        assert_eq!(absent(&[("name", "WORKERS")]).verdict, Verdict::Fail);
        assert_eq!(absent(&[("name", "WORKERS"), ("optional", "true")]).verdict, Verdict::Pass);
        let finding = absent(&[("name", "WORKERS"), ("default", "4"), ("type", "int")]);
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.reason.contains("default is 4"));
        let empty = judge(&[("name", "WORKERS"), ("default", "4")], &[("WORKERS", value(0))]);
        assert_eq!(empty.verdict, Verdict::Fail, "an empty value takes the default away");
    }

    #[test]
    fn one_of_several_names_is_not_all_of_them() {
        let finding = judge(&[("names", "A_HOST,B_HOST")], &[("A_HOST", value(9))]);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("`B_HOST`") && !finding.reason.contains("`A_HOST`"));
        assert!(finding.easy_to_miss.unwrap().contains("grep -E"));
    }

    #[test]
    fn text_and_type_are_exact() {
        let debug = [("name", "DEBUG"), ("type", "bool"), ("equals", "False")];
        let facts = |equal: bool| Facts {
            equals: if equal { vec!["False".into()] } else { vec![] },
            ..typed(&["bool"])
        };
        assert_eq!(judge(&debug, &[("DEBUG", facts(true))]).verdict, Verdict::Pass);
        assert_eq!(judge(&debug, &[("DEBUG", facts(false))]).verdict, Verdict::Fail);
        let port = [("name", "PORT"), ("type", "port")];
        assert_eq!(
            judge(&port, &[("PORT", typed(&["int", "number", "port"]))]).verdict,
            Verdict::Pass
        );
        assert_eq!(judge(&port, &[("PORT", typed(&["host"]))]).verdict, Verdict::Fail);
        let url = [("name", "URL"), ("type", "url(postgresql)")];
        assert_eq!(
            judge(&url, &[("URL", typed(&["url", "url(postgres)"]))]).verdict,
            Verdict::Pass
        );
        let level = [("name", "LOG_LEVEL"), ("type", "enum(INFO, ERROR)")];
        let info = Facts { equals: vec!["INFO".into()], ..value(4) };
        assert_eq!(judge(&level, &[("LOG_LEVEL", info)]).verdict, Verdict::Pass);
        assert_eq!(judge(&level, &[("LOG_LEVEL", value(5))]).verdict, Verdict::Fail);
    }

    #[test]
    fn forbidden_texts_and_schemes() {
        let line = [("name", "ALLOWED_ORIGINS"), ("forbid", "*,localhost,http:")];
        let star = Facts { equals: vec!["*".into()], ..value(1) };
        assert_eq!(judge(&line, &[("ALLOWED_ORIGINS", star)]).verdict, Verdict::Fail);
        let http = typed(&["url", "url(http)"]);
        assert_eq!(judge(&line, &[("ALLOWED_ORIGINS", http)]).verdict, Verdict::Fail);
        let finding = judge(&line, &[("ALLOWED_ORIGINS", typed(&["url", "url(https)"]))]);
        assert_eq!(finding.verdict, Verdict::Pass);
        assert!(finding.unproven.iter().any(|it| it.contains("longer value")));
    }

    #[test]
    fn secrets_are_neither_the_template_nor_the_example() {
        let template = Facts { same_as_template: Some(true), ..value(20) };
        assert_eq!(
            judge(&[("name", "API_KEY")], &[("API_KEY", template.clone())]).verdict,
            Verdict::Fail
        );
        assert_eq!(judge(&[("name", "REGION")], &[("REGION", template)]).verdict, Verdict::Pass);
        let example = Facts { equals: vec!["20".into()], ..value(2) };
        let pool = [("name", "DB_POOL_SIZE"), ("example", "20")];
        assert_eq!(judge(&pool, &[("DB_POOL_SIZE", example.clone())]).verdict, Verdict::Pass);
        let secret = [("name", "DB_POOL_SIZE"), ("example", "20"), ("secret", "true")];
        assert_eq!(judge(&secret, &[("DB_POOL_SIZE", example.clone())]).verdict, Verdict::Fail);
        let shown = [("name", "DB_POOL_SIZE"), ("placeholder", "20")];
        assert_eq!(judge(&shown, &[("DB_POOL_SIZE", example)]).verdict, Verdict::Fail);
    }

    #[test]
    fn what_loaders_do_not_agree_on_does_not_pass() {
        let line = [("name", "A_HOST")];
        let odd = |text: &str| Facts { oddity: Some(text.to_owned()), ..value(9) };
        assert_eq!(
            judge(&line, &[("A_HOST", odd("quotes inside its quotes"))]).verdict,
            Verdict::Fail
        );
        assert_eq!(
            judge(&line, &[("A_HOST", odd("a comment behind the value"))]).verdict,
            Verdict::Unknown
        );
        let sign = odd("a # without quotes, a comment to some readers");
        assert_eq!(judge(&line, &[("A_HOST", sign)]).verdict, Verdict::Unknown);
        let port = [line[0], ("type", "port")];
        let reference = odd("a reference to another variable");
        assert_eq!(judge(&port, &[("A_HOST", reference)]).verdict, Verdict::Unknown);
        let mut twice = variables::seen(&[("A_HOST", value(9))]);
        twice.duplicates.push("A_HOST".into());
        assert_eq!(saying(&line, twice).judge(&EnvRequired).verdict, Verdict::Unknown);
        let mut torn = variables::seen(&[("A_HOST", value(9))]);
        torn.malformed.push(7);
        let finding = saying(&line, torn.clone()).judge(&EnvRequired);
        assert_eq!(finding.verdict, Verdict::Unknown);
        assert!(finding.reason.contains("line 7 could not be read"), "{finding:?}");
        let empty = Facts::default();
        let mut both = variables::seen(&[("A_HOST", empty)]);
        both.malformed.push(7);
        assert_eq!(saying(&line, both).judge(&EnvRequired).verdict, Verdict::Fail);
        let finding = saying(&[("name", "B_HOST")], torn).judge(&EnvRequired);
        assert_eq!(finding.verdict, Verdict::Unknown, "the line may be the one: {finding:?}");
    }

    #[test]
    fn a_file_that_is_not_there_sets_nothing() {
        let none = |params: &[(&str, &str)]| {
            world(params, &[]).but(|_, _, _| Ok(Seen::Absent)).judge(&EnvRequired).verdict
        };
        assert_eq!(none(&[("name", "A_HOST")]), Verdict::Fail);
        assert_eq!(none(&[("name", "A_HOST"), ("optional", "true")]), Verdict::Pass);
    }

    #[test]
    fn the_running_process_decides_where_it_is_declared() {
        let mut world =
            world(&[("name", "A_HOST")], &[("A_HOST", value(9))]).field("process", "41");
        let finding = world.judge(&EnvRequired);
        assert_eq!((finding.verdict, finding.unproven.len()), (Verdict::Pass, 0));
        let what = &world.made()[0].ask.what;
        assert!(matches!(what, What::Variables { source: Source::Process(41), .. }), "{what:?}");
        let mut gone = world.but(|_, _, _| Ok(Seen::Absent));
        assert_eq!(gone.judge(&EnvRequired).verdict, Verdict::Unknown);
    }

    #[test]
    fn names_come_from_patterns_and_templates() {
        let all = [("REDIS_HOST", value(9)), ("DB_HOST", value(0)), ("PORT", value(4))];
        let finding = judge(&[("names", "*_HOST")], &all);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("`DB_HOST`"));
        assert_eq!(judge(&[("names", "*_QUEUE")], &all).verdict, Verdict::Unknown);
        let mut world = world(&[("names", "keys-of(.env.production)")], &[]).but(|ask, _, _| {
            let What::Variables { source: Source::File(path), .. } = &ask.what else {
                return Err(Fault::Unsupported);
            };
            let all = [("A_HOST", value(9)), ("B_HOST", value(9))];
            let here = if path == ".env" { &all[..1] } else { &all[..] };
            Ok(Seen::Variables(variables::seen(here)))
        });
        let finding = world.judge(&EnvRequired);
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.reason.contains("`B_HOST`"));
    }

    #[test]
    fn what_is_not_declared_is_unknown_and_said() {
        let says = |world: &mut World, word: &str| {
            let finding = world.judge(&EnvRequired);
            assert_eq!(finding.verdict, Verdict::Unknown, "{finding:?}");
            let text = format!("{} {}", finding.reason, finding.remedy.unwrap_or_default());
            assert!(text.contains(word), "{text}");
        };
        let line = [("name", "A_HOST")];
        says(&mut world(&line, &[]).field("here", ""), "target.host.here");
        says(&mut world(&line, &[]).param("path", ""), "target.host.path");
        says(&mut world(&[], &[]), "name=");
        for all in ["declared", "all"] {
            let mut written = world(&[("names", all)], &[]);
            written.scope.line = 28;
            says(&mut written, "line.28.params.name");
        }
        let pods = [line[0], ("source", "kubernetes-pods")];
        says(&mut world(&pods, &[]), "this version cannot");
        let mut typed = world(&line, &[("A_HOST", value(9))]).field("here", "");
        typed.scope.here_is_enough = true;
        assert_eq!(typed.judge(&EnvRequired).verdict, Verdict::Pass);
        says(&mut typed.param("path", ""), "declare `path=");
    }

    #[test]
    fn a_type_nobody_knows_is_a_mistake() {
        assert!(Form::read("float32").is_err() && Form::read("url()").is_err());
        assert_eq!(Form::read("url(HTTPS)"), Ok(Form::Named("url(https)".into())));
    }
}
