//! Ids and secrets that count from a seed. Only for what is invented.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use renkei_base::{Id, Ids};

/// 2026-01-01T00:00:00Z in milliseconds: the time part of all ids, so that they come before those of people at work.
const MS: u64 = 1_767_225_600_000;

/// One stream for each act, so that acts at the same time do not take one another's ids.
#[derive(Debug)]
pub(crate) struct SampleIds {
    stream: u64,
    next: AtomicU64,
}

impl SampleIds {
    pub(crate) fn of(seed: u64, act: &str) -> Self {
        let stream = act
            .bytes()
            .fold(mix(seed), |hash, byte| mix(hash ^ u64::from(byte)));
        Self {
            stream,
            next: AtomicU64::new(0),
        }
    }

    pub(crate) fn shared(seed: u64, act: &str) -> Arc<dyn Ids> {
        Arc::new(Self::of(seed, act))
    }

    fn bits(&self, count: u64, lane: u64) -> u64 {
        mix(mix(self.stream ^ count) ^ lane)
    }
}

impl Ids for SampleIds {
    /// In the form of a UUIDv7.
    fn id(&self) -> Id {
        let count = self.next.fetch_add(1, Ordering::Relaxed);
        let (high, low) = (self.bits(count, 0) & 0xfff, self.bits(count, 1));
        let text = format!(
            "{:08x}-{:04x}-7{high:03x}-{:04x}-{:012x}",
            MS >> 16,
            MS & 0xffff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff,
        );
        // Hexadecimal digits and dashes are always an id.
        text.parse()
            .unwrap_or_else(|_| unreachable!("{text} is an id"))
    }

    fn secret(&self) -> [u8; 32] {
        let count = self.next.fetch_add(1, Ordering::Relaxed);
        let mut secret = [0; 32];
        for (lane, chunk) in (2..).zip(secret.chunks_exact_mut(8)) {
            chunk.copy_from_slice(&self.bits(count, lane).to_be_bytes());
        }
        secret
    }
}

/// One step of SplitMix64.
const fn mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn acts_do_not_meet() {
        let all: BTreeSet<Id> = (0..200)
            .map(|n| SampleIds::of(7, &format!("patient/{n}")))
            .flat_map(|ids| (0..20).map(move |_| ids.id()))
            .collect();
        assert_eq!(all.len(), 4000);
        assert_eq!(SampleIds::of(7, "a").id(), SampleIds::of(7, "a").id());
        assert_ne!(SampleIds::of(7, "a").id(), SampleIds::of(8, "a").id());
        assert_ne!(
            SampleIds::of(7, "a").secret(),
            SampleIds::of(7, "b").secret()
        );
    }
}
