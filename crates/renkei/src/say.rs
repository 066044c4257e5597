//! What commands tell people: results on the output, the rest on the error output.

use std::io::{IsTerminal, Write};

/// One line of the result. Nobody may be reading any more.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}

/// One line beside the result.
pub(crate) fn aside(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// How far something is: one line that is written over, only where somebody looks.
#[derive(Debug)]
pub(crate) struct Progress {
    shown: bool,
    last: u64,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self {
            shown: std::io::stderr().is_terminal(),
            last: 0,
        }
    }

    /// `of` is 0 where it is not known.
    pub(crate) fn at(&mut self, done: u64, of: u64) {
        if !self.shown || done < self.last + 500 {
            return;
        }
        self.last = done;
        let text = if of > 0 {
            format!("{done} / {of}")
        } else {
            done.to_string()
        };
        let _ = write!(std::io::stderr().lock(), "\r{text} ");
    }

    pub(crate) fn end(&self) {
        if self.shown && self.last > 0 {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }
}
