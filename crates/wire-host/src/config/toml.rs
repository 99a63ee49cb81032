//! Reads TOML, numbers as they were written.

use toml::de::{DeTable, DeValue};

use super::node::Node;

/// The table of a file; an error names the line.
pub(crate) fn read(text: &str) -> Result<Node, String> {
    match DeTable::parse(text) {
        Ok(table) => Ok(of_table(table.get_ref())),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            Err(format!("line {line}: {}", error.message()))
        }
    }
}

fn of_table(table: &DeTable<'_>) -> Node {
    let entries = table
        .iter()
        .map(|(key, value)| (key.get_ref().to_string(), of_value(value.get_ref())))
        .collect();
    Node::Table(entries)
}

fn of_value(value: &DeValue<'_>) -> Node {
    match value {
        DeValue::String(text) => Node::Text(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => {
            Node::Number(number.as_str().replace('_', ""))
        }
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Node::Number(number.to_string()),
            Err(_) => Node::Odd(number.as_str().to_owned(), "it is no number that fits"),
        },
        DeValue::Float(number) => Node::Number(number.as_str().replace('_', "")),
        DeValue::Boolean(it) => Node::Bool(*it),
        DeValue::Datetime(time) => Node::Text(time.to_string()),
        DeValue::Array(items) => {
            Node::List(items.iter().map(|item| of_value(item.get_ref())).collect())
        }
        DeValue::Table(table) => of_table(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tables() {
        let node = read("a = 1_000\n[b]\nc = [\"x\", 0x10]\nd = 1.50\n").unwrap();
        let number = |text: &str| Node::Number(text.to_owned());
        let list = Node::List(vec![Node::Text("x".to_owned()), number("16")]);
        let inner = vec![("c".to_owned(), list), ("d".to_owned(), number("1.50"))];
        let want = vec![("a".to_owned(), number("1000")), ("b".to_owned(), Node::Table(inner))];
        assert_eq!(node, Node::Table(want));
        assert!(read("a = 1\na = 2\n").unwrap_err().starts_with("line 2"));
    }
}
