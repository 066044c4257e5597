//! Why a case is on the work list.

use renkei_base::{Ctx, Role};
use renkei_store::Concern;

use crate::referral::State;
use crate::referral::turn::{REPLY_BEGUN, REPLY_OWED, RETURNED};

/// Why a case is on the list. The message key is `group-` and the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// 承認待ち (doctors of the sender)
    Approve,
    /// 未受付
    Receive,
    /// 受入の検討
    Decide,
    /// 予約待ち
    Book,
    /// 来院確認: the appointment is today or past
    Arrive,
    /// 返書未了: nobody has begun it
    Reply,
    /// 返書の下書きあり: a doctor releases it
    Release,
    /// 返書を読む
    Read,
    /// 予約の連絡: a date was given, the patient is told
    Booked,
    /// 予約の取消: the date was taken back
    Unbooked,
    /// 連絡を読む: the other side wrote
    Message,
    /// お断りの確認
    Declined,
    /// 取消の確認
    Cancelled,
    /// 受付の返事がない: late with the other side, as all that follow
    LateReceive,
    /// 受入の返事がない
    LateDecide,
    /// 予約が決まらない
    LateBook,
    /// 来院の連絡がない
    LateArrive,
    /// 返書が遅い
    LateReply,
    /// 差し戻し: the doctor gave the draft back
    Returned,
    /// 下書き
    Draft,
}

impl Group {
    pub const ALL: [Self; 20] = [
        Self::Approve,
        Self::Receive,
        Self::Decide,
        Self::Book,
        Self::Arrive,
        Self::Reply,
        Self::Release,
        Self::Read,
        Self::Booked,
        Self::Unbooked,
        Self::Message,
        Self::Declined,
        Self::Cancelled,
        Self::LateReceive,
        Self::LateDecide,
        Self::LateBook,
        Self::LateArrive,
        Self::LateReply,
        Self::Returned,
        Self::Draft,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Receive => "receive",
            Self::Decide => "decide",
            Self::Book => "book",
            Self::Arrive => "arrive",
            Self::Reply => "reply",
            Self::Release => "release",
            Self::Read => "read",
            Self::Booked => "booked",
            Self::Unbooked => "unbooked",
            Self::Message => "message",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::LateReceive => "late-receive",
            Self::LateDecide => "late-decide",
            Self::LateBook => "late-book",
            Self::LateArrive => "late-arrive",
            Self::LateReply => "late-reply",
            Self::Returned => "returned",
            Self::Draft => "draft",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.code() == code)
    }

    /// The group of a state that concerns the caller's institution in that way; `None` where this caller need do nothing.
    /// `over`: the deadline is over.
    pub(super) fn of(
        ctx: &Ctx,
        concern: Concern,
        state: State,
        mark: &str,
        over: bool,
    ) -> Option<Self> {
        match concern {
            Concern::Turn => Self::turn(ctx, state, mark),
            Concern::News if !over => Self::news(state),
            Concern::News | Concern::Watch => Self::watch(state),
            Concern::Message => Some(Self::Message),
        }
    }

    fn turn(ctx: &Ctx, state: State, mark: &str) -> Option<Self> {
        Some(match (state, mark) {
            (State::Draft, RETURNED) => Self::Returned,
            (State::Draft, _) => Self::Draft,
            (State::Ready, _) if ctx.caller.has(Role::Doctor) => Self::Approve,
            (State::Ready, _) => return None,
            (State::Sent, _) => Self::Receive,
            (State::Received | State::Triage, _) => Self::Decide,
            (State::Accepted, _) => Self::Book,
            (State::Booked | State::Rebooked, _) => Self::Arrive,
            (_, REPLY_BEGUN) => Self::Release,
            (_, REPLY_OWED) | (State::Arrived | State::RepliedInterim, _) => Self::Reply,
            (State::RepliedFirst | State::Closed, _) => Self::Read,
            (State::Declined, _) => Self::Declined,
            (State::Cancelled, _) => Self::Cancelled,
        })
    }

    const fn news(state: State) -> Option<Self> {
        Some(match state {
            State::Booked | State::Rebooked => Self::Booked,
            State::Accepted => Self::Unbooked,
            State::RepliedFirst | State::RepliedInterim | State::Closed => Self::Read,
            _ => return None,
        })
    }

    /// What is late with the others.
    const fn watch(state: State) -> Option<Self> {
        Some(match state {
            State::Sent => Self::LateReceive,
            State::Received | State::Triage => Self::LateDecide,
            State::Accepted => Self::LateBook,
            State::Booked | State::Rebooked => Self::LateArrive,
            State::Arrived | State::RepliedFirst | State::RepliedInterim => Self::LateReply,
            _ => return None,
        })
    }

    pub(super) const fn is_receivers(self) -> bool {
        matches!(
            self,
            Self::Receive
                | Self::Decide
                | Self::Book
                | Self::Arrive
                | Self::Reply
                | Self::Release
                | Self::Cancelled
        )
    }
}
