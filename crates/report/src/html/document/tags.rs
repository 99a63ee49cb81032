//! What begins and ends: tags of the document as tags of the page.

use std::fmt::Write as _;

use pulldown_cmark::{CodeBlockKind, Tag, TagEnd};

use super::{Code, Set, Table};
use crate::html::text::{link, text};

impl Set<'_> {
    pub(super) fn start(&mut self, tag: Tag<'_>, first: usize) {
        match tag {
            Tag::Emphasis => self.begin(first, "<em>", "</em>"),
            Tag::Strong => self.begin(first, "<strong>", "</strong>"),
            Tag::Strikethrough => self.begin(first, "<s>", "</s>"),
            Tag::Superscript | Tag::Subscript => self.begin(first, "<span>", "</span>"),
            Tag::Link { dest_url, .. } => self.begin_link(first, &dest_url),
            Tag::Image { dest_url, .. } => {
                self.inline(first);
                self.out.push_str("<span class=\"picture\">picture: </span>");
                self.begin_link(first, &dest_url);
            }
            block @ (Tag::Paragraph
            | Tag::Heading { .. }
            | Tag::BlockQuote(_)
            | Tag::CodeBlock(_)
            | Tag::HtmlBlock
            | Tag::List(_)
            | Tag::Item
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Table(_)
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::MetadataBlock(_)) => self.start_block(block, first),
        }
    }

    fn begin(&mut self, first: usize, open: &str, close: &'static str) {
        self.inline(first);
        self.out.push_str(open);
        self.inline.push(close);
    }

    fn begin_link(&mut self, first: usize, target: &str) {
        match link(target) {
            Some(target) => {
                let open = format!("<a href=\"{target}\" rel=\"noreferrer noopener\">");
                self.begin(first, &open, "</a>");
            }
            None => {
                let title = text(target);
                self.begin(first, &format!("<span class=\"path\" title=\"{title}\">"), "</span>");
            }
        }
    }

    pub(super) fn start_block(&mut self, tag: Tag<'_>, first: usize) {
        self.close_run();
        self.depth += 1;
        match tag {
            Tag::Paragraph => self.open_run(first, "<p dir=\"auto\">", "</p>"),
            Tag::Heading { level, .. } => {
                self.open_heading(heading_level(level), first);
            }
            Tag::BlockQuote(_) => self.out.push_str("<blockquote>"),
            Tag::CodeBlock(kind) => {
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split_whitespace().next().unwrap_or_default().to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some(Code { language, rows: Vec::new() });
            }
            Tag::List(Some(from)) => {
                write!(self.out, "<ol start=\"{from}\">").expect("strings take text");
                self.lists.push(Some(from));
            }
            Tag::List(None) => {
                self.out.push_str("<ul>");
                self.lists.push(None);
            }
            Tag::Item => self.start_item(first),
            Tag::Table(columns) => {
                self.table =
                    Some(Table { columns: columns.len(), cell: 0, head: false, line: None });
                self.out.push_str("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"table\"><table>");
            }
            Tag::TableHead | Tag::TableRow => self.start_row(first, tag == Tag::TableHead),
            Tag::TableCell => self.start_cell(),
            Tag::HtmlBlock | Tag::MetadataBlock(_) => self.raw = Some(String::new()),
            Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript
            | Tag::Link { .. }
            | Tag::Image { .. } => self.out.push_str("<div>"),
        }
    }

    pub(super) fn end(&mut self, tag: TagEnd, last: usize) {
        match tag {
            TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image => {
                if let Some(close) = self.inline.pop() {
                    self.out.push_str(close);
                }
            }
            block @ (TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::BlockQuote(_)
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::List(_)
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Table
            | TagEnd::TableHead
            | TagEnd::TableRow
            | TagEnd::TableCell
            | TagEnd::MetadataBlock(_)) => self.end_block(block, last),
        }
    }

    pub(super) fn end_block(&mut self, tag: TagEnd, last: usize) {
        self.depth = self.depth.saturating_sub(1);
        if !matches!(tag, TagEnd::TableCell) {
            self.close_run();
        }
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => {}
            TagEnd::BlockQuote(_) => self.out.push_str("</blockquote>"),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::List(ordered) => {
                self.lists.pop();
                self.out.push_str(if ordered { "</ol>" } else { "</ul>" });
            }
            TagEnd::Item => self.end_item(),
            TagEnd::Table => {
                self.table = None;
                self.out.push_str("</tbody></table></div>");
            }
            TagEnd::TableHead => self.end_row(true),
            TagEnd::TableRow => self.end_row(false),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::HtmlBlock | TagEnd::MetadataBlock(_) => self.end_raw(),
            TagEnd::FootnoteDefinition
            | TagEnd::DefinitionList
            | TagEnd::DefinitionListTitle
            | TagEnd::DefinitionListDefinition
            | TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image => self.out.push_str("</div>"),
        }
        self.reached = self.reached.max(last);
        if self.depth == 0 {
            self.strays(last);
        }
    }
}

fn heading_level(level: pulldown_cmark::HeadingLevel) -> u8 {
    use pulldown_cmark::HeadingLevel::{H1, H2, H3, H4, H5, H6};
    match level {
        H1 => 1,
        H2 => 2,
        H3 => 3,
        H4 => 4,
        H5 => 5,
        H6 => 6,
    }
}
