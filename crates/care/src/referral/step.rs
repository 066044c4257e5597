//! The steps that people take.

use super::Side;

/// A step, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// 下書きを保存 (letter and its attachments)
    SaveDraft,
    /// 医師の承認へ回す
    Submit,
    /// 差し戻す
    Return,
    /// 承認して送信 (doctor)
    Send,
    /// 受け付ける
    Receive,
    /// 検討を始める
    StartTriage,
    /// 診療科を決める
    Assign,
    /// 受け入れる
    Accept,
    /// お断りする
    Decline,
    /// 予約する
    Book,
    /// 予約を変更する
    Rebook,
    /// 予約を取り消す
    CancelBooking,
    /// 来院を記録する
    Arrive,
    /// 来院の記録を取り消す
    UndoArrive,
    /// 返書の下書きを保存
    SaveReply,
    /// 返書を承認して送る (doctor)
    Reply,
    /// 終了する
    Close,
    /// 確認した: the answer or the news was read; takes it off the work list
    Acknowledge,
    /// 紹介を取り消す
    Cancel,
}

impl Step {
    pub const ALL: [Self; 19] = [
        Self::SaveDraft,
        Self::Submit,
        Self::Return,
        Self::Send,
        Self::Receive,
        Self::StartTriage,
        Self::Assign,
        Self::Accept,
        Self::Decline,
        Self::Book,
        Self::Rebook,
        Self::CancelBooking,
        Self::Arrive,
        Self::UndoArrive,
        Self::SaveReply,
        Self::Reply,
        Self::Close,
        Self::Acknowledge,
        Self::Cancel,
    ];

    /// The code in URLs (`POST /referrals/{case}/{code}`), audit (`referral.{code}`) and message keys (`step-{code}`, `event-{code}`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::SaveDraft => "save-draft",
            Self::Submit => "submit",
            Self::Return => "return",
            Self::Send => "send",
            Self::Receive => "receive",
            Self::StartTriage => "start-triage",
            Self::Assign => "assign",
            Self::Accept => "accept",
            Self::Decline => "decline",
            Self::Book => "book",
            Self::Rebook => "rebook",
            Self::CancelBooking => "cancel-booking",
            Self::Arrive => "arrive",
            Self::UndoArrive => "undo-arrive",
            Self::SaveReply => "save-reply",
            Self::Reply => "reply",
            Self::Close => "close",
            Self::Acknowledge => "acknowledge",
            Self::Cancel => "cancel",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }

    /// The side that takes it; `None` for steps that either side may take.
    pub const fn side(self) -> Option<Side> {
        match self {
            Self::SaveDraft | Self::Submit | Self::Return | Self::Send | Self::Cancel => {
                Some(Side::Sender)
            }
            Self::Close | Self::Acknowledge => None,
            _ => Some(Side::Receiver),
        }
    }
}
