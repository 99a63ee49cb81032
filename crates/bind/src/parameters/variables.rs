//! Parameters of claims about variables: which they are, what they must be, where they are set.

use std::collections::BTreeMap;

use super::{
    Source, find_word, find_words, of_command, span,
    variable_names::{named, nested},
};
use crate::{
    nouns,
    values::{Value, What, is_variable},
};

/// What turns the word behind it round.
const DENIALS: &[&str] = &["not", "non", "n't", "no", "não", "nicht", "pas", "не", "不", "非"];
/// Letters between "all" and what there are all of.
const NEAR: usize = 36;
/// Words between a variable and the value that it has to have.
const SETS: &[&str] =
    &["set to", "is set to", "must be", "should be", "is", "=", "->", "\u{2192}", "equals", "to"];

pub(super) fn env(id: &str, it: &mut Source<'_>) {
    match id {
        "env.required" | "env.secret-strength" => variables(id, it),
        "env.file-present" => {
            it.put("path", What::Path);
            if !it.is_set("path") {
                it.set("path", span::files(it.text).next().unwrap_or_default().to_owned());
            }
            copied(it);
            let verb = it.text.split_whitespace().next().unwrap_or_default().to_lowercase();
            if matches!(verb.as_str(), "copy" | "copia" | "copie" | "copier" | "kopiere" | "复制")
            {
                it.set("on-missing", "copy");
            }
            let paths: Vec<String> = it.all(What::Path).map(|value| value.text.clone()).collect();
            match paths.as_slice() {
                [template, path] if !is_template(path) => {
                    it.set("template", template.as_str());
                    it.set("path", path.as_str());
                }
                [path, template] => {
                    it.set("template", template.as_str());
                    it.set("path", path.as_str());
                }
                _ => {}
            }
        }
        _ => {}
    }
}

/// What a fence copies, and where to.
fn copied(it: &mut Source<'_>) {
    let rows = it.fence.unwrap_or_default().lines();
    let copies = rows.map(|row| of_command("env.file-present", row.trim()));
    if let Some(found) = copies.into_iter().find(|found| found.contains_key("path")) {
        it.params.extend(found);
    }
}

/// Whether a file shows what another is to look like.
fn is_template(path: &str) -> bool {
    ["example", "sample", "template", ".dist"].iter().any(|word| path.contains(word))
}

fn variables(id: &str, it: &mut Source<'_>) {
    let assigned: Vec<(String, String)> = assignments(it);
    let mut names = named(it);
    if names.is_empty() {
        names = nested(it);
    }
    // "Valid values: `DEBUG`, `INFO`" below `LOG_LEVEL` is about that one.
    let level = |name: &String| {
        nouns::table("levels").iter().any(|(word, _)| name.eq_ignore_ascii_case(word))
    };
    if names.iter().all(level) {
        names = owner(it).map_or(names, |owner| vec![owner]);
    }
    let several = 1 < names.len() || names.iter().any(|name| name.contains('*'));
    it.set(if several { "names" } else { "name" }, names.join(","));
    if id == "env.required" {
        equal(it, &names, &assigned);
    }
    if names.is_empty() && id == "env.required" {
        told_apart(it);
    }
    let lower = it.text.to_lowercase();
    if names.is_empty() && id == "env.required" && says_all(&lower) {
        it.set("names", "all");
    }
    it.set("default", default(it.text, &lower).unwrap_or_default());
    let texts = [it.text].into_iter().chain(it.above.iter().copied());
    if texts.into_iter().any(is_optional) {
        it.set("optional", "true");
    }
    if id == "env.secret-strength" {
        let encodings = ["base64", "hex"];
        let told = encodings.iter().find(|word| find_word(&lower, word).is_some());
        it.fill("encoding", told.copied().unwrap_or_default());
        lengths(it);
        if find_word(&lower, "unique").is_some() {
            it.set("unique", "true");
        }
    }
    let is_own = |value: &&Value| {
        let file = value.text.rsplit('/').next().unwrap_or_default();
        let own = file.contains(".env") && !is_template(file) && is_place(it.text, value);
        names.is_empty() || own
    };
    let path = it.all(What::Path).find(is_own);
    let path = path.map(|value| value.text.clone());
    it.set("path", path.unwrap_or_default());
}

/// Whether variables are set in a file, rather than copied from it: "in `.env`", "`.env` with …".
fn is_place(text: &str, value: &Value) -> bool {
    let head = text.get(..value.start).unwrap_or_default().trim_end_matches(['`', '*', ' ']);
    let behind = text.get(value.end..).unwrap_or_default().trim_start_matches(['`', '*', ' ']);
    let lower = head.to_lowercase();
    let leads = [" in", " en", " em", " dans", " into", " inside", " в", "在"];
    let spoken = leads.iter().any(|lead| lower.ends_with(lead)) || changes(&lower);
    let trails = ["に", "中", "里", "で", "에", "文件中", "内"];
    !head.contains(char::is_alphanumeric)
        || spoken
        || trails.iter().any(|trail| behind.starts_with(trail))
}

/// "Update `api/.env` with …": a verb alone before a file says that it is the one to change.
fn changes(head: &str) -> bool {
    let verbs = ["update", "edit", "fill", "actualizar", "atualizar", "editar", "modifier"];
    verbs.contains(&head.trim()) || ["更新", "编辑", "修改"].contains(&head.trim())
}

/// "Optional", but not "not optional": a variable that may be absent is asked for less.
fn is_optional(text: &str) -> bool {
    let lower = text.to_lowercase();
    nouns::table("optional").iter().any(|(word, _)| {
        find_words(&lower, word).any(|at| {
            let head = lower.get(..at).unwrap_or_default().trim_end_matches([' ', '-']);
            !DENIALS.iter().any(|denial| head.ends_with(denial))
        })
    })
}

/// Whether a line says that something has to be there, whatever would hold without it.
fn is_demanded(lower: &str) -> bool {
    find_words(lower, "required").any(|at| {
        let head = lower.get(..at).unwrap_or_default().trim_end_matches([' ', '-']);
        !DENIALS.iter().any(|denial| head.ends_with(denial))
    })
}

/// "All required environment variables": every one that is declared.
fn says_all(lower: &str) -> bool {
    let starts = nouns::table("wholes")
        .iter()
        .filter_map(|(word, _)| find_word(lower, word).map(|at| at + word.len()));
    starts.into_iter().any(|end| {
        let rest: String = lower.get(end..).unwrap_or_default().chars().take(NEAR).collect();
        nouns::table("variables").iter().any(|(word, _)| find_word(&rest, word).is_some())
    })
}

/// The variable that the line begins with in which this one stands, or its heading.
fn owner(it: &Source<'_>) -> Option<String> {
    let above = it.above.first()?;
    let lead = above.trim_start_matches(['*', '`', ' ', '#']);
    let end = lead.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(lead.len());
    lead.get(..end).filter(|name| is_variable(name, false)).map(str::to_owned)
}

/// What holds where nothing is set: "(default: 22)", "falls back to `x`".
fn default(text: &str, lower: &str) -> Option<String> {
    // A text whose length changes with its case cannot be read at the same places.
    if lower.len() != text.len() || is_demanded(lower) {
        return None;
    }
    nouns::table("defaults").iter().find_map(|(word, _)| {
        let at = find_word(lower, word)?;
        let (head, rest) = (text.get(..at)?, text.get(at + word.len()..)?);
        // "Change the default `KEY`" sets none.
        let inside = head.trim_end().ends_with(['(', '（', ',', '，']);
        let rest = match rest.strip_prefix([':', '：']) {
            Some(rest) => rest.trim_start(),
            None if inside || word.ends_with(" to") => rest.strip_prefix(' ')?,
            None => return None,
        };
        let value = match rest.strip_prefix('`') {
            Some(coded) => coded.split_once('`')?.0,
            None => rest.split([')', '）', ',', ';']).next()?.trim(),
        };
        let is_absent = nouns::table("absent").iter().any(|it| it.0.eq_ignore_ascii_case(value));
        let exact =
            !value.is_empty() && !value.contains(' ') && !is_variable(value, true) && !is_absent;
        exact.then(|| value.to_owned())
    })
}

/// What the line assigns, but for values that are to be filled in.
fn assignments(it: &Source<'_>) -> Vec<(String, String)> {
    let pairs = it.all(What::Assignment).filter_map(|value| {
        let (name, first) = value.text.split_once('=')?;
        // In marks of code a list goes on to the end: `ORIGINS=https://a.example,https://b.example`.
        let behind = it.text.get(value.end..).filter(|rest| rest.starts_with(','));
        let rest = behind.and_then(|rest| rest.split_once('`')).map_or("", |(rest, _)| rest);
        let rest = if rest.contains(char::is_whitespace) { "" } else { rest };
        Some((name, format!("{first}{rest}")))
    });
    pairs
        .map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned()))
        .collect()
}

/// The exact value, where all variables of the line have one.
fn equal(it: &mut Source<'_>, names: &[String], assigned: &[(String, String)]) {
    let open = |value: &str| {
        value.is_empty() || value.contains(['<', '[', '{', '\u{2026}']) || value.starts_with("...")
    };
    let mut given: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in assigned {
        given.entry(name).or_default().push(value);
    }
    let mut all: Vec<(&str, String)> = Vec::new();
    for name in names {
        let mut values = given.get(name.as_str()).cloned().unwrap_or_default();
        values.dedup();
        let value = match values.as_slice() {
            [value] => Some((*value).to_owned()),
            [] => told(it, name),
            _ => None,
        };
        let Some(value) = value.filter(|value| !open(value)) else {
            return;
        };
        all.push((name, value));
    }
    let mut values: Vec<String> = all.into_iter().map(|(_, value)| value).collect();
    values.sort();
    values.dedup();
    match values.as_slice() {
        [] => {}
        [value] => it.set("equals", value.as_str()),
        several if several.iter().all(|value| !value.contains([',', '(', ')'])) => {
            it.set("type", format!("enum({})", several.join(",")));
        }
        _ => {}
    }
}

/// "(mainnet, not testnet)", "not any staging service": which environment it must and must not be.
fn told_apart(it: &mut Source<'_>) {
    let lower = it.text.to_lowercase();
    let inner = lower.split(['(', ')']).nth(1).unwrap_or_default();
    if let Some((wanted, other)) = inner.split_once(", not ")
        && !wanted.contains(' ')
        && !other.contains(' ')
    {
        it.set("equals", wanted);
        it.set("forbid", other);
        return;
    }
    let banned = ["remove ", "not ", "no ", "without ", "sin ", "sem "];
    if banned.iter().any(|word| lower.starts_with(word) || lower.contains(&format!(" {word}"))) {
        let names = ["development", "dev", "staging", "testnet", "localhost"];
        let mut found: Vec<(usize, &str)> = Vec::new();
        found.extend(names.iter().filter_map(|name| Some((find_word(&lower, name)?, *name))));
        found.sort_unstable();
        let texts: Vec<&str> = found.into_iter().map(|(_, name)| name).collect();
        it.set("forbid", texts.join(","));
    }
}

/// "`MODE` set to `fast`": the value behind the name, if nothing is said of it.
fn told(it: &Source<'_>, name: &str) -> Option<String> {
    let value = it.all(What::Variable).find(|value| value.text == name)?;
    let rest = it.text.get(value.end..)?.trim_start_matches(['`', '*', ' ', ':']);
    let lower = rest.to_ascii_lowercase();
    let lead = SETS.iter().find(|lead| {
        lower.strip_prefix(**lead).is_some_and(|it| it.starts_with([' ', '`', '"']))
    })?;
    let rest = rest.get(lead.len()..)?.trim_start();
    // "X is `string`" may tell what sort of value it is.
    let exact = !matches!(*lead, "is" | "to");
    if let Some(coded) = rest.strip_prefix('`') {
        let (coded, behind) = coded.split_once('`')?;
        let alone = behind.trim_start();
        let ends = alone.is_empty()
            || alone.starts_with([',', '.', ')', '(', ';', '-', '\u{2014}', '\u{2013}']);
        return (exact
            && ends
            && !coded.contains(char::is_whitespace)
            && !is_variable(coded, true))
        .then(|| coded.to_owned());
    }
    let word = rest.split([',', ';', ')', '(']).next()?.trim_matches(['*', '"', '\'', ' ', '.']);
    let plain = ["true", "false", "production", "staging", "0", "1", "on", "off"];
    // An equals sign says no more than that: "`PORT` = 3000".
    let spelled = *lead == "=" && !word.is_empty() && !word.contains(char::is_whitespace);
    (spelled || plain.contains(&word.to_ascii_lowercase().as_str())).then(|| word.to_owned())
}

/// "32+ characters", "32 bytes", "32-chars-min", `openssl rand -hex 32`.
fn lengths(it: &mut Source<'_>) {
    let text = it.text.to_lowercase();
    for value in &it.scan.values {
        let behind =
            text.get(value.end..).unwrap_or_default().trim_start_matches(['+', ' ', '-', '_']);
        let count = value.text.clone();
        if ["char", "letter", "文字", "字符", "자", "caract", "zeichen", "симв"]
            .iter()
            .any(|word| behind.starts_with(word))
        {
            it.params.insert("min-chars".to_owned(), count);
        } else if behind.starts_with("byte") {
            it.params.insert("bytes".to_owned(), count);
        }
    }
    // What makes it says how long it is, where nothing else does.
    let random = it.text.split_once("openssl rand ").map(|(_, rest)| rest);
    let mut options = random.unwrap_or_default().split([' ', '`', ')']);
    let count = options.next().filter(|it| it.starts_with('-')).and_then(|_| options.next());
    if let Some(count) = count.filter(|it| it.parse::<u32>().is_ok())
        && !it.is_set("min-chars")
    {
        it.fill("bytes", count);
    }
}

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;

    use crate::{parameters::Params, parameters::labelled::claimed};

    fn read(text: &str) -> Params {
        claimed(&parse(format!("# X\n\n- [ ] {text}\n").as_bytes()), 3, "env.required")
    }

    fn one(text: &str, name: &str) -> String {
        read(text).get(name).cloned().unwrap_or_default()
    }

    #[test]
    fn names_stand_in_the_line() {
        assert_eq!(one("`DB_URL` set", "name"), "DB_URL");
        assert_eq!(one("Env set (DB_URL, PORT, NODE_ENV)", "names"), "DB_URL,PORT,NODE_ENV");
        assert_eq!(one("Keys `APP_*` set", "names"), "APP_*");
        assert_eq!(
            one("Set `PUSH_PUBLIC_KEY`/`_PRIVATE_KEY`", "names"),
            "PUSH_PUBLIC_KEY,PUSH_PRIVATE_KEY"
        );
        assert_eq!(one("`APP_DEBUG=false` in `.env`", "path"), ".env");
        assert_eq!(one("`APP_KEY` listed in `.env.example`", "path"), "");
    }

    #[test]
    fn names_are_read_once_however_many() {
        assert_eq!(one("Set `APP_A`, `APP_B` and `APP_A`", "names"), "APP_A,APP_B");
        let names: Vec<String> = (0..2_000).map(|at| format!("`VAR_{at}`")).collect();
        let read = one(&format!("Set {}", names.join(", ")), "names");
        assert_eq!(read.split(',').count(), 2_000);
        assert_eq!(one("`Smtp__User` and Urls__0 set", "names"), "Smtp__User,Urls__0");
    }

    #[test]
    fn names_stand_below() {
        let fence = "Variables\n  ```env\n  DB_URL=x\n  # note: none\n  REDIS_URL=y\n  ```";
        assert_eq!(one(fence, "names"), "DB_URL,REDIS_URL");
        let export = "Variables\n  ```bash\n  export TF_VAR_region=\"x\"\n  ```";
        assert_eq!(one(export, "name"), "TF_VAR_region");
        assert_eq!(one("Variables:\n  - `DB_URL` - see `X_Y`\n  - A note", "name"), "DB_URL");
    }

    #[test]
    fn exact_values() {
        assert_eq!(one("`NODE_ENV` set to `production`", "equals"), "production");
        assert_eq!(one("NODE_ENV is production", "equals"), "production");
        assert_eq!(one("`NODE_ENV` set to production URL", "equals"), "");
        let list = "https://a.example,https://*.b.example";
        assert_eq!(one(&format!("`APP_ORIGINS={list}` set"), "equals"), list);
        assert_eq!(one("`APP_ORIGINS=x`, then restart `y`", "equals"), "x");
        assert_eq!(one("`TF_VAR_client_ip` set to the office", "name"), "TF_VAR_client_ip");
        assert_eq!(one("`A_KEY` set to your key", "equals"), "");
        assert_eq!(one("`API_URL=https://<host>`", "equals"), "");
        assert_eq!(
            one("`NODE_ENV=production`, `DEBUG_ON=false`", "type"),
            "enum(false,production)"
        );
        assert_eq!(one("`NODE_ENV=production` and `DB_URL` set", "equals"), "");
    }

    #[test]
    fn what_is_not_optional_is_required() {
        assert_eq!(one("`DB_URL` (optional)", "optional"), "true");
        assert_eq!(one("`DB_URL` is not optional", "optional"), "");
        assert_eq!(one("`SSH_PORT` (opcional)", "optional"), "true");
        assert_eq!(one("`DB_URL` não opcional", "optional"), "");
        assert_eq!(one("`DB_URL`（任意）", "optional"), "true");
        // What is optional in one language is any in another, and what was chosen is none.
        assert_eq!(one("任意节点上 `DB_URL` 已设置", "optional"), "");
        assert_eq!(one("選択した環境の `DB_URL` を設定", "optional"), "");
        assert_eq!(one("선택한 리전의 `DB_URL` 설정", "optional"), "");
    }

    #[test]
    fn all_variables_are_all_that_are_declared() {
        assert_eq!(one("All required environment variables are set", "names"), "all");
        assert_eq!(one("すべての環境変数が設定されている", "names"), "all");
        assert_eq!(one("Environment variables set for all regions", "names"), "");
        assert_eq!(one("All environment variables set (`DB_URL`)", "names"), "");
    }

    #[test]
    fn values_are_no_variables() {
        let document = parse(
            "# X\n\n- **LOG_LEVEL** (optional)\n  - [ ] One of `DEBUG`, `INFO`\n  - [ ] With `LOG_FILE`\n  - [ ] `PORT` set\n"
                .as_bytes(),
        );
        let name = |line| claimed(&document, line, "env.required").remove("name");
        assert_eq!(name(4).as_deref(), Some("LOG_LEVEL"));
        assert_eq!(name(5).as_deref(), Some("LOG_FILE"));
        assert_eq!(name(6).as_deref(), Some("PORT"));
    }

    #[test]
    fn defaults_are_told_and_not_guessed() {
        assert_eq!(one("`SSH_PORT` (optional, default 22)", "default"), "22");
        assert_eq!(one("`SSH_PORT` - porta (opcional, padrão 22)", "default"), "22");
        assert_eq!(
            one("`RPC_URL` (fallback: `https://rpc.example`)", "default"),
            "https://rpc.example"
        );
        assert_eq!(one("`PORT` defaults to `8080`", "default"), "8080");
        for line in [
            "Change the default `SECRET_KEY`",
            "`SECRET_KEY` (not the default one)",
            "`SECRET_KEY` is no default `x`",
            "`LOG_LEVEL` (default `OLD_LEVEL`)",
            "`API_KEY` (default: none)",
            "`API_KEY` (default: \"\")",
            "`API_KEY` (required, default `x`)",
        ] {
            assert_eq!(one(line, "default"), "", "{line}");
        }
    }
}
