//! `config.value`: a key of a configuration file has, or lacks, the value that the line states.

use holdpoint_model::{
    ask::{Comparison, Relation, What},
    check::{Check, Judgement},
    fault::Fault,
    found::{Held, Setting, Value, ValueKind},
    look::{Looks, Need, garbled},
    param::Param,
    params,
    quantity::Operator,
    scope::Scope,
    seen::Seen,
    verdict::{Finding, Verdict, worst},
    world::World,
};

use crate::{
    machine,
    names::nearest,
    repo::{Paths, Place},
    variables::{Stop, settle},
    worlds,
};

pub(crate) struct ConfigValue;

/// Sections for one environment that are looked into.
const SECTIONS_MAX: usize = 4;

/// A number with an operator, as text: it is compared without being rounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    operator: Option<Operator>,
    number: String,
}

impl Param for Limit {
    const KIND: &'static str = "a number";
    fn read(text: &str) -> Result<Self, String> {
        let (operator, number) = Operator::split(text);
        let digits = number.strip_prefix('-').unwrap_or(number);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let good = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
        if good(whole) && good(part) {
            Ok(Self { operator, number: number.to_owned() })
        } else {
            Err(format!("expected a number, found `{text}`"))
        }
    }
}

/// How a file is read, where its name does not tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Format(String);

impl Param for Format {
    const KIND: &'static str = "json, jsonc, yaml, toml, ini, properties, env or plist";
    fn read(text: &str) -> Result<Self, String> {
        let word = text.trim_start_matches('=').trim().to_ascii_lowercase();
        let all =
            ["json", "jsonc", "json5", "yaml", "yml", "toml", "ini", "properties", "env", "plist"];
        if all.contains(&word.as_str()) {
            Ok(Self(word))
        } else {
            Err(format!("expected {}, found `{text}`", Self::KIND))
        }
    }
}

params! {
    /// What a line may set.
    pub(crate) struct Params {
        /// The file: `,` separates files that all have to say so, `|` files of which one is enough.
        path("path"): Paths,
        /// Names from the outside to the inside with dots between; `[0]` is an item of a list, a name with dots in it stands in quotes.
        key("key"): String,
        /// The whole value; truths and numbers are compared as what they mean, a text in double quotes only with text.
        equals("equals"): Option<String> = none,
        /// A part of a text, an item of a list, or a key of a table.
        contains("contains"): Option<String> = none,
        /// What the value must neither be nor hold; `*` says that the key must not be there.
        forbid("forbid"): Option<String> = none,
        /// The least that the number may be.
        min("min"): Option<Limit> = none,
        /// The most that the number may be.
        max("max"): Option<Limit> = none,
        /// How the file is read; without it, its name tells.
        format("format"): Option<Format> = none,
    }
}

impl Check for ConfigValue {
    type Params = Params;
    const ID: &'static str = "config.value";
    const REVISION: u32 = 1;
    const SINCE: &'static str = "0.1.0";
    const DOC: &'static str = r#"
Reads a configuration file as its format has it (JSON, YAML, TOML, INI, properties, dotenv, property
lists as XML), goes along the key, and compares where the file is read: only whether a value is, holds
or exceeds what the line states goes on, and the value itself only if it is short and neither its key
nor its form looks secret; of dotenv files never. Comments are taken as such, and may stand only in
JSON files whose tools allow them (`tsconfig.json`, `vercel.json` and the like).

A path that begins with `/` is one of the declared server, any other one of the work tree. Without
`equals`, `contains`, `forbid`, `min` or `max` the key has to be there, with a value that is neither
null, nor empty, nor a placeholder.

**Proves** that the file, read strictly, gives this key this value.
**Does not prove** that a program has read the file since, or that nothing it reads later (an
environment variable, a flag, another file) says otherwise.

**Traps.** A key in a comment, the text `"true"` where a truth is meant, null, a key written twice with
two values, words that readers of YAML disagree on (`on`, `0755`), a reference such as `${NAME}`, a
value behind which a comment may or may not begin, a section for production that says otherwise, a
file that extends another: none of them passes for what it is not. A key that is not there fails; where
something forbidden is asked for it is unknown, because nobody said what goes without saying.

**Faults.** A file that cannot be read as its format is unknown, and so is one of a format that this
version does not know.

```checklist
- [ ] `compilerOptions.strict` is `true` in `tsconfig.json` <!-- holdpoint: config.value path=tsconfig.json key=compilerOptions.strict equals=true -->
```

**Remedy.** Write the value at the key that the reason names.
"#;

    fn judge(params: &Params, looks: &Looks) -> Judgement {
        settle(judge(params, looks))
    }

    fn world() -> World {
        let scope = Scope::new("repo", worlds::NOW);
        let given =
            [("path", "tsconfig.json"), ("key", "compilerOptions.strict"), ("equals", "true")];
        World::new(scope, &given, |ask, _| {
            let What::Setting { compare, .. } = &ask.what else { return Err(Fault::Unsupported) };
            let held = compare.iter().map(|_| Held::Yes).collect();
            Ok(Seen::Setting(setting(vec![value(ValueKind::Bool, held, Some("true"))])))
        })
    }
}

/// A value of a pretend world.
fn value(kind: ValueKind, held: Vec<Held>, shown: Option<&str>) -> Value {
    Value { kind, size: 0, held, shown: shown.map(str::to_owned), oddity: None }
}

/// What a pretend file says.
fn setting(values: Vec<Value>) -> Setting {
    Setting {
        format: String::from("json"),
        values,
        documents: 1,
        elsewhere: Vec::new(),
        beside: Vec::new(),
        doubts: Vec::new(),
        bytes: 200,
        sha256: "0".repeat(64),
        revision: 1,
    }
}

/// One thing that the line asks of a value.
struct Demand {
    comparison: Comparison,
    /// Whether it must hold, or must not.
    wanted: bool,
}

fn demands(params: &Params) -> Vec<Demand> {
    let demand = |relation, text: &str, wanted| Demand {
        comparison: Comparison { relation, text: text.to_owned() },
        wanted,
    };
    let mut all = Vec::new();
    all.extend(params.equals.iter().map(|text| demand(Relation::Equals, text, true)));
    all.extend(params.contains.iter().map(|text| demand(Relation::Contains, text, true)));
    if let Some(text) = params.forbid.as_deref().filter(|it| *it != "*") {
        all.push(demand(Relation::Equals, text, false));
        all.push(demand(Relation::Contains, text, false));
    }
    for (limit, default) in [(&params.min, Operator::AtLeast), (&params.max, Operator::AtMost)] {
        let Some(limit) = limit else { continue };
        let (relation, wanted) = match limit.operator.unwrap_or(default) {
            Operator::Equal => (Relation::Equals, true),
            Operator::NotEqual => (Relation::Equals, false),
            Operator::Less => (Relation::Less, true),
            Operator::AtMost => (Relation::AtMost, true),
            Operator::Greater => (Relation::Greater, true),
            Operator::AtLeast => (Relation::AtLeast, true),
        };
        all.push(demand(relation, &limit.number, wanted));
    }
    all
}

impl Demand {
    fn show(&self) -> String {
        let text = &self.comparison.text;
        let (good, bad) = match self.comparison.relation {
            Relation::Equals => ("is", "is not"),
            Relation::Contains => ("holds", "does not hold"),
            Relation::AtLeast => (">=", "<"),
            Relation::Greater => (">", "<="),
            Relation::AtMost => ("<=", ">"),
            Relation::Less => ("<", ">="),
        };
        format!("{} `{text}`", if self.wanted { good } else { bad })
    }
}

fn judge(params: &Params, looks: &Looks) -> Result<Finding, Stop> {
    let demands = demands(params);
    let mut places: Vec<Vec<Place>> = Vec::new();
    for any in &params.path.0 {
        let found: Result<Vec<Place>, Stop> =
            any.iter().map(|path| Place::find(looks.scope(), path)).collect();
        places.push(found?);
    }
    if let Some(place) = places.iter().flatten().find(|it| it.path.contains(['*', '?'])) {
        return Ok(Finding::unknown(
            format!("`{}` is a pattern, and a value stands in one file", place.path),
            "name the files with `path`: `,` between those that all have to say so",
        ));
    }
    let asks = places.iter().flatten().map(|place| {
        let what = question(params, &demands, place, &params.key);
        looks.see(machine::ask(what, 1)).map(drop)
    });
    drop(looks.each(asks)?);
    let mut parts = Vec::new();
    for any in &places {
        let mut alternatives = Vec::new();
        for place in any {
            let case = Case { params, demands: &demands, looks, place };
            alternatives.push(case.judge()?);
        }
        let good = alternatives.iter().position(|it| it.verdict == Verdict::Pass);
        parts.push(match good {
            Some(at) => alternatives.swap_remove(at),
            None => {
                let unknown = alternatives.iter().position(|it| it.verdict == Verdict::Unknown);
                match unknown {
                    Some(at) => alternatives.swap_remove(at),
                    None => worst(alternatives),
                }
            }
        });
    }
    Ok(worst(parts).unproven("that the running program uses this file and value"))
}

fn question(params: &Params, demands: &[Demand], place: &Place, key: &str) -> What {
    What::Setting {
        on: place.on.clone(),
        path: place.full(),
        format: params.format.as_ref().map(|it| it.0.clone()),
        key: key.to_owned(),
        compare: demands.iter().map(|it| it.comparison.clone()).collect(),
    }
}

/// One file of a line.
struct Case<'a> {
    params: &'a Params,
    demands: &'a [Demand],
    looks: &'a Looks,
    place: &'a Place,
}

impl<'a> Case<'a> {
    fn judge(&self) -> Result<Finding, Stop> {
        let key = self.params.key.clone();
        let setting = match self.see(&key) {
            Ok(Some(setting)) => setting,
            Ok(None) => return Ok(self.no_file()),
            Err(Stop::Need(Need::Blind(blind))) => {
                return Ok(holdpoint_model::check::blindness(&blind));
            }
            Err(other) => return Err(other),
        };
        if setting.values.is_empty() {
            return Ok(self.absent(setting));
        }
        let finding = self.values(&key, setting);
        let finding = self.sections(setting, finding)?;
        let doubt = setting.doubts.first().filter(|_| finding.verdict == Verdict::Pass);
        Ok(match doubt {
            Some(doubt) => Finding::unknown(
                format!("`{}` says so, but {doubt}", self.place.path),
                format!("mend `{}`, so that every reader reads the same", self.place.path),
            ),
            None => finding,
        })
    }

    fn see(&self, key: &str) -> Result<Option<&'a Setting>, Stop> {
        let what = question(self.params, self.demands, self.place, key);
        match self.looks.see(machine::ask(what, 1))? {
            (_, Seen::Setting(setting)) => Ok(Some(setting)),
            (_, Seen::Absent) => Ok(None),
            (look, _) => Err(garbled(look).into()),
        }
    }

    fn named(&self, key: &str) -> String {
        format!("`{key}` in `{}`", self.place.path)
    }

    fn expected(&self) -> String {
        let key = &self.params.key;
        let shown: Vec<String> = match self.params.forbid.as_deref() {
            Some("*") => vec![String::from("is not there")],
            Some(_) | None => self.demands.iter().map(Demand::show).collect(),
        };
        if shown.is_empty() {
            format!("`{key}` has a value")
        } else {
            format!("`{key}` {}", shown.join(" and "))
        }
    }

    fn no_file(&self) -> Finding {
        let path = &self.place.path;
        let remedy = format!("make `{path}`, or correct the path of the line");
        if self.params.forbid.is_some() {
            return Finding::unknown(
                format!("`{path}` is not there, so nothing says what holds"),
                remedy,
            );
        }
        let named = self.named(&self.params.key);
        Finding::fail(
            format!("`{path}` is not there, so {named} has no value"),
            self.expected(),
            "no such file",
            remedy,
        )
    }

    /// The finding of a key that is not there.
    fn absent(&self, setting: &Setting) -> Finding {
        let (named, path) = (self.named(&self.params.key), &self.place.path);
        let unknown = |why: String, remedy: String| {
            Finding::unknown(format!("{named} is not there, but {why}"), remedy)
        };
        if let Some(doubt) = setting.doubts.first() {
            let remedy = String::from(
                "look at what the program takes, or name the file and key that hold the value",
            );
            return unknown(doubt.clone(), remedy);
        }
        if !setting.elsewhere.is_empty() {
            let places = setting.elsewhere.join("`, `");
            let remedy = format!(
                "write the whole key, such as `key={}`",
                setting.elsewhere.first().map_or("", String::as_str)
            );
            return unknown(format!("`{places}` is"), remedy);
        }
        let beside = if setting.beside.is_empty() {
            String::from("no key there")
        } else {
            format!("keys there: `{}`", setting.beside.join("`, `"))
        };
        match self.params.forbid.as_deref() {
            Some("*") => return Finding::pass(format!("{named} is not there")).seen(beside),
            Some(_) if self.demands.iter().all(|it| !it.wanted) => {
                return unknown(
                    String::from("what the program takes then is not known"),
                    format!(
                        "write `{}` with its value, or `forbid=*` where its absence is meant",
                        self.params.key
                    ),
                );
            }
            Some(_) | None => {}
        }
        let last = self.params.key.rsplit('.').next().unwrap_or(&self.params.key);
        let remedy = match nearest(last, setting.beside.iter().map(String::as_str)) {
            Some(near) => format!("write the key in `{path}`; the nearest there is `{near}`"),
            None => format!("write `{}` in `{path}`", self.params.key),
        };
        Finding::fail(format!("{named} is not there"), self.expected(), beside, remedy)
            .easy_to_miss(format!("`grep {last} {path}` finds comments and longer names, too"))
    }

    /// The finding of all values that a key names.
    fn values(&self, key: &str, setting: &Setting) -> Finding {
        let parts: Vec<Finding> = setting.values.iter().map(|it| self.value(key, it)).collect();
        let count = |verdict| parts.iter().filter(|it| it.verdict == verdict).count();
        let (passed, failed) = (count(Verdict::Pass), count(Verdict::Fail));
        let several = machine::count(setting.values.len(), "value", "values");
        let documents = usize::try_from(setting.documents).unwrap_or(usize::MAX);
        if 0 < passed && 0 < failed {
            let reason = format!("{} has {several}, and they do not agree", self.named(key));
            return Finding::unknown(reason, format!("keep one `{key}` in `{}`", self.place.path));
        }
        let (many, whole) = (1 < parts.len(), worst(parts));
        match whole.verdict {
            Verdict::Pass if setting.values.len() < documents => {
                let without = documents - setting.values.len();
                let left = machine::count(without, "document", "documents");
                whole.unproven(format!("{left} of the file without this key"))
            }
            Verdict::Pass if many => {
                whole.unproven(format!("which of {several} counts: all say the same"))
            }
            Verdict::Pass | Verdict::Unknown | Verdict::Fail => whole,
        }
    }

    /// The finding of a key of which only a value is asked.
    fn present(&self, named: &str, seen: String, value: &Value) -> Finding {
        let fail = |reason: String| {
            let remedy = format!("write the value of {named}");
            Finding::fail(reason, self.expected(), seen.clone(), remedy)
        };
        match (&value.oddity, value.kind, value.size) {
            (_, ValueKind::Null, _) => fail(format!("{named} is null")),
            (_, ValueKind::Text, 0) => fail(format!("{named} is empty")),
            (Some(why), ..) if why.starts_with("a placeholder") => {
                fail(format!("{named} is {why}"))
            }
            (Some(why), ..) => Finding::pass(format!("{named} is there"))
                .seen(seen)
                .unproven(format!("its value: {why}")),
            (None, ValueKind::List | ValueKind::Table, 0) => {
                Finding::pass(format!("{named} is there"))
                    .seen(seen)
                    .unproven(format!("that {named} holds anything: it is empty"))
            }
            (None, ..) => Finding::pass(format!("{named} has a value")).seen(seen),
        }
    }

    fn value(&self, key: &str, value: &Value) -> Finding {
        let named = self.named(key);
        let seen = told(value);
        let fail = |reason: String| {
            Finding::fail(
                reason,
                self.expected(),
                seen.clone(),
                format!("write the value of {named}"),
            )
        };
        if self.params.forbid.as_deref() == Some("*") {
            return Finding::fail(
                format!("{named} is there"),
                self.expected(),
                seen,
                format!("take {named} out"),
            );
        }
        if self.demands.is_empty() {
            return self.present(&named, seen, value);
        }
        if value.kind == ValueKind::Null && self.demands.iter().all(|it| !it.wanted) {
            return Finding::unknown(
                format!("{named} is null, and what the program takes then is not known"),
                format!("write {named} with its value"),
            );
        }
        let mut doubt = None;
        for (at, demand) in self.demands.iter().enumerate() {
            match value.held.get(at) {
                Some(Held::Yes) if demand.wanted => {}
                Some(Held::No) if !demand.wanted => {}
                Some(Held::Yes | Held::No) => {
                    return fail(format!("{named} is {seen}, and that is not {}", asked(demand)));
                }
                // A table or a list is judged by what it holds.
                Some(Held::Unsure(_))
                    if !demand.wanted
                        && value.kind.is_many()
                        && demand.comparison.relation == Relation::Equals => {}
                Some(Held::Unsure(why)) => {
                    doubt.get_or_insert_with(|| why.clone());
                }
                None => {
                    doubt.get_or_insert_with(|| String::from("it was not compared"));
                }
            }
        }
        match doubt {
            Some(why) => Finding::unknown(
                format!("{named} is {seen}, and whether that is as asked cannot be told: {why}"),
                format!(
                    "write {named} so that every reader takes it the same, or say in the line what is meant"
                ),
            ),
            None => {
                Finding::pass(format!("{named} is as asked")).expected(self.expected()).seen(seen)
            }
        }
    }

    /// A section for the environment goes before what stands at the top.
    fn sections(&self, setting: &Setting, finding: Finding) -> Result<Finding, Stop> {
        let environment = self.looks.scope().environment.as_deref().unwrap_or("production");
        let environment = environment.to_ascii_lowercase();
        let also = match environment.as_str() {
            "production" => "prod",
            "prod" => "production",
            "staging" => "stage",
            "development" => "dev",
            other => other,
        };
        let speaks = |key: &&String| {
            let parts = key.to_ascii_lowercase();
            let mut parts = parts.split(['.', '"', '[', ']', ' ', '-', '_', '%']);
            parts.any(|part| part == environment || part == also)
        };
        let sections: Vec<&String> =
            setting.elsewhere.iter().filter(speaks).take(SECTIONS_MAX).collect();
        let asks = sections.iter().map(|key| {
            let what = question(self.params, self.demands, self.place, key);
            self.looks.see(machine::ask(what, 1)).map(drop)
        });
        drop(self.looks.each(asks)?);
        for key in sections {
            let Some(section) = self.see(key)? else { continue };
            let there = self.values(key, section);
            if there.verdict != finding.verdict {
                return Ok(Finding::unknown(
                    format!(
                        "{} is one thing and `{key}` another; the section may count instead",
                        self.named(&self.params.key)
                    ),
                    format!("say which is meant: `key={key}`"),
                ));
            }
        }
        Ok(finding)
    }
}

fn asked(demand: &Demand) -> String {
    let text = &demand.comparison.text;
    match (demand.comparison.relation, demand.wanted) {
        (Relation::Equals, true) => format!("`{text}`"),
        (Relation::Equals, false) => format!("other than `{text}`"),
        (Relation::Contains, true) => format!("something that holds `{text}`"),
        (Relation::Contains, false) => format!("without `{text}`"),
        (Relation::AtLeast | Relation::Greater | Relation::AtMost | Relation::Less, _) => {
            demand.show()
        }
    }
}

/// A value as people read it; never one that may be a secret.
fn told(value: &Value) -> String {
    let size = usize::try_from(value.size).unwrap_or(usize::MAX);
    match (&value.shown, value.kind) {
        (Some(shown), _) => shown.clone(),
        (None, ValueKind::Text) => {
            format!("text of {}", machine::count(size, "character", "characters"))
        }
        (None, ValueKind::List) => format!("a list of {}", machine::count(size, "item", "items")),
        (None, ValueKind::Table) => format!("a table of {}", machine::count(size, "key", "keys")),
        (None, kind @ (ValueKind::Number | ValueKind::Bool | ValueKind::Null)) => {
            kind.word().to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge_of(params: &[(&str, &str)], seen: impl Fn(&str) -> Setting + 'static) -> Finding {
        let mut world = ConfigValue::world().but(move |ask, _, _| {
            let What::Setting { key, .. } = &ask.what else { return Err(Fault::Unsupported) };
            Ok(Seen::Setting(seen(key)))
        });
        world.params.remove("equals");
        params.iter().fold(world, |world, (k, v)| world.param(k, v)).judge(&ConfigValue)
    }

    fn one(held: &[Held]) -> Setting {
        setting(vec![value(ValueKind::Text, held.to_vec(), Some("`x`"))])
    }

    #[test]
    fn what_was_compared_decides() {
        let unsure = || Held::Unsure("readers disagree".to_owned());
        let check = |param: (&str, &str), held: Vec<Held>, want: Verdict| {
            let finding = judge_of(&[param], move |_| one(&held));
            assert_eq!(finding.verdict, want, "{param:?}: {finding:?}");
            assert!(
                finding.unproven.iter().any(|it| it.contains("running program"))
                    || want == Verdict::Unknown
            );
        };
        check(("equals", "x"), vec![Held::Yes], Verdict::Pass);
        check(("equals", "y"), vec![Held::No], Verdict::Fail);
        check(("equals", "y"), vec![unsure()], Verdict::Unknown);
        check(("forbid", "x"), vec![Held::Yes, Held::Yes], Verdict::Fail);
        check(("forbid", "x"), vec![Held::No, Held::Yes], Verdict::Fail);
        check(("forbid", "y"), vec![Held::No, Held::No], Verdict::Pass);
        check(("forbid", "y"), vec![unsure(), Held::No], Verdict::Unknown);
        check(("forbid", "*"), vec![], Verdict::Fail);
        check(("min", "10"), vec![Held::Yes], Verdict::Pass);
        check(("max", "< 10"), vec![Held::No], Verdict::Fail);
        check(("equals", "x"), vec![], Verdict::Unknown);
    }

    #[test]
    fn a_key_that_is_not_there() {
        let none = |_: &str| setting(Vec::new());
        assert_eq!(judge_of(&[("equals", "x")], none).verdict, Verdict::Fail);
        assert_eq!(judge_of(&[], none).verdict, Verdict::Fail);
        assert_eq!(judge_of(&[("forbid", "x")], none).verdict, Verdict::Unknown);
        assert_eq!(judge_of(&[("forbid", "*")], none).verdict, Verdict::Pass);
        let near = |_: &str| Setting {
            beside: vec!["strickt".into(), "lib".into()],
            ..setting(Vec::new())
        };
        assert!(judge_of(&[("equals", "x")], near).remedy.unwrap().contains("strickt"));
        let extends =
            |_: &str| Setting { doubts: vec!["`extends` takes".into()], ..setting(Vec::new()) };
        assert_eq!(judge_of(&[("equals", "x")], extends).verdict, Verdict::Unknown);
        assert_eq!(judge_of(&[("forbid", "*")], extends).verdict, Verdict::Unknown);
        let deeper =
            |_: &str| Setting { elsewhere: vec!["production.x".into()], ..setting(Vec::new()) };
        assert_eq!(judge_of(&[("equals", "x")], deeper).verdict, Verdict::Unknown);
        let gone = |params: &[(&str, &str)]| {
            let world = ConfigValue::world().but(|_, _, _| Ok(Seen::Absent));
            params.iter().fold(world, |world, (k, v)| world.param(k, v)).judge(&ConfigValue).verdict
        };
        assert_eq!(gone(&[]), Verdict::Fail);
        assert_eq!(gone(&[("forbid", "x")]), Verdict::Unknown);
    }

    #[test]
    fn a_key_without_a_demand_must_have_a_value() {
        let of = |kind, size, oddity: Option<&'static str>| {
            judge_of(&[], move |_| {
                let it =
                    Value { size, oddity: oddity.map(str::to_owned), ..value(kind, vec![], None) };
                setting(vec![it])
            })
            .verdict
        };
        assert_eq!(of(ValueKind::Text, 5, None), Verdict::Pass);
        assert_eq!(of(ValueKind::Text, 0, None), Verdict::Fail);
        assert_eq!(of(ValueKind::Null, 0, None), Verdict::Fail);
        assert_eq!(of(ValueKind::Text, 5, Some("a placeholder: your-")), Verdict::Fail);
        assert_eq!(of(ValueKind::Text, 5, Some("it refers to")), Verdict::Pass);
        assert_eq!(of(ValueKind::List, 0, None), Verdict::Pass);
        let null = |_: &str| setting(vec![value(ValueKind::Null, vec![Held::No, Held::No], None)]);
        assert_eq!(judge_of(&[("forbid", "x")], null).verdict, Verdict::Unknown);
        assert_eq!(judge_of(&[("path", "*.json")], null).verdict, Verdict::Unknown);
    }

    #[test]
    fn values_that_do_not_agree_are_unknown() {
        let of = |second: Held| {
            judge_of(&[("equals", "x")], move |_| {
                let all = [Held::Yes, second.clone()];
                setting(all.into_iter().map(|it| value(ValueKind::Text, vec![it], None)).collect())
            })
        };
        assert_eq!(of(Held::No).verdict, Verdict::Unknown);
        assert_eq!(of(Held::Yes).verdict, Verdict::Pass);
        assert!(of(Held::Yes).unproven.iter().any(|it| it.contains("2 values")));
    }

    #[test]
    fn a_section_for_production_may_say_otherwise() {
        let of = |there: Held, name: &'static str| {
            judge_of(&[("equals", "x")], move |key| {
                let held = if key.contains('.') && key.starts_with(name) {
                    there.clone()
                } else {
                    Held::Yes
                };
                Setting {
                    elsewhere: vec![format!("{name}.compilerOptions.strict")],
                    ..one(&[held])
                }
            })
            .verdict
        };
        assert_eq!(of(Held::No, "production"), Verdict::Unknown);
        assert_eq!(of(Held::Yes, "production"), Verdict::Pass);
        assert_eq!(of(Held::No, "development"), Verdict::Pass);
    }

    #[test]
    fn what_makes_the_file_doubtful_stops_a_pass() {
        let of = |held: Held| {
            judge_of(&[("equals", "x")], move |_| Setting {
                doubts: vec!["it has comments".into()],
                ..one(std::slice::from_ref(&held))
            })
            .verdict
        };
        assert_eq!(of(Held::Yes), Verdict::Unknown);
        assert_eq!(of(Held::No), Verdict::Fail);
    }
}
