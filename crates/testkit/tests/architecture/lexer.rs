//! Rust source without its comments and texts, as far as the rules need it.

/// A source, taken apart. Lines keep their numbers.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    /// The source with comments and the insides of texts and characters as blanks.
    pub(crate) code: String,
    /// The texts, as written between the quotes, each with its line.
    pub(crate) literals: Vec<(usize, String)>,
}

pub(crate) fn lex(source: &str) -> Lexed {
    let chars: Vec<char> = source.chars().collect();
    let mut lexer = Lexer {
        chars: &chars,
        at: 0,
        line: 1,
        out: Lexed::default(),
    };
    while lexer.at < chars.len() {
        lexer.step();
    }
    lexer.out
}

struct Lexer<'a> {
    chars: &'a [char],
    at: usize,
    line: usize,
    out: Lexed,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.text(),
            ('r', '"' | '#') if !self.in_word() => self.raw_text(),
            ('\'', _) => self.quote(),
            _ => self.keep(),
        }
    }

    /// Whether the character before belongs to the same word, `b` of `br"…"` aside.
    fn in_word(&self) -> bool {
        let before = |n: usize| self.at.checked_sub(n).and_then(|at| self.chars.get(at));
        let word = |c: Option<&char>| c.is_some_and(|c| c.is_alphanumeric() || *c == '_');
        let prefix = matches!(before(1), Some('b' | 'c')) && !word(before(2));
        word(before(1)) && !prefix
    }

    fn keep(&mut self) {
        let c = self.peek(0);
        self.line += usize::from(c == '\n');
        self.out.code.push(c);
        self.at += 1;
    }

    fn blank(&mut self) {
        let c = self.peek(0);
        self.line += usize::from(c == '\n');
        self.out.code.push(if c == '\n' { '\n' } else { ' ' });
        self.at += 1;
    }

    fn line_comment(&mut self) {
        while self.at < self.chars.len() && self.peek(0) != '\n' {
            self.blank();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.blank();
                    continue;
                }
            }
            self.blank();
            self.blank();
            if depth == 0 {
                return;
            }
        }
    }

    fn text(&mut self) {
        let line = self.line;
        self.keep();
        let start = self.at;
        while self.at < self.chars.len() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                self.blank();
            }
            self.blank();
        }
        self.literal(line, start);
        self.keep();
    }

    fn raw_text(&mut self) {
        let hashes = (1..).take_while(|n| self.peek(*n) == '#').count();
        if self.peek(hashes + 1) != '"' {
            return self.keep();
        }
        (0..hashes + 2).for_each(|_| self.keep());
        let (line, start) = (self.line, self.at);
        let ends =
            |lexer: &Self| lexer.peek(0) == '"' && (1..=hashes).all(|n| lexer.peek(n) == '#');
        while self.at < self.chars.len() && !ends(self) {
            self.blank();
        }
        self.literal(line, start);
        (0..=hashes).for_each(|_| self.keep());
    }

    fn literal(&mut self, line: usize, start: usize) {
        let text = self.chars[start..self.at.min(self.chars.len())]
            .iter()
            .collect();
        self.out.literals.push((line, text));
    }

    /// A character, or the name of a lifetime.
    fn quote(&mut self) {
        self.keep();
        if self.peek(0) == '\\' {
            self.blank();
            self.blank();
            while self.at < self.chars.len() && self.peek(0) != '\'' {
                self.blank();
            }
            self.keep();
        } else if self.peek(1) == '\'' {
            self.blank();
            self.keep();
        }
    }
}

/// The source up to its inline tests, which come last in a file.
pub(crate) fn without_tests(source: &str) -> &str {
    let mut starts = source
        .match_indices("#[cfg(test)]\n")
        .map(|(at, marker)| (at, at + marker.len()));
    let inline = |(_, after): &(usize, usize)| {
        let line = source[*after..].lines().next().unwrap_or_default();
        line.starts_with("mod ") && line.ends_with(['{', '}'])
    };
    starts.find(inline).map_or(source, |(at, _)| &source[..at])
}

#[test]
fn comments_and_texts_are_no_code() {
    let source = r####"
let a = "x // \" { y"; // c {
/* d /* e */ { */ let b = r#"q " {"#; let c = '{'; let d = '\''; let e: &'static str = br"{";
fn f<'a>(r: &'a str) { '\u{7b}' }
"####;
    let lexed = lex(source);
    let texts: Vec<&str> = lexed
        .literals
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    assert_eq!(texts, [r#"x // \" { y"#, r#"q " {"#, "{"]);
    assert_eq!(lexed.literals[1].0, 3);
    assert_eq!(lexed.code.matches('{').count(), 1, "{}", lexed.code);
    assert_eq!(lexed.code.lines().count(), source.lines().count());
    assert!(lexed.code.contains("&'static str"));
}

#[test]
fn inline_tests_are_left_out() {
    let source = "#[cfg(test)]\nmod proof;\nfn f() {}\n";
    assert_eq!(without_tests(source), source);
    let with = format!("{source}#[cfg(test)]\nmod tests {{\n}}\n");
    assert_eq!(without_tests(&with), source);
}
