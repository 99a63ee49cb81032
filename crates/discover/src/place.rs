//! Where something was read: a file of the repository and a line in it.

use std::fmt;

/// A file, relative to the folder that was walked, and a line in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path with `/` between its parts.
    pub file: String,
    /// Line, counted from one; 0 where the file as a whole is meant.
    pub line: usize,
}

impl Place {
    pub(crate) fn new(file: &str, line: usize) -> Self {
        Self { file: file.to_owned(), line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            return to.write_str(&self.file);
        }
        write!(to, "{}:{}", self.file, self.line)
    }
}
