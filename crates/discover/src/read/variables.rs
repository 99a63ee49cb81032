//! Files of variables: names, and never a value.

use crate::found::{Repository, Variables};

/// The text of a file of variables without any value, line by line. Nothing else of it is kept.
pub(crate) fn names_only(text: &str) -> String {
    let mut names = String::new();
    for line in text.lines() {
        names.push_str(name(line).unwrap_or_default());
        names.push('\n');
    }
    names
}

/// The name that a line assigns. A line that goes on with the value of another is none.
fn name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, _) = line.split_once('=').unwrap_or((line, ""));
    let name = name.trim();
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (begins && name.chars().all(letters) && line.contains('=')).then_some(name)
}

/// Takes the names of a file that was reduced to them.
pub(crate) fn read(file: &str, names: &str, into: &mut Repository) {
    let lower = file.to_ascii_lowercase();
    let template = ["example", "sample", "template", "dist", "defaults"]
        .iter()
        .any(|word| lower.contains(word));
    let rows = names.lines().enumerate().filter(|(_, name)| !name.is_empty());
    let names = rows.map(|(at, name)| (name.to_owned(), at + 1)).collect();
    into.variables.push(Variables { file: file.to_owned(), names, template });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_left() {
        let text = "# PASSWORD=old\nA_KEY=hunter2\nexport B=\"x\n  continued hunter3\"\nC: d\n";
        let names = names_only(text);
        assert_eq!(names, "\nA_KEY\nB\n\n\n");
        let mut all = Repository::default();
        read(".env.example", &names, &mut all);
        assert!(all.variables[0].template);
        assert_eq!(all.variables[0].names, [("A_KEY".to_owned(), 2), ("B".to_owned(), 3)]);
    }
}
