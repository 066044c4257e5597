//! Why: the reasons that a step asks for, read by the other side.

use super::Step;

/// Why a hospital says no. The message key is `decline-` and the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclineReason {
    /// 空きがない
    NoCapacity,
    /// 診療の対象外
    OutOfScope,
    /// 専門の医師がいない
    NoSpecialist,
    /// 他の医療機関が適当
    OtherInstitution,
    /// 情報が足りない
    InsufficientInformation,
    /// 二重の紹介
    Duplicate,
    /// その他 (with a text)
    Other,
}

impl DeclineReason {
    pub const ALL: [Self; 7] = [
        Self::NoCapacity,
        Self::OutOfScope,
        Self::NoSpecialist,
        Self::OtherInstitution,
        Self::InsufficientInformation,
        Self::Duplicate,
        Self::Other,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::NoCapacity => "no-capacity",
            Self::OutOfScope => "out-of-scope",
            Self::NoSpecialist => "no-specialist",
            Self::OtherInstitution => "other-institution",
            Self::InsufficientInformation => "insufficient-information",
            Self::Duplicate => "duplicate",
            Self::Other => "other",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// Why a referral or a booking is cancelled. The message key is `cancel-reason-` and the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelReason {
    /// 患者の希望・都合
    Patient,
    /// 病状が変わった
    Condition,
    /// ほかの医療機関にかかる
    OtherInstitution,
    /// 自院の都合
    Institution,
    /// 入力や宛先の誤り
    Mistake,
    /// 患者が亡くなった
    Died,
    /// その他 (with a text)
    Other,
    /// 診療科が変わった: with [`Step::Assign`], never by itself
    Department,
    /// 枠がほかの予約で埋まった: with [`Step::UndoArrive`] of who came early, never by itself
    Given,
}

impl CancelReason {
    const ALL: [Self; 9] = [
        Self::Patient,
        Self::Condition,
        Self::OtherInstitution,
        Self::Institution,
        Self::Mistake,
        Self::Died,
        Self::Other,
        Self::Department,
        Self::Given,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Condition => "condition",
            Self::OtherInstitution => "other-institution",
            Self::Institution => "institution",
            Self::Mistake => "mistake",
            Self::Died => "died",
            Self::Other => "other",
            Self::Department => "department",
            Self::Given => "given",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Those that a person may give for a step, in the order to show them.
    pub const fn of(step: Step) -> &'static [Self] {
        match step {
            Step::CancelBooking => &[
                Self::Patient,
                Self::Institution,
                Self::Condition,
                Self::Mistake,
                Self::Died,
                Self::Other,
            ],
            Step::Cancel => &[
                Self::Patient,
                Self::Condition,
                Self::OtherInstitution,
                Self::Mistake,
                Self::Died,
                Self::Other,
            ],
            _ => &[],
        }
    }
}
