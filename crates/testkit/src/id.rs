//! Ids and secrets that are the same in every run.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use renkei_base::{Id, Ids};

/// 2026-11-24T00:00:00Z in milliseconds: the time part of the first id.
const FIRST_MS: u64 = 1_795_478_400_000;

/// Counts from a seed. Ids look like UUIDv7 and keep their order; two seeds never give the same id.
#[derive(Debug)]
pub struct CountingIds {
    seed: u64,
    next: AtomicU64,
}

impl CountingIds {
    pub fn from_seed(seed: u64) -> Self {
        Self {
            seed,
            next: AtomicU64::new(0),
        }
    }

    /// As the program takes it.
    pub fn shared(seed: u64) -> Arc<dyn Ids> {
        Arc::new(Self::from_seed(seed))
    }

    fn count(&self) -> u64 {
        self.next.fetch_add(1, Ordering::SeqCst)
    }

    fn bits(&self, count: u64, lane: u64) -> u64 {
        mix(mix(mix(self.seed) ^ count) ^ lane)
    }
}

impl Ids for CountingIds {
    fn id(&self) -> Id {
        let count = self.count();
        let ms = FIRST_MS + count;
        let high = self.bits(count, 0) & 0xfff;
        let low = self.bits(count, 1);
        let text = format!(
            "{:08x}-{:04x}-7{high:03x}-{:04x}-{:012x}",
            ms >> 16,
            ms & 0xffff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff,
        );
        text.parse().expect("a UUID is an id")
    }

    fn secret(&self) -> [u8; 32] {
        let count = self.count();
        let mut secret = [0; 32];
        for (lane, chunk) in (2..).zip(secret.chunks_exact_mut(8)) {
            chunk.copy_from_slice(&self.bits(count, lane).to_be_bytes());
        }
        secret
    }
}

/// One step of SplitMix64.
fn mix(value: u64) -> u64 {
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
    fn the_same_seed_gives_the_same_ids_in_order() {
        let (one, two) = (CountingIds::from_seed(1), CountingIds::from_seed(1));
        let first: Vec<Id> = (0..1000).map(|_| one.id()).collect();
        let second: Vec<Id> = (0..1000).map(|_| two.id()).collect();
        assert_eq!(first, second);
        assert!(first.is_sorted());
        assert_eq!(one.secret(), two.secret());
        assert_ne!(one.secret(), one.secret());
    }

    #[test]
    fn seeds_do_not_meet() {
        let all: BTreeSet<Id> = (0..50)
            .map(CountingIds::from_seed)
            .flat_map(|ids| (0..100).map(move |_| ids.id()))
            .collect();
        assert_eq!(all.len(), 5000);
    }

    #[test]
    fn an_id_is_a_uuid_of_version_7() {
        let id = CountingIds::from_seed(3).id();
        let text = id.as_str();
        assert_eq!(text.len(), 36);
        let parts: Vec<&str> = text.split('-').collect();
        assert_eq!(
            parts.iter().map(|p| p.len()).collect::<Vec<_>>(),
            [8, 4, 4, 4, 12]
        );
        assert!(parts[2].starts_with('7'), "{text}");
        assert!(parts[3].starts_with(['8', '9', 'a', 'b']), "{text}");
    }
}
