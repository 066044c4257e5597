//! One expected sheet: where it stands, and whether it may be filled in.
//!
//! | file | holds |
//! |---|---|
//! | [`universe`] | who is asked: a rule worked out against the directory |
//! | [`mod@expect`] | the rows of those who are asked |
//! | [`turn`](mod@turn) | what can be done with a sheet in which state |
//! | [`course`] | looked at, accepted, sent back |
//! | [`desk`] | more days for one, telephone, contact, 集計外 |
//! | [`merger`] | its municipality was merged: another one answers in its place |
//! | [`mod@rate`] | 回答率 |

pub mod course;
pub mod desk;
pub mod expect;
pub mod merger;
pub mod rate;
pub mod turn;
pub mod universe;

use renkei_base::Micros;
use renkei_directory::area::Atlas;
use renkei_directory::municipality;
use renkei_store::RespondentRow;

pub use self::rate::Rate;
pub use self::turn::SheetAct;
pub use self::universe::Universe;

use crate::survey::{SurveyState, Window};

/// Where a respondent's sheet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SheetState {
    /// 未回答: nothing was written yet.
    Unanswered,
    Answering,
    /// Waits for the approval of the respondent's own approver.
    Awaiting,
    /// Sent back with a comment.
    Returned,
    /// 提出済: with the health centre, or with the owner where none looks at it.
    Submitted,
    /// Looked at by the health centre, with the owner.
    Checked,
    /// 確定: locked.
    Accepted,
}

impl SheetState {
    pub const ALL: [Self; 7] = [
        Self::Unanswered,
        Self::Answering,
        Self::Awaiting,
        Self::Returned,
        Self::Submitted,
        Self::Checked,
        Self::Accepted,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::Answering => "answering",
            Self::Awaiting => "awaiting",
            Self::Returned => "returned",
            Self::Submitted => "submitted",
            Self::Checked => "checked",
            Self::Accepted => "accepted",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Whether the sheet has left its respondent: then it counts.
    pub const fn counts(self) -> bool {
        matches!(self, Self::Submitted | Self::Checked | Self::Accepted)
    }

    /// Whether its respondent may write in it, the window aside.
    pub const fn writable(self) -> bool {
        matches!(self, Self::Unanswered | Self::Answering | Self::Returned)
    }
}

/// Whether a sheet may be filled in now. Every form, upload and program asks this, and the store's statement again.
pub fn open(survey: SurveyState, sheet: SheetState, window: Window, at: Micros) -> bool {
    survey == SurveyState::Open && sheet.writable() && window.holds(at)
}

/// Whether an expected sheet is its municipality's own, and not that of an institution that stands there. It has the
/// municipality's name, and is known again by the code where another office answers for it.
pub fn is_own(atlas: &Atlas, municipality: &str, name: &str) -> bool {
    let known = atlas.municipality(municipality);
    let known = known.map(|one| one.name.as_str());
    !name.is_empty() && (known == Some(name) || municipality::known(municipality) == Some(name))
}

/// The state of a stored sheet.
pub fn state_of(row: &RespondentRow) -> SheetState {
    SheetState::from_code(&row.state).unwrap_or(SheetState::Unanswered)
}
