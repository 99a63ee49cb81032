//! Parameters of claims about variables, secrets and files of configuration.

use super::{Source, find_word};
use crate::{candidate::Reading, values::What};

pub(super) fn secret(id: &str, it: &mut Source<'_>, reading: &Reading<'_>) {
    match id {
        "env.required" | "env.secret-strength" => variables(id, it, reading),
        "env.file-present" | "git.ignored" | "file.permissions" => {
            it.put("path", What::Path);
            if id == "file.permissions" {
                if it.has("executable") {
                    it.set("mode", "+x");
                }
                let mode = it.scan.values.iter().find(|value| {
                    value.text.len() == 3 && value.text.bytes().all(|b| matches!(b, b'0'..=b'7'))
                });
                let mode = mode.map(|value| value.text.clone());
                it.set("mode", mode.or_else(|| it.params.get("mode").cloned()).unwrap_or_default());
            }
            if id == "env.file-present" {
                let paths: Vec<String> =
                    it.all(What::Path).map(|value| value.text.clone()).collect();
                if let [template, path] = paths.as_slice() {
                    it.set("template", template.as_str());
                    it.set("path", path.as_str());
                }
            }
        }
        "config.valid" => it.put("path", What::Path),
        "secrets.confined" => it.named("store", "stores", "|"),
        "secrets.rotation" => it.put("max-age", What::Duration),
        "git.merged" => it.named("branch", "branches", ","),
        "git.tag" => {
            let tag = it.all(What::Version).next().map(|value| (value.start, value.text.clone()));
            if let Some((start, text)) = tag {
                let marked = it.text.get(..start).is_some_and(|head| head.ends_with(['v', 'V']));
                it.set("name", if marked { format!("v{text}") } else { text });
            }
        }
        _ => {}
    }
}

fn variables(id: &str, it: &mut Source<'_>, reading: &Reading<'_>) {
    let assigned = it.all(What::Assignment).next().map(|value| value.text.clone());
    if let Some((name, value)) = assigned.as_deref().and_then(|text| text.split_once('=')) {
        it.set("name", name);
        if id == "env.required" && !value.contains(['<', '[', '{']) {
            it.set("equals", value.trim_matches(['"', '\'']));
        }
    } else {
        let names: Vec<String> = it.all(What::Variable).map(|value| value.text.clone()).collect();
        it.set(if names.len() == 1 { "name" } else { "names" }, names.join(","));
    }
    let lower = it.text.to_lowercase();
    if let Some(default) = lower.find("default: ").and_then(|at| it.text.get(at + 9..)) {
        let end = default.find([')', ',', ';']).unwrap_or(default.len());
        it.set("default", default.get(..end).unwrap_or_default().trim_matches(['`', ' ']));
    }
    let above = reading
        .above
        .iter()
        .any(|above| find_word(&above.text.to_lowercase(), "optional").is_some());
    if above || find_word(&lower, "optional").is_some() {
        it.set("optional", "true");
    }
    if id == "env.secret-strength" {
        lengths(it);
        if find_word(&lower, "unique").is_some() {
            it.set("unique", "true");
        }
    }
    if !it.params.contains_key("name") && !it.params.contains_key("names") {
        it.put("path", What::Path);
    }
}

/// "32+ characters", "32 bytes", "32-chars-min".
fn lengths(it: &mut Source<'_>) {
    let text = it.text.to_lowercase();
    for value in &it.scan.values {
        let behind =
            text.get(value.end..).unwrap_or_default().trim_start_matches(['+', ' ', '-', '_']);
        let count = value.text.clone();
        if ["char", "letter", "文字", "字符", "자"].iter().any(|word| behind.starts_with(word))
        {
            it.params.insert("min-chars".to_owned(), count);
        } else if behind.starts_with("byte") {
            it.params.insert("bytes".to_owned(), count);
        }
    }
}
