//! The states of a referral (`Task.businessStatus`) and what FHIR shows of them.

/// Where a referral stands. Waiting, info-requested, redirected, external, no-show and outcome are still to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// 下書き
    Draft,
    /// 承認待ち
    Ready,
    /// 送信済み
    Sent,
    /// 受付済み
    Received,
    /// 検討中
    Triage,
    /// 受入可
    Accepted,
    /// お断り
    Declined,
    /// 予約済み
    Booked,
    /// 予約済み (moved at least once)
    Rebooked,
    /// 来院済み
    Arrived,
    /// 初回返書済み
    RepliedFirst,
    /// 経過報告済み: the latest reply is not the last one
    RepliedInterim,
    /// 終了
    Closed,
    /// 取消
    Cancelled,
}

/// The two ends of a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// 紹介元
    Sender,
    /// 紹介先
    Receiver,
}

impl Side {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Receiver => "receiver",
        }
    }

    pub const fn other(self) -> Self {
        match self {
            Self::Sender => Self::Receiver,
            Self::Receiver => Self::Sender,
        }
    }
}

impl State {
    pub const ALL: [Self; 14] = [
        Self::Draft,
        Self::Ready,
        Self::Sent,
        Self::Received,
        Self::Triage,
        Self::Accepted,
        Self::Declined,
        Self::Booked,
        Self::Rebooked,
        Self::Arrived,
        Self::RepliedFirst,
        Self::RepliedInterim,
        Self::Closed,
        Self::Cancelled,
    ];

    /// The code of `Task.businessStatus`; the message key is `state-` and this.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Ready => "ready",
            Self::Sent => "sent",
            Self::Received => "received",
            Self::Triage => "triage",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Booked => "booked",
            Self::Rebooked => "rebooked",
            Self::Arrived => "arrived",
            Self::RepliedFirst => "replied-first",
            Self::RepliedInterim => "replied-interim",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// `Task.status` of the state.
    pub const fn task_status(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Ready => "ready",
            Self::Sent => "requested",
            Self::Received | Self::Triage => "received",
            Self::Accepted | Self::Booked | Self::Rebooked => "accepted",
            Self::Declined => "rejected",
            Self::Arrived | Self::RepliedFirst | Self::RepliedInterim => "in-progress",
            Self::Closed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    /// `ServiceRequest.status` of the state.
    pub const fn request_status(self) -> &'static str {
        match self {
            Self::Draft | Self::Ready => "draft",
            Self::Closed => "completed",
            Self::Declined | Self::Cancelled => "revoked",
            _ => "active",
        }
    }

    /// Whose turn it is. In the last three states only until that side has read the answer;
    /// after a first reply that says that another one follows, the receiver's.
    pub const fn holder(self) -> Side {
        match self {
            Self::Draft | Self::Ready | Self::Declined | Self::RepliedFirst | Self::Closed => {
                Side::Sender
            }
            _ => Side::Receiver,
        }
    }

    /// Whether only the sender may know of it.
    pub const fn is_private(self) -> bool {
        matches!(self, Self::Draft | Self::Ready)
    }

    /// Whether nothing more comes than somebody reading it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Declined | Self::Closed | Self::Cancelled)
    }

    /// Whether a reply was released and the case goes on.
    pub const fn is_replied(self) -> bool {
        matches!(self, Self::RepliedFirst | Self::RepliedInterim)
    }

    pub const fn is_booked(self) -> bool {
        matches!(self, Self::Booked | Self::Rebooked)
    }
}
