//! Broken copies of good inputs, again and again, for a while: what a parser must take without falling over.
//!
//! ```ignore
//! let mut fuzz = Fuzz::new(&["2026-11-22"], &["令和元年", "/"]);
//! while let Some(text) = fuzz.next() {
//!     drop(renkei_base::era::parse(&text));
//! }
//! ```
//!
//! `RENKEI_FUZZ_SECONDS` says how long (1), `RENKEI_FUZZ_SEED` which chances. What an input broke is printed with it.

use std::time::{Duration, Instant};

/// One input may take this long, on a machine that does much else.
const SLOW: Duration = Duration::from_secs(10);
/// Characters of an input.
const LONG: usize = 20_000;
/// The memory of a whole process, in KiB: its highest.
const MEMORY: u64 = 1_500_000;

/// Inputs until the time is over.
#[derive(Debug)]
pub struct Fuzz {
    state: u64,
    seed: u64,
    until: Instant,
    begun: Instant,
    given: u64,
    good: Vec<Vec<char>>,
    words: Vec<Vec<char>>,
    last: String,
}

impl Fuzz {
    /// From good inputs, and words that mean something in them.
    pub fn new(good: &[&str], words: &[&str]) -> Self {
        let seed = said("RENKEI_FUZZ_SEED").unwrap_or_else(|| u64::from(std::process::id()));
        let seconds = said("RENKEI_FUZZ_SECONDS").unwrap_or(1);
        eprintln!("RENKEI_FUZZ_SEED={seed}");
        let chars = |list: &[&str]| list.iter().map(|text| text.chars().collect()).collect();
        Self {
            state: seed,
            seed,
            until: now() + Duration::from_secs(seconds),
            begun: now(),
            given: 0,
            good: chars(good),
            words: chars(words),
            last: String::new(),
        }
    }

    /// The next input; the good ones first, as they are.
    ///
    /// # Panics
    /// Where the one before took too long, or all of them too much memory.
    #[expect(
        clippy::should_implement_trait,
        reason = "a loop over it would hold what a panic prints"
    )]
    pub fn next(&mut self) -> Option<String> {
        let took = self.begun.elapsed();
        assert!(took < SLOW, "that took {took:?}");
        let first = usize::try_from(self.given).unwrap_or(usize::MAX);
        if first >= self.good.len() && now() >= self.until {
            assert!(peak() < MEMORY, "{} KiB of memory", peak());
            eprintln!("{} inputs", self.given);
            return None;
        }
        self.last = match self.good.get(first) {
            Some(good) => good.iter().collect(),
            None => self.broken(),
        };
        self.given += 1;
        self.begun = now();
        Some(self.last.clone())
    }

    /// A number from 0 on, never the limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % limit.max(1) as u64).unwrap_or_default()
    }

    fn broken(&mut self) -> String {
        let at = self.below(self.good.len());
        let mut text = self.good.get(at).cloned().unwrap_or_default();
        for _ in 0..=self.below(6) {
            self.hurt(&mut text);
            text.truncate(LONG);
        }
        text.into_iter().collect()
    }

    fn hurt(&mut self, text: &mut Vec<char>) {
        let at = self.below(text.len() + 1);
        let end = (at + 1 + self.below(12)).min(text.len());
        match self.below(8) {
            0 => text.truncate(at),
            1 => drop(text.drain(at.min(end)..end)),
            2 => {
                let c = self.odd();
                text.insert(at, c);
            }
            3 if at < text.len() => {
                let c = self.odd();
                text.splice(at..=at, [c]);
            }
            // The same again, up to a hundred times.
            4 => {
                let part: Vec<char> = text.get(at..end).unwrap_or_default().to_vec();
                let times = 1 + self.below(100);
                text.splice(at..at, part.repeat(times));
            }
            // The end of another.
            5 => {
                let other = self.below(self.good.len());
                let other = self.good.get(other).cloned().unwrap_or_default();
                let from = self.below(other.len());
                text.truncate(at);
                text.extend(other.into_iter().skip(from));
            }
            _ => {
                let word = self.below(self.words.len());
                let word = self.words.get(word).cloned().unwrap_or_default();
                let end = if self.below(2) == 0 { at } else { end.max(at) };
                text.splice(at..end, word);
            }
        }
    }

    /// A character, mostly one that somebody stumbles over.
    fn odd(&mut self) -> char {
        const ODD: &str = "\0\t\n\r \u{3000}\u{200b}\u{feff}\u{e0100}\u{3099}\u{ff9e}\u{10ffff}\"'\\{}[](),.:;/%&=+-|$#_*0９1九元㍻年月日㈱髙ｶﾞÅßİ";
        match self.below(4) {
            0 => char::from_u32(u32::try_from(self.below(0x11_0000)).unwrap_or(0)).unwrap_or('x'),
            1 => char::from(u8::try_from(self.below(128)).unwrap_or(b'x')),
            _ => {
                let at = self.below(ODD.chars().count());
                ODD.chars().nth(at).unwrap_or('x')
            }
        }
    }
}

impl Drop for Fuzz {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "RENKEI_FUZZ_SEED={}, input {}: {:?}",
                self.seed, self.given, self.last
            );
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own time")]
fn now() -> Instant {
    Instant::now()
}

fn said(name: &str) -> Option<u64> {
    std::env::var_os(name)?.to_str()?.parse().ok()
}

/// The most memory that this process ever had, in KiB; 0 where nobody says it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
