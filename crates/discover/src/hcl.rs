//! Terraform's language as far as blocks with plain attributes go; expressions are skipped.

/// A block with its labels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub(crate) kind: String,
    pub(crate) labels: Vec<String>,
    pub(crate) line: usize,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) blocks: Vec<Self>,
}

/// A name with what stands behind the equals sign.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    pub(crate) value: Expression,
    pub(crate) line: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expression {
    /// A text in quotes; `${…}` may stand in it.
    Text(String),
    /// A number, a flag, or a reference such as `var.name`.
    Word(String),
    /// The texts and words of a list.
    List(Vec<Self>),
    /// Anything that would have to be computed.
    Other,
}

impl Block {
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|it| it.name == name)
    }

    /// The nth label, or nothing.
    pub(crate) fn label(&self, nth: usize) -> &str {
        self.labels.get(nth).map_or("", String::as_str)
    }
}

/// How deep blocks may be nested.
const DEPTH_MAX: usize = 32;

/// The blocks of a file. What cannot be read is left out.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let tokens = Lexer { rest: text, line: 1 }.tokens();
    let mut parser = Parser { tokens: &tokens };
    let mut root = Block::default();
    parser.body(&mut root, 0);
    root.blocks
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Mark(char),
    End,
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
}

impl Lexer<'_> {
    fn tokens(mut self) -> Vec<(Token, usize)> {
        let mut tokens = Vec::new();
        while let Some(first) = self.rest.chars().next() {
            let line = self.line;
            let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            if first == '#' || self.rest.starts_with("//") {
                self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.skip(self.rest.find("*/").map_or(self.rest.len(), |at| at + 2));
            } else if self.rest.starts_with("<<") {
                self.heredoc();
                tokens.push((Token::Mark('<'), line));
            } else if first == '"' {
                tokens.push((Token::Text(self.text()), line));
            } else if word(first) {
                let end = self.rest.find(|c: char| !word(c)).unwrap_or(self.rest.len());
                tokens.push((Token::Word(self.skip(end)), line));
            } else if first == '\n' {
                tokens.push((Token::End, line));
                self.skip(1);
            } else {
                if !first.is_whitespace() {
                    tokens.push((Token::Mark(first), line));
                }
                self.skip(first.len_utf8());
            }
        }
        tokens.push((Token::End, self.line));
        tokens
    }

    fn skip(&mut self, bytes: usize) -> String {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.line += taken.bytes().filter(|byte| *byte == b'\n').count();
        self.rest = rest;
        taken.to_owned()
    }

    /// A text in quotes, which may hold `${…}` with quotes of its own.
    fn text(&mut self) -> String {
        let mut depth = 0_usize;
        let mut escaped = false;
        let mut previous = ' ';
        let mut end = self.rest.len();
        for (at, c) in self.rest.char_indices().skip(1) {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '{' if 0 < depth || matches!(previous, '$' | '%') => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                '"' if depth == 0 => {
                    end = at + 1;
                    break;
                }
                '\n' if depth == 0 => {
                    end = at;
                    break;
                }
                _ => {}
            }
            previous = c;
        }
        let whole = self.skip(end);
        whole.trim_matches('"').to_owned()
    }

    fn heredoc(&mut self) {
        let head = self.rest.lines().next().unwrap_or_default().to_owned();
        let name = head.trim_start_matches('<').trim_start_matches('-').trim().to_owned();
        self.skip(head.len());
        if name.is_empty() {
            return;
        }
        while !self.rest.is_empty() {
            self.skip(self.rest.len().min(1));
            let line = self.rest.lines().next().unwrap_or_default().to_owned();
            self.skip(line.len());
            if line.trim() == name {
                return;
            }
        }
    }
}

struct Parser<'a> {
    tokens: &'a [(Token, usize)],
}

impl Parser<'_> {
    fn next(&mut self) -> Option<(Token, usize)> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first.clone())
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.first().map(|(token, _)| token)
    }

    fn body(&mut self, block: &mut Block, depth: usize) {
        while let Some((token, line)) = self.next() {
            match token {
                Token::Mark('}') if 0 < depth => return,
                Token::Word(name) => self.statement(block, name, line, depth),
                Token::Mark('{') => self.balance('{'),
                Token::Mark(_) | Token::Text(_) | Token::End => {}
            }
        }
    }

    /// `name = value`, or `name "label" { … }`.
    fn statement(&mut self, block: &mut Block, name: String, line: usize, depth: usize) {
        if self.peek() == Some(&Token::Mark('=')) {
            self.next();
            let value = self.expression();
            block.attributes.push(Attribute { name, value, line });
            return;
        }
        let mut inner = Block { kind: name, line, ..Block::default() };
        loop {
            match self.peek() {
                Some(Token::Text(label) | Token::Word(label)) => {
                    inner.labels.push(label.clone());
                    self.next();
                }
                Some(Token::Mark('{')) => {
                    self.next();
                    if DEPTH_MAX < depth {
                        self.balance('{');
                        return;
                    }
                    self.body(&mut inner, depth + 1);
                    block.blocks.push(inner);
                    return;
                }
                Some(Token::Mark(_) | Token::End) | None => return,
            }
        }
    }

    fn expression(&mut self) -> Expression {
        let first = match self.next() {
            Some((Token::Text(text), _)) => Expression::Text(text),
            Some((Token::Word(word), _)) => Expression::Word(word),
            Some((Token::Mark('['), _)) => self.list(),
            Some((Token::Mark(mark), _)) => {
                self.balance(mark);
                Expression::Other
            }
            Some((Token::End, _)) | None => return Expression::Other,
        };
        // Whatever goes on behind it makes it something to be computed.
        let mut plain = true;
        loop {
            match self.peek() {
                Some(Token::End | Token::Mark('}')) | None => break,
                Some(Token::Mark(mark)) => {
                    let mark = *mark;
                    self.next();
                    self.balance(mark);
                    plain = false;
                }
                Some(Token::Word(_) | Token::Text(_)) => {
                    self.next();
                    plain = false;
                }
            }
        }
        if plain { first } else { Expression::Other }
    }

    fn list(&mut self) -> Expression {
        let mut items = Vec::new();
        while let Some((token, _)) = self.next() {
            match token {
                Token::Mark(']') => break,
                Token::Text(text) => items.push(Expression::Text(text)),
                Token::Word(word) => items.push(Expression::Word(word)),
                Token::Mark(mark) => self.balance(mark),
                Token::End => {}
            }
        }
        Expression::List(items)
    }

    /// Goes behind the bracket that closes `open`, when it is one.
    fn balance(&mut self, open: char) {
        if !matches!(open, '(' | '[' | '{') {
            return;
        }
        let mut depth = 1_usize;
        while 0 < depth {
            match self.next() {
                Some((Token::Mark('(' | '[' | '{'), _)) => depth += 1,
                Some((Token::Mark(')' | ']' | '}'), _)) => depth -= 1,
                Some((Token::Mark(_) | Token::Word(_) | Token::Text(_) | Token::End, _)) => {}
                None => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_blocks_and_skips_what_would_be_computed() {
        let text = "# c\nresource \"aws_db_instance\" \"main\" {\n  engine = \"postgres\"\n  \
                    port = 5432\n  tags = {\n    A = \"b\"\n  }\n  name = \"${var.p}-db\" // x\n  \
                    size = max(1, 2)\n  zones = [\"a\", var.b]\n  doc = <<-EOT\n    x = {\n  EOT\n  \
                    settings {\n    on = true\n  }\n}\nprovider \"aws\" { region = var.region }\n";
        let all = blocks(text);
        assert_eq!(all.len(), 2);
        let db = &all[0];
        assert_eq!(
            (db.kind.as_str(), db.label(0), db.label(1)),
            ("resource", "aws_db_instance", "main")
        );
        let value = |name: &str| db.attribute(name).unwrap().value.clone();
        assert_eq!(value("engine"), Expression::Text("postgres".to_owned()));
        assert_eq!(value("port"), Expression::Word("5432".to_owned()));
        assert_eq!(value("name"), Expression::Text("${var.p}-db".to_owned()));
        assert_eq!((value("size"), value("tags")), (Expression::Other, Expression::Other));
        let zones = vec![Expression::Text("a".to_owned()), Expression::Word("var.b".to_owned())];
        assert_eq!(value("zones"), Expression::List(zones));
        assert_eq!((db.blocks[0].kind.as_str(), db.blocks[0].line), ("settings", 14));
        assert_eq!(db.attribute("port").unwrap().line, 4);
        assert_eq!(
            all[1].attribute("region").unwrap().value,
            Expression::Word("var.region".to_owned())
        );
        for odd in ["{", "a = {", "a \"b", "resource {{{", "x = <<", "\"${\"", "a = [", "}"] {
            drop(blocks(odd));
        }
    }
}
