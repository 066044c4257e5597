//! A clock that stands still until the test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use renkei_base::clock::Span;
use renkei_base::{Clock, Micros};

/// Clones show the same time: give one to the program and keep one to move.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// From a FHIR instant, `2026-11-24T09:00:00+09:00`.
    pub fn at(instant: &str) -> Self {
        let at = Micros::from_fhir(instant).expect("an instant with a zone");
        Self(Arc::new(AtomicI64::new(at.0)))
    }

    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.0, Ordering::SeqCst);
    }

    pub fn set(&self, at: Micros) {
        self.0.store(at.0, Ordering::SeqCst);
    }

    /// As the program takes it.
    pub fn shared(&self) -> Arc<dyn Clock> {
        Arc::new(self.clone())
    }
}

/// A Tuesday morning in Japan that is no holiday.
impl Default for TestClock {
    fn default() -> Self {
        Self::at("2026-11-24T09:00:00+09:00")
    }
}

impl Clock for TestClock {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_move_together() {
        let clock = TestClock::default();
        let program = clock.shared();
        assert_eq!(program.now().to_fhir(), "2026-11-24T00:00:00.000000Z");
        clock.advance(Span::hours(49));
        assert_eq!(program.now().to_fhir(), "2026-11-26T01:00:00.000000Z");
        clock.set(Micros(7));
        assert_eq!(program.now(), Micros(7));
    }
}
