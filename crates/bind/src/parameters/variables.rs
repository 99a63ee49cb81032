//! Parameters of claims about variables: which they are, whether they may be absent, where they are set.

use super::{
    Source, find_word, find_words, names_in, of_command, places_in, span,
    variable_names::{named, nested},
    variable_values::{assignments, default, equal, lengths, told_apart},
};
use crate::{
    nouns,
    values::{Value, What, is_variable},
};

/// What turns the word behind it round.
pub(super) const DENIALS: &[&str] =
    &["not", "non", "n't", "no", "não", "nicht", "pas", "не", "不", "非"];
/// Letters between "all" and what there are all of.
const NEAR: usize = 36;
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
    it.set("source", surface(it).join(","));
}

/// The platforms that keep the variables: those that the line names, else, where it names no file, those
/// of the nearest text above that names any. What lies in a file or a process here says nothing about
/// them, so whatever else the line may mean by the name, it is not proven by a look here.
fn surface(it: &Source<'_>) -> Vec<&'static str> {
    // A part of a variable, an address or a path is no platform.
    let is_part =
        |at: usize| it.scan.values.iter().any(|value| value.start <= at && at < value.end);
    let named = places_in(it.text, "platforms").into_iter().filter(|(at, _)| !is_part(*at));
    let mut names: Vec<&str> = named.map(|(_, name)| name).collect();
    if names.is_empty() && !it.is_set("path") {
        let above = it.above.iter().map(|text| names_in(text, "platforms"));
        names = above.into_iter().find(|names| !names.is_empty()).unwrap_or_default();
        // What one of these gives a variable for is often set elsewhere.
        names.retain(|name| !nouns::table("only-where-told").iter().any(|(it, _)| it == name));
    }
    names.dedup();
    names
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

#[cfg(test)]
mod tests {
    use holdpoint_document::parse;

    use crate::parameters::labelled::{self, claimed};

    fn one(text: &str, name: &str) -> String {
        labelled::one("env.required", text, name)
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
    fn what_a_platform_keeps_is_not_looked_for_here() {
        assert_eq!(one("`PAY_KEY` set in Vercel", "source"), "vercel");
        assert_eq!(one("Variáveis de ambiente configuradas no Railway", "source"), "railway");
        assert_eq!(one("環境変数を設定（Render）", "source"), "render");
        for (line, place) in [
            ("`PAY_KEY` set in GitHub Secrets", "github-secrets"),
            ("`PAY_KEY` configured in the task definition", "ecs-task-definition"),
            ("`PAY_KEY` set in the Kubernetes secret", "kubernetes-secret"),
            ("`PAY_KEY` lies in Vault", "vault"),
            ("`PAY_KEY` added to GitLab CI variables", "gitlab-variables"),
            ("`PAY_KEY` set for the Lambda function", "aws-lambda"),
            ("Vercel: `PAY_KEY` set", "vercel"),
            ("`PAY_KEY` set as a Vercel environment variable", "vercel"),
            ("**Railway** – `PAY_KEY` set", "railway"),
            ("`PAY_KEY` set using Doppler", "doppler"),
            ("`PAY_KEY` is set (production, Vercel)", "vercel"),
            ("`PAY_KEY` set in both Vercel and Railway", "vercel,railway"),
            ("Vercel に `PAY_KEY` を設定", "vercel"),
            ("`APP_URL` is https://shop.vercel.app", ""),
        ] {
            assert_eq!(one(line, "source"), place, "{line}");
        }
        let below = |heading: &str| {
            let text = format!("# X\n\n## {heading}\n\n- [ ] `PAY_KEY` set\n");
            claimed(&parse(text.as_bytes()), 5, "env.required").remove("source").unwrap_or_default()
        };
        assert_eq!(below("Variables (Railway)"), "railway");
        assert_eq!(below("Supabase"), "");
        assert_eq!(below("Vercel or Netlify"), "vercel,netlify");
        assert_eq!(one("`VERCEL_TOKEN` set", "source"), "");
        assert_eq!(one("`PAY_KEY` in `.env`", "source"), "");
        assert_eq!(one("`PAY_KEY` in `.env`, and in Vercel", "source"), "vercel");
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
}
