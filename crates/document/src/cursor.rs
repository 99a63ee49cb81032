//! A place in one physical line, counted in bytes and in columns with tabs of four.

/// Bytes of the text with the place reached in the physical line.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    /// First byte not consumed; a tab consumed in part counts as not consumed.
    pub(crate) at: usize,
    /// One past the last byte of the line, its end mark left out.
    pub(crate) end: usize,
    column: usize,
    /// First byte that is neither space nor tab, and its column: found once, so that a line that
    /// stands in a thousand containers is still read once.
    text: usize,
    text_column: usize,
    /// Where the blank tail of the line begins.
    blank_from: usize,
    /// Where the tail of nothing but dashes and blanks begins, and that of stars.
    dashes_from: usize,
    stars_from: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8], start: usize, end: usize) -> Self {
        let line = bytes.get(start..end).unwrap_or_default();
        let blank = line.iter().rev().take_while(|byte| is_blank(**byte)).count();
        let mut cursor = Self {
            bytes,
            at: start,
            end,
            column: 0,
            text: start,
            text_column: 0,
            blank_from: end - blank,
            dashes_from: end - tail_of(line, b'-'),
            stars_from: end - tail_of(line, b'*'),
        };
        cursor.find_text();
        cursor
    }

    /// Whether nothing but spaces and tabs is left.
    pub(crate) fn is_blank(&self) -> bool {
        self.blank_from <= self.at
    }

    /// Columns of white space before the text.
    pub(crate) fn indent(&self) -> usize {
        self.text_column - self.column
    }

    /// First byte of the text.
    pub(crate) fn text(&self) -> usize {
        self.text
    }

    /// Column of the first byte of the text.
    pub(crate) fn text_column(&self) -> usize {
        self.text_column
    }

    /// The rest of the line from the first byte of the text, its blank tail left out.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.text..self.blank_from.max(self.text)).unwrap_or_default()
    }

    /// The byte under the text, if there is one.
    pub(crate) fn peek(&self) -> Option<u8> {
        if self.text < self.end { self.bytes.get(self.text).copied() } else { None }
    }

    /// Whether the text is a thematic break. Underscores are blanks to fill in, never a break.
    pub(crate) fn is_break(&self) -> bool {
        let (mark, from) = match self.peek() {
            Some(b'-') => (b'-', self.dashes_from),
            Some(b'*') => (b'*', self.stars_from),
            _ => return false,
        };
        from <= self.text && self.rest().iter().filter(|byte| **byte == mark).take(3).count() == 3
    }

    /// Where the text ends when its blank tail is left out.
    pub(crate) fn text_end(&self) -> usize {
        self.blank_from.max(self.text)
    }

    /// Steps over `count` columns of white space; a tab may be consumed in part.
    pub(crate) fn skip_columns(&mut self, mut count: usize) {
        while 0 < count && self.at < self.end {
            match self.bytes.get(self.at) {
                Some(b'\t') => {
                    let width = 4 - self.column % 4;
                    if count < width {
                        self.column += count;
                        return;
                    }
                    self.column += width;
                    count -= width;
                    self.at += 1;
                }
                Some(b' ') => {
                    self.column += 1;
                    count -= 1;
                    self.at += 1;
                }
                _ => return,
            }
        }
    }

    /// Steps over the white space and `bytes` bytes of the text, which take `columns` columns.
    pub(crate) fn skip_text(&mut self, bytes: usize, columns: usize) {
        self.at = (self.text + bytes).min(self.end);
        self.column = self.text_column + columns;
        self.find_text();
    }

    fn find_text(&mut self) {
        let mut at = self.at;
        let mut column = self.column;
        while at < self.end {
            match self.bytes.get(at) {
                Some(b'\t') => column += 4 - column % 4,
                Some(b' ') => column += 1,
                _ => break,
            }
            at += 1;
        }
        self.text = at;
        self.text_column = column;
    }
}

/// Length of the tail of nothing but `mark` and blanks.
fn tail_of(line: &[u8], mark: u8) -> usize {
    line.iter().rev().take_while(|byte| **byte == mark || is_blank(**byte)).count()
}

/// Space or tab.
pub(crate) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_is_consumed_in_part() {
        let mut cursor = Cursor::new(b"\t\tx", 0, 3);
        assert_eq!(cursor.indent(), 8);
        cursor.skip_columns(2);
        assert_eq!((cursor.at, cursor.indent()), (0, 6));
        cursor.skip_columns(2);
        assert_eq!((cursor.at, cursor.indent()), (1, 4));
    }

    #[test]
    fn the_blank_tail_is_no_text() {
        let cursor = Cursor::new(b"  a b \t", 0, 7);
        assert_eq!(cursor.rest(), b"a b");
        assert!(!cursor.is_blank());
        assert!(Cursor::new(b" \t ", 0, 3).is_blank());
    }
}
