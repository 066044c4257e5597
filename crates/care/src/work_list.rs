//! What needs me now; all running; closed.

use renkei_base::{Ctx, Id, Micros};
use renkei_store::Failure;

use crate::referral::{Side, State};
use crate::{Care, Priority};

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
    /// 返書未了
    Reply,
    /// 返書を読む
    Read,
    /// お断りの確認
    Declined,
    /// 取消の確認
    Cancelled,
    /// 下書き
    Draft,
}

impl Group {
    pub const ALL: [Self; 10] = [
        Self::Approve,
        Self::Receive,
        Self::Decide,
        Self::Book,
        Self::Arrive,
        Self::Reply,
        Self::Read,
        Self::Declined,
        Self::Cancelled,
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
            Self::Read => "read",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Draft => "draft",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.code() == code)
    }
}

/// What is wanted of the list of what needs me.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// HealthcareService of my institution.
    pub department: Option<Id>,
    pub group: Option<Group>,
    /// Rows at most (`limits::PAGE_ROWS` when 0).
    pub limit: usize,
}

/// One case in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub case: Id,
    pub number: String,
    pub state: State,
    /// `None` in the lists of all running and closed ones.
    pub group: Option<Group>,
    /// Which end my institution is.
    pub side: Side,
    pub priority: Priority,
    pub patient: String,
    pub kana: String,
    /// ISO date
    pub birthday: String,
    pub sex: String,
    /// The other institution's name.
    pub partner: String,
    /// The addressee's department.
    pub department: String,
    /// 傷病名, the first line, shortened.
    pub subject: String,
    pub due: Option<Micros>,
    pub overdue: bool,
    /// Start of the appointment.
    pub visit: Option<Micros>,
    /// When it came to this state.
    pub since: Micros,
}

/// What needs me now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkList {
    /// Groups that have cases (after the department filter), in the order to show them.
    pub groups: Vec<(Group, usize)>,
    /// Cases in all groups.
    pub total: usize,
    /// Of these past their deadline.
    pub overdue: usize,
    /// By deadline, the earliest first; without a deadline last.
    pub rows: Vec<Row>,
    /// Departments that occur, with their names and counts, for the filter.
    pub departments: Vec<(Id, String, usize)>,
}

/// Which of the two long lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Running,
    Over,
}

/// One page of a long list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    pub rows: Vec<Row>,
    /// Cursor of the next page.
    pub next: Option<String>,
}

/// What needs the caller's institution, and the caller's roles, now.
///
/// # Errors
/// `Forbidden` for callers without an institution or without a role that cares.
pub async fn work_list(_care: &Care, _ctx: &Ctx, _filter: &Filter) -> Result<WorkList, Failure> {
    crate::text::unbuilt()
}

/// All running or all closed cases that the caller's institution sent or received, newest first.
/// Drafts are among the sender's running ones.
///
/// # Errors
/// As [`work_list`].
pub async fn list(
    _care: &Care,
    _ctx: &Ctx,
    _side: Side,
    _span: Span,
    _department: Option<&Id>,
    _cursor: Option<&str>,
) -> Result<Listing, Failure> {
    crate::text::unbuilt()
}
