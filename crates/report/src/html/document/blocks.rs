//! Items, rows and fences: where lines stand with their states.

use std::fmt::Write as _;

use super::{Item, Set};
use crate::html::{
    line::{attributes, details, mark},
    text::text,
};

impl Set<'_> {
    pub(super) fn start_item(&mut self, first: usize) {
        // An item that another one opens in the same line leaves the line to it.
        let taken = self.items.iter().any(|it| it.line == Some(first));
        let ordinal = self.lists.last_mut().and_then(|next| {
            let ordinal = *next;
            *next = ordinal.map(|it| it.saturating_add(1));
            ordinal
        });
        match self.lines.get(&first).filter(|_| !taken) {
            Some(line) => {
                write!(self.out, "<li class=\"line\" {}>{}", attributes(line), mark(line))
                    .expect("strings take text");
                self.items.push(Item { line: Some(first), ordinal });
            }
            None => {
                self.out.push_str("<li>");
                self.items.push(Item { line: None, ordinal: None });
            }
        }
    }

    pub(super) fn start_row(&mut self, first: usize, head: bool) {
        let line = self.lines.get(&first).copied();
        if head {
            self.out.push_str("<thead>");
        }
        match line {
            Some(line) => write!(self.out, "<tr class=\"line\" {}>", attributes(line))
                .expect("strings take text"),
            None => self.out.push_str("<tr>"),
        }
        if let Some(table) = &mut self.table {
            (table.cell, table.head, table.line) = (0, head, line.map(|_| first));
        }
    }

    pub(super) fn start_cell(&mut self) {
        let Some(table) = &mut self.table else { return };
        self.out.push_str(if table.head { "<th scope=\"col\">" } else { "<td>" });
        if table.cell == 0
            && let Some(line) = table.line.and_then(|number| self.lines.get(&number))
        {
            self.out.push_str(&mark(line));
        }
        table.cell += 1;
    }

    pub(super) fn end_cell(&mut self) {
        while let Some(close) = self.inline.pop() {
            self.out.push_str(close);
        }
        if !self.table.as_ref().is_some_and(|table| table.head) {
            return self.out.push_str("</td>");
        }
        // A header cell without words heads nothing.
        if let Some(before) = self.out.strip_suffix("<th scope=\"col\">") {
            let kept = before.len();
            self.out.truncate(kept);
            self.out.push_str("<td></td>");
        } else {
            self.out.push_str("</th>");
        }
    }

    pub(super) fn end_row(&mut self, head: bool) {
        self.out.push_str("</tr>");
        let place = self.table.as_ref().map(|table| (table.columns, table.line));
        if let Some((columns, Some(number))) = place
            && let Some(line) = self.lines.remove(&number)
        {
            let details = details(line, self.dossier, self.room);
            if !details.is_empty() {
                write!(
                    self.out,
                    "<tr class=\"of\" data-of=\"{number}\"><td colspan=\"{columns}\">{details}</td></tr>"
                )
                .expect("strings take text");
            }
        }
        self.out.push_str(if head { "</thead><tbody>" } else { "" });
    }

    pub(super) fn end_item(&mut self) {
        // An item without words of its own still has its state.
        if let Some(number) = self.items.pop().and_then(|it| it.line)
            && let Some(line) = self.lines.remove(&number)
        {
            self.out.push_str(&details(line, self.dossier, self.room));
        }
        self.out.push_str("</li>");
    }

    pub(super) fn end_raw(&mut self) {
        let raw = self.raw.take().unwrap_or_default();
        let comment = raw.trim().strip_prefix("<!--").and_then(|it| it.strip_suffix("-->"));
        let words = comment.unwrap_or(&raw).trim();
        if !words.is_empty() {
            write!(self.out, "<pre class=\"raw\">{}</pre>", text(words))
                .expect("strings take text");
        }
    }

    pub(super) fn end_code(&mut self) {
        let Some(code) = self.code.take() else { return };
        self.out.push_str("<div class=\"code\">");
        if !code.language.is_empty() {
            write!(self.out, "<p class=\"lang\">{}</p>", text(&code.language))
                .expect("strings take text");
        }
        let mut plain: Vec<String> = Vec::new();
        for (number, row) in code.rows {
            let Some(line) = self.lines.remove(&number) else {
                plain.push(text(&row));
                continue;
            };
            self.plain(&mut plain);
            write!(
                self.out,
                "<div class=\"line\" {}>{}<pre class=\"claim\"><code>{}</code></pre>{}</div>",
                attributes(line),
                mark(line),
                text(&row),
                details(line, self.dossier, self.room)
            )
            .expect("strings take text");
        }
        self.plain(&mut plain);
        self.out.push_str("</div>");
    }

    fn plain(&mut self, rows: &mut Vec<String>) {
        if !rows.is_empty() {
            write!(self.out, "<pre><code>{}</code></pre>", rows.join("\n"))
                .expect("strings take text");
            rows.clear();
        }
    }
}
