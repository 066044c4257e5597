//! Every limit and duration of sign-in, in one place.

use renkei_base::clock::Span;

/// What a password hash costs (argon2id).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl HashCost {
    /// OWASP's recommendation for argon2id: 19 MiB, two passes, one lane.
    pub const STRONG: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
        lanes: 1,
    };
    /// For tests, where nothing is at stake.
    pub const CHEAP: Self = Self {
        memory_kib: 64,
        passes: 1,
        lanes: 1,
    };
}

/// Settings of sign-in.
#[derive(Clone, Debug)]
pub struct AccessConfig {
    /// Named in people's authenticator apps.
    pub issuer: String,
    /// A session ends after this long without a person's act.
    pub idle: Span,
    /// A session ends after this long in any case.
    pub absolute: Span,
    /// The use of a session is written at most this often.
    pub touch: Span,
    /// What a session may do is looked up again after this long. Changes made in this process count at once.
    pub cached: Span,
    /// How long an invitation, or the link after a reset, may be used.
    pub invitation: Span,
    /// How long the link for the first region administrator may be used.
    pub first_link: Span,
    /// How long the link may be used that people make to renew their own factors.
    pub renewal: Span,
    /// For how long somebody who has shown who it is may do what is grave.
    pub grave: Span,
    /// Failed tries without a delay, for each login, client and passkey.
    pub free_tries: i64,
    /// The same for each address: of different ones, since who is slowed itself counts no more.
    pub shared_tries: i64,
    /// The delay after them; it doubles with each further failure.
    pub first_delay: Span,
    pub longest_delay: Span,
    /// Failed tries are forgotten after this long without another.
    pub forget_tries: Span,
    /// After this long, a person's rights should be looked at again (再確認).
    pub review: Span,
    /// How long a machine client's token may be used.
    pub token: Span,
    /// How far in the future a machine client's assertion may end.
    pub assertion: Span,
    /// How far its clock may be wrong.
    pub skew: Span,
    pub hash: HashCost,
}

impl Default for AccessConfig {
    fn default() -> Self {
        Self {
            issuer: "renkei".to_owned(),
            idle: Span::minutes(30),
            absolute: Span::hours(12),
            touch: Span::minutes(1),
            cached: Span(500_000),
            invitation: Span::days(7),
            first_link: Span::hours(24),
            renewal: Span::minutes(15),
            grave: Span::minutes(5),
            free_tries: 5,
            shared_tries: 20,
            first_delay: Span::seconds(5),
            longest_delay: Span::minutes(15),
            forget_tries: Span::hours(24),
            review: Span::days(365),
            token: Span::minutes(5),
            assertion: Span::minutes(5),
            skew: Span::seconds(60),
            hash: HashCost::STRONG,
        }
    }
}

impl AccessConfig {
    /// For tests: passwords that cost nothing to check.
    pub fn cheap() -> Self {
        Self {
            hash: HashCost::CHEAP,
            ..Self::default()
        }
    }
}
