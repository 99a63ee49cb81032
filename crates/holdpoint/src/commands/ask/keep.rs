//! Writes one answer into the settings: only its own key changes, and the file is whole at any time.

use std::path::{Path, PathBuf};

use holdpoint_bind::settings::{Settings, Which};
use holdpoint_report::style::Style;
use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, value};

use super::table;
use crate::{commands::run::replace, exit::Stop, settings::complain};

/// The settings file that answers are kept in.
pub(in crate::commands) struct Keeper {
    path: PathBuf,
}

impl Keeper {
    pub(in crate::commands) fn new(path: &str) -> Self {
        Self { path: PathBuf::from(path) }
    }

    /// Writes `key = "value"` into the table of a line, `params.NAME` into its parameters. The file is read anew: somebody may have
    /// it open beside the questions.
    pub(in crate::commands) fn keep(
        &self,
        place: &Which,
        key: &str,
        answer: &str,
        style: Style,
    ) -> Result<(), Stop> {
        let shown = self.path.display().to_string();
        let old = match std::fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                String::from("schema = 1\n")
            }
            Err(error) => return Err(Stop::usage(format!("failed to read {shown}: {error}"))),
        };
        let new = edited(&old, place, key, answer)
            .map_err(|why| Stop::usage(format!("failed to write {shown}: {why}")))?;
        // What is written must be read again, or nothing is written.
        Settings::read(&new, &shown).map_err(|them| complain(&them, &new, &shown, style))?;
        replace(Path::new(&self.path), new.as_bytes())
            .map_err(|error| Stop::usage(format!("failed to write {shown}: {error}")))
    }
}

/// The table of a line with one key, to be pasted into the settings.
pub(in crate::commands) fn pasted(place: &Which, key: &str, answer: &str) -> String {
    let mut fresh = DocumentMut::new();
    match set(&mut fresh, place, key, answer) {
        Ok(()) => fresh.to_string(),
        Err(why) => format!("# {why}\n"),
    }
}

/// The text with one key set. What stands there already stays as it is, byte for byte.
fn edited(old: &str, place: &Which, key: &str, answer: &str) -> Result<String, String> {
    let eol = if old.contains("\r\n") { "\r\n" } else { "\n" };
    let lines = |text: &str| text.replace("\r\n", "\n").replace('\n', eol);
    let mut document = read(old)?;
    let known = document
        .get("line")
        .and_then(Item::as_table_like)
        .is_some_and(|lines| lines.get(&named(lines, place)).is_some());
    if !known {
        // A table of its own at the end, unless the file has tables of lines in another form.
        let mut fresh = DocumentMut::new();
        set(&mut fresh, place, key, answer)?;
        let gap = if old.is_empty() || old.ends_with('\n') { "" } else { eol };
        let new = format!("{old}{gap}{eol}{}", lines(&fresh.to_string()));
        if read(&new).is_ok() {
            return Ok(new);
        }
    }
    set(&mut document, place, key, answer)?;
    Ok(lines(&document.to_string()))
}

fn read(text: &str) -> Result<DocumentMut, String> {
    text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())
}

/// Sets one key in the table of a line.
fn set(document: &mut DocumentMut, place: &Which, key: &str, answer: &str) -> Result<(), String> {
    let lines = document.entry("line").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let lines: &mut dyn TableLike =
        lines.as_table_like_mut().ok_or_else(|| String::from("`line` is no table"))?;
    let name = named(lines, place);
    let fresh = lines.get(&name).is_none();
    let one = lines.entry(&name).or_insert_with(|| Item::Table(Table::new()));
    let one = one.as_table_like_mut().ok_or_else(|| format!("{} is no table", table(place)))?;
    if let Which::Number { text, .. } = place
        && fresh
    {
        one.insert("text", value(text.as_str()));
    }
    let (one, key) = match key.split_once("params.") {
        Some(("", name)) => {
            let params = one.entry("params").or_insert_with(|| value(InlineTable::new()));
            let params = params.as_table_like_mut();
            (params.ok_or_else(|| String::from("`params` is no table"))?, name)
        }
        Some(_) | None => (one, key),
    };
    match one.get_mut(key).and_then(Item::as_value_mut) {
        // A comment behind the old value stays.
        Some(old) => {
            let decor = old.decor().clone();
            *old = answer.into();
            *old.decor_mut() = decor;
        }
        None => drop(one.insert(key, value(answer))),
    }
    Ok(())
}

/// The key of a line's table as it stands in the file: white space in it does not matter.
fn named(lines: &dyn TableLike, place: &Which) -> String {
    let text = match place {
        Which::Text(text) => text,
        Which::Number { line, .. } => return line.to_string(),
    };
    let blank = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let found = lines.iter().map(|(key, _)| key).find(|key| blank(key) == blank(text));
    found.unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Which {
        Which::Text(text.to_owned())
    }

    #[test]
    fn only_the_answer_changes() {
        let old = "# mine\nschema = 1 # one\n\n[target.web]\nurl   = 'https://a.test'\n\n\
                   [line.\"a  b\"]\nseverity = \"minor\" # known\n# the end\n";
        let new = edited(old, &text("a b"), "check", "http.health").unwrap();
        let added = "severity = \"minor\" # known\ncheck = \"http.health\"\n";
        assert_eq!(new, old.replace("severity = \"minor\" # known\n", added));
        let again = edited(&new, &text("a b"), "check", "none").unwrap();
        assert_eq!(again, new.replace("http.health", "none"));
        let new = edited(old, &text("say \"so\" \\ [x]"), "check", "none").unwrap();
        assert!(new.starts_with(old), "{new}");
        let settings = Settings::read(&new, "holdpoint.toml").unwrap();
        assert_eq!(settings.lines.last().unwrap().which, text("say \"so\" \\ [x]"));
    }

    #[test]
    fn a_number_has_its_text_as_a_guard_and_line_ends_stay() {
        let place = Which::Number { line: 7, text: String::from("Done") };
        let new = edited("schema = 1\r\n", &place, "check", "http.health").unwrap();
        assert_eq!(
            new,
            "schema = 1\r\n\r\n[line.7]\r\ntext = \"Done\"\r\ncheck = \"http.health\"\r\n"
        );
        let new = edited(&new, &place, "target", "web").unwrap();
        assert_eq!(new.matches("text =").count(), 1);
        assert_eq!(new.matches('\n').count(), new.matches("\r\n").count());
        assert!(Settings::read(&new, "holdpoint.toml").is_ok());
        // Tables of lines in another form are kept in it.
        let inline = "line = { \"Port 80 open\" = { severity = \"minor\" } }\nschema = 1\n";
        let new = edited(inline, &text("Port 443 open"), "check", "none").unwrap();
        assert_eq!(Settings::read(&new, "holdpoint.toml").unwrap().lines.len(), 2, "{new}");
        assert!(new.ends_with("\nschema = 1\n"), "{new}");
    }
}
