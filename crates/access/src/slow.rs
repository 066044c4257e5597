//! Failed tries slow the next ones: for who is tried (whether it exists or not), and for the address that they come from.
//!
//! A hospital has one address for all. So who fails again and again slows itself, and counts for its address only as long
//! as it is not slowed itself: an address has to wait when many different ones fail there.

use std::net::IpAddr;

use renkei_base::clock::Span;
use renkei_base::{Ctx, Fault, Micros, Refusal};
use renkei_store::{AttemptKind, AttemptRow, Changes, Failure, StoreError};

use crate::password::login_hash;
use crate::secret::digest;
use crate::{Access, AccessConfig};

/// Rounds of reading and counting when many try at the same moment.
const ROUNDS: usize = 8;

/// What a try is counted under.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Who is tried.
    own: (AttemptKind, String),
    /// Where from.
    place: Option<String>,
}

impl Keys {
    /// A person, from wherever it is tried. `login` is normalised.
    pub(crate) fn of(login: &str, address: Option<IpAddr>) -> Self {
        Self {
            own: (AttemptKind::Login, login_hash(login)),
            place: address.map(network),
        }
    }

    /// A machine client at an address, apart from the people who sign in there: nobody slows it from elsewhere.
    pub(crate) fn of_machine(name: &str, address: Option<IpAddr>) -> Self {
        Self::at("machine", name, address)
    }

    /// A passkey at an address. Who has it is not known before it is looked at.
    pub(crate) fn of_passkey(credential: &str, address: Option<IpAddr>) -> Self {
        Self::at("passkey", credential, address)
    }

    fn at(what: &'static str, who: &str, address: Option<IpAddr>) -> Self {
        let place = address.map_or_else(|| what.to_owned(), |at| format!("{what} {}", network(at)));
        Self {
            own: (
                AttemptKind::Address,
                format!("{place} {}", digest(what, who)),
            ),
            place: address.map(|_| place),
        }
    }
}

/// The counts of a try.
struct Counts {
    own: AttemptRow,
    place: Option<AttemptRow>,
}

/// An address as one place: IPv6 by its /64, since a single machine may use all of that.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// From when on the next try is looked at.
fn open_from(config: &AccessConfig, row: AttemptRow, free: i64) -> Micros {
    let over = row.failures - free;
    if over < 0 {
        return Micros(0);
    }
    let factor = 1_i64
        .checked_shl(u32::try_from(over.min(40)).unwrap_or(40))
        .unwrap_or(1);
    let delay = config
        .first_delay
        .0
        .saturating_mul(factor)
        .min(config.longest_delay.0);
    row.last + Span(delay)
}

fn remembered(config: &AccessConfig, row: AttemptRow, now: Micros) -> AttemptRow {
    if now - row.last > config.forget_tries {
        AttemptRow { failures: 0, ..row }
    } else {
        row
    }
}

impl Access {
    /// Counts a try before it is looked at, or refuses because earlier ones failed.
    /// Of many tries at the same moment each counts, so that they cannot slip through together.
    pub(crate) async fn count_try(&self, ctx: &Ctx, keys: &Keys) -> Result<(), Failure> {
        for _ in 0..ROUNDS {
            let counts = self.counts(keys).await?;
            let wait = self.wait(ctx, &counts);
            if wait > Span(0) {
                return Err(too_soon(wait).into());
            }
            let changes = self.counted(ctx, keys, &counts);
            match self.store.commit(ctx, changes).await {
                Err(StoreError::Conflict(_)) => {}
                other => return Ok(other.map(|_| ())?),
            }
        }
        Err(too_soon(Span::seconds(1)).into())
    }

    /// How long the next try has to wait, for those whose failures are counted after they were looked at.
    pub(crate) async fn wait_for(&self, ctx: &Ctx, keys: &Keys) -> Result<Span, StoreError> {
        Ok(self.wait(ctx, &self.counts(keys).await?))
    }

    /// Refuses because earlier ones failed.
    pub(crate) async fn look_slowed(&self, ctx: &Ctx, keys: &Keys) -> Result<(), Failure> {
        let wait = self.wait_for(ctx, keys).await?;
        if wait > Span(0) {
            return Err(too_soon(wait).into());
        }
        Ok(())
    }

    /// Counts a try that failed.
    pub(crate) async fn count_failure(&self, ctx: &Ctx, keys: &Keys) -> Result<(), StoreError> {
        for _ in 0..ROUNDS {
            let counts = self.counts(keys).await?;
            let changes = self.counted(ctx, keys, &counts);
            match self.store.commit(ctx, changes).await {
                Err(StoreError::Conflict(_)) => {}
                other => return other.map(|_| ()),
            }
        }
        Ok(())
    }

    async fn counts(&self, keys: &Keys) -> Result<Counts, StoreError> {
        let (kind, key) = &keys.own;
        Ok(Counts {
            own: self.store.attempts(*kind, key).await?,
            place: match &keys.place {
                Some(place) => Some(self.store.attempts(AttemptKind::Address, place).await?),
                None => None,
            },
        })
    }

    fn wait(&self, ctx: &Ctx, counts: &Counts) -> Span {
        let config = &self.config;
        let wait = |row, free| open_from(config, remembered(config, row, ctx.at), free) - ctx.at;
        let own = wait(counts.own, config.free_tries);
        let place = counts.place.map(|row| wait(row, config.shared_tries));
        own.max(place.unwrap_or(Span(0)))
    }

    fn counted(&self, ctx: &Ctx, keys: &Keys, counts: &Counts) -> Changes {
        let mut changes = Changes::default();
        let more = |read| AttemptRow {
            failures: remembered(&self.config, read, ctx.at).failures + 1,
            last: ctx.at,
        };
        let (kind, key) = &keys.own;
        changes.count_attempt(*kind, key, counts.own, more(counts.own));
        let is_slowed =
            remembered(&self.config, counts.own, ctx.at).failures >= self.config.free_tries;
        if let Some((place, read)) = keys.place.as_ref().zip(counts.place).filter(|_| !is_slowed) {
            changes.count_attempt(AttemptKind::Address, place, read, more(read));
        }
        changes
    }

    /// After a success: who is tried starts afresh; of the address half is forgiven.
    pub(crate) fn forgive(keys: &Keys, changes: &mut Changes) {
        let (kind, key) = &keys.own;
        changes.clear_attempts(*kind, key);
        if let Some(place) = &keys.place {
            changes.halve_attempts(AttemptKind::Address, place);
        }
    }
}

fn too_soon(wait: Span) -> Refusal {
    // Whole seconds, rounded up.
    let seconds = wait.0.saturating_add(999_999) / 1_000_000;
    Refusal::Invalid(vec![
        Fault::new("", "fault-signin-wait").with("seconds", seconds),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delay(failures: i64) -> i64 {
        let row = AttemptRow {
            failures,
            last: Micros(0),
        };
        open_from(&AccessConfig::default(), row, 5).0 / 1_000_000
    }

    #[test]
    fn the_delay_doubles_after_five_and_has_an_end() {
        let delays: Vec<i64> = (0..16).map(delay).collect();
        assert_eq!(
            delays,
            [
                0, 0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900
            ]
        );
        assert_eq!(delay(i64::MAX), 900);
    }

    #[test]
    fn failures_are_forgotten_after_a_day() {
        let config = AccessConfig::default();
        let row = AttemptRow {
            failures: 9,
            last: Micros(0),
        };
        assert_eq!(
            remembered(&config, row, Micros(0) + Span::hours(23)).failures,
            9
        );
        assert_eq!(
            remembered(&config, row, Micros(0) + Span::hours(25)).failures,
            0
        );
    }

    #[test]
    fn one_place_is_one_address() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
