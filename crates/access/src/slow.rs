//! Failed tries slow the next ones: for each login (whether it exists or not) and for each address.

use std::net::IpAddr;

use renkei_base::clock::Span;
use renkei_base::{Ctx, Fault, Micros, Refusal};
use renkei_store::{AttemptKind, AttemptRow, Changes, Failure, StoreError};

use crate::password::login_hash;
use crate::{Access, AccessConfig};

/// Rounds of reading and counting when many try at the same moment.
const ROUNDS: usize = 8;

/// What a try is counted under.
#[derive(Debug)]
pub(crate) struct Keys(Vec<(AttemptKind, String)>);

impl Keys {
    /// `login` is normalised.
    pub(crate) fn of(login: &str, address: Option<IpAddr>) -> Self {
        let mut keys = vec![(AttemptKind::Login, login_hash(login))];
        keys.extend(address.map(|address| (AttemptKind::Address, network(address))));
        Self(keys)
    }
}

impl Keys {
    /// For machine clients: the address alone, apart from the people who sign in there.
    pub(crate) fn of_machine(address: Option<IpAddr>) -> Self {
        Self::at("machine", address)
    }

    /// For passkeys, which do not say whose they are before they are looked at.
    pub(crate) fn of_passkey(address: Option<IpAddr>) -> Self {
        Self::at("passkey", address)
    }

    fn at(what: &str, address: Option<IpAddr>) -> Self {
        let key = |address| (AttemptKind::Address, format!("{what} {}", network(address)));
        Self(address.map(key).into_iter().collect())
    }
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
pub(crate) fn open_from(config: &AccessConfig, row: AttemptRow) -> Micros {
    let over = row.failures - config.free_tries;
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
            let mut changes = Changes::default();
            let mut wait = Span(0);
            for (kind, key) in &keys.0 {
                let read = self.store.attempts(*kind, key).await?;
                let row = remembered(&self.config, read, ctx.at);
                wait = wait.max(open_from(&self.config, row) - ctx.at);
                let next = AttemptRow {
                    failures: row.failures + 1,
                    last: ctx.at,
                };
                changes.count_attempt(*kind, key, read, next);
            }
            if wait > Span(0) {
                return Err(too_soon(wait).into());
            }
            match self.store.commit(ctx, changes).await {
                Err(StoreError::Conflict(_)) => {}
                other => return Ok(other.map(|_| ())?),
            }
        }
        Err(too_soon(Span::seconds(1)).into())
    }

    /// How long the next try has to wait, for those whose failures are counted after they were looked at.
    pub(crate) async fn wait_for(&self, ctx: &Ctx, keys: &Keys) -> Result<Span, StoreError> {
        let mut wait = Span(0);
        for (kind, key) in &keys.0 {
            let read = self.store.attempts(*kind, key).await?;
            let row = remembered(&self.config, read, ctx.at);
            wait = wait.max(open_from(&self.config, row) - ctx.at);
        }
        Ok(wait)
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
            let mut changes = Changes::default();
            for (kind, key) in &keys.0 {
                let read = self.store.attempts(*kind, key).await?;
                let failures = remembered(&self.config, read, ctx.at).failures + 1;
                let next = AttemptRow {
                    failures,
                    last: ctx.at,
                };
                changes.count_attempt(*kind, key, read, next);
            }
            match self.store.commit(ctx, changes).await {
                Err(StoreError::Conflict(_)) => {}
                other => return other.map(|_| ()),
            }
        }
        Ok(())
    }

    /// After a success: the login starts afresh; of an address (a hospital has one for all) half is forgiven.
    pub(crate) fn forgive(keys: &Keys, changes: &mut Changes) {
        for (kind, key) in &keys.0 {
            match kind {
                AttemptKind::Login => changes.clear_attempts(*kind, key),
                AttemptKind::Address => changes.halve_attempts(*kind, key),
            }
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
        open_from(&AccessConfig::default(), row).0 / 1_000_000
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
