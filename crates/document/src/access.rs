//! Questions that others ask of a parsed document.

use crate::{
    document::{Document, Fence, Heading, Line, LineId, SectionId},
    normal::plain,
};

impl Document {
    /// The line of that id.
    pub fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.get(id.0)
    }

    /// The heading of that id.
    pub fn heading(&self, id: SectionId) -> Option<&Heading> {
        self.headings.get(id.0)
    }

    /// The fence that belongs to a line, or that the line stands in.
    pub fn fence_of(&self, id: LineId) -> Option<&Fence> {
        let line = self.line(id)?;
        self.fences.get(line.fence.or_else(|| line.form.fence())?)
    }

    /// The headings from the outermost one down to `section`, the document's title included, as
    /// people read them.
    pub fn path(&self, section: SectionId) -> Vec<&str> {
        self.above(section).iter().map(|it| it.repaired.as_str()).collect()
    }

    /// The headings above a line as a plan prints them: without the document's title, the only
    /// heading of level 1, and without emoji.
    pub fn section_path(&self, line: &Line) -> Vec<String> {
        let Some(section) = line.section else {
            return Vec::new();
        };
        let above = self.above(section);
        above
            .iter()
            .filter(|it| self.title.is_none() || it.level != 1)
            .map(|it| plain(&it.repaired))
            .collect()
    }

    /// The lines nested directly in a line, and those of its fence.
    pub fn children(&self, id: LineId) -> impl Iterator<Item = LineId> + '_ {
        // Whatever is nested in a line, however deep, follows it without a gap.
        let inside = move |line: &Line| line.parent.is_some_and(|parent| id <= parent);
        let below = self.lines.iter().enumerate().skip(id.0 + 1);
        below
            .take_while(move |(_, line)| inside(line))
            .filter(move |(_, line)| line.parent == Some(id))
            .map(|(at, _)| LineId(at))
    }

    fn above(&self, section: SectionId) -> Vec<&Heading> {
        let mut next = Some(section);
        let mut path = Vec::new();
        // A parent always stands above its child, so this ends.
        while let Some(heading) = next.and_then(|id| self.heading(id)) {
            path.push(heading);
            next = heading.parent;
        }
        path.reverse();
        path
    }
}
