//! In what order: how soon a case wants somebody. See decision 41.

use renkei_base::Micros;

use crate::Priority;

/// How soon a case wants somebody, the soonest first. The message key is `band-` and the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// 緊急・至急: late, or due today
    Urgent,
    /// 長く待っている: late by [`LONG_DAYS`] working days, whatever its priority, so that nothing is passed over for good
    Long,
    /// 期限超過
    Late,
    /// きょう: due today, or only to be read
    Today,
    /// あす以降
    Coming,
    /// 期限なし
    Open,
}

/// Working days after which what is late comes before everything but 緊急・至急.
pub(super) const LONG_DAYS: i64 = 5;

impl Band {
    pub const ALL: [Self; 6] = [
        Self::Urgent,
        Self::Long,
        Self::Late,
        Self::Today,
        Self::Coming,
        Self::Open,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Long => "long",
            Self::Late => "late",
            Self::Today => "today",
            Self::Coming => "coming",
            Self::Open => "open",
        }
    }

    /// `midnight` is the end of this day; `long` how late something due then is too late.
    pub(super) fn of(
        priority: Priority,
        due: Option<Micros>,
        now: Micros,
        midnight: Micros,
        long: impl FnOnce(Micros) -> Micros,
    ) -> Self {
        let Some(due) = due else {
            return Self::Open;
        };
        match due < midnight {
            true if priority >= Priority::Asap => Self::Urgent,
            true if due < now && long(due) <= now => Self::Long,
            true if due < now => Self::Late,
            true => Self::Today,
            false => Self::Coming,
        }
    }

    /// Whether the urgent ones come first in it. What waited long is taken by its age alone.
    pub(super) const fn is_by_priority(self) -> bool {
        matches!(self, Self::Urgent | Self::Late | Self::Today)
    }
}
