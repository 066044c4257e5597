//! The policy: one table and one pure function that say who may do what.
//!
//! A use case asks [`permit`] before it decides anything else; pages ask [`decide`] to show just what this person may
//! do next. What a person can *see* is filtered in the store by [`reach`]; this is about acts.
//! The whole matrix is printed in `tests/snapshots/policy__matrix.snap`, to be read by people.

use renkei_base::Role::{
    Approver, Auditor, Doctor, InstitutionAdmin, LiaisonClerk, Nurse, Officer, RegionAdmin,
    RegionDesk,
};
use renkei_base::{Caller, Grantee, Id, Machine, Reach, Refusal, Role};

/// How the caller's institution stands to the thing. The noun's rules fill it in; a draft has no owner yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The thing belongs to the caller's institution: its slots, its page, its people.
    pub own: bool,
    /// The patient was registered by the caller's institution.
    pub home: bool,
    /// The caller's institution wrote the referral (紹介元).
    pub requester: bool,
    /// The referral was sent to the caller's institution (紹介先): the Task's owner.
    pub owner: bool,
}

impl Facts {
    pub const NONE: Self = Self {
        own: false,
        home: false,
        requester: false,
        owner: false,
    };

    /// Of something that belongs to an institution.
    pub fn own(caller: &Caller, institution: &Id) -> Self {
        Self {
            own: is(caller, Some(institution)),
            ..Self::NONE
        }
    }

    /// Of a patient, by the institution that registered it.
    pub fn patient(caller: &Caller, home: &Id) -> Self {
        Self {
            home: is(caller, Some(home)),
            ..Self::NONE
        }
    }

    /// Of a referral. `owner` is `None` until it is sent.
    pub fn referral(
        caller: &Caller,
        requester: &Id,
        owner: Option<&Id>,
        home: Option<&Id>,
    ) -> Self {
        Self {
            own: false,
            home: is(caller, home),
            requester: is(caller, Some(requester)),
            owner: is(caller, owner),
        }
    }
}

fn is(caller: &Caller, institution: Option<&Id>) -> bool {
    institution.is_some() && caller.institution.as_ref() == institution
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    /// The caller sees the thing but may not do this: 403, with this message key.
    Forbid(&'static str),
    /// For the caller there is no such thing: 404.
    Hide,
}

/// What a thing must be to the caller's institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// Nothing in particular.
    Any,
    /// The caller must have an institution.
    Member,
    Own,
    Home,
    Requester,
    Owner,
    /// Requester or owner.
    Either,
    /// Requester, owner or home.
    Involved,
}

/// What an action is about: decides whether a "no" is seen at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// Does not exist for people without a caring role and a relation.
    Patients,
    /// Everybody sees it.
    Public,
    /// Does not exist for people without the role and the side.
    Inside,
}

struct Rule {
    roles: &'static [Role],
    side: Side,
    about: About,
    /// What a caller without the role is told.
    needs: &'static str,
}

const CARING: &[Role] = &[Doctor, Nurse, LiaisonClerk];
const DOCTOR: &[Role] = &[Doctor];
const SLOTS: &[Role] = &[Doctor, Nurse, LiaisonClerk, InstitutionAdmin];
const ADMIN: &[Role] = &[InstitutionAdmin];
const REGION: &[Role] = &[RegionAdmin];
const DIRECTORY: &[Role] = &[RegionDesk, RegionAdmin];
/// Those who ask and answer surveys for their institution.
const OFFICERS: &[Role] = &[Officer, Approver];
const APPROVERS: &[Role] = &[Approver];
const AUDITOR: &[Role] = &[Auditor];
/// Roles of the region: never see a patient, whatever else they hold.
pub const REGIONAL: &[Role] = &[RegionDesk, RegionAdmin, Auditor];

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident $code:literal $roles:ident $side:ident $about:ident $needs:literal;)+) => {
        /// Everything that people can do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Noun and verb, as in the audit.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            pub(super) const fn rule(self) -> Rule {
                match self {
                    $(Self::$name => Rule {
                        roles: $roles,
                        side: Side::$side,
                        about: About::$about,
                        needs: $needs,
                    },)+
                }
            }
        }
    };
}

#[rustfmt::skip]
mod table {
    use super::*;

    actions! {
        /// 患者を登録する
        PatientRegister  "patient.register"   CARING    Member    Patients "refuse-role";
        /// 自機関の患者を探す
        PatientSearch    "patient.search"     CARING    Member    Patients "refuse-role";
        /// 患者を見る
        PatientRead      "patient.read"       CARING    Involved  Patients "refuse-role";
        /// 患者の基本情報を直す
        PatientEdit      "patient.edit"       CARING    Home      Patients "refuse-role";
        /// 診療の記録を書く (検査・病名・アレルギー・処方・処置・文書)
        RecordWrite      "record.write"       CARING    Home      Patients "refuse-role";

        /// 今しなければならないことの一覧を見る
        WorkList         "referral.list"      CARING    Member    Patients "refuse-role";
        /// 紹介を下書きする
        ReferralDraft    "referral.draft"     CARING    Home      Patients "refuse-role";
        /// 下書きを直す
        ReferralEdit     "referral.edit"      CARING    Requester Patients "refuse-role";
        /// 医師の承認に回す
        ReferralReady    "referral.ready"     CARING    Requester Patients "refuse-role";
        /// 承認して送る
        ReferralSend     "referral.send"      DOCTOR    Requester Patients "refuse-needs-doctor";
        /// 紹介を取り消す
        ReferralCancel   "referral.cancel"    CARING    Requester Patients "refuse-role";
        /// 紹介を見る、紹介状を印刷する
        ReferralRead     "referral.read"      CARING    Involved  Patients "refuse-role";
        /// ファイルを付ける
        AttachmentAdd    "attachment.add"     CARING    Either    Patients "refuse-role";

        /// 受け付ける
        ReferralReceive  "referral.receive"   CARING    Owner     Patients "refuse-role";
        /// 担当・診療科を決める
        ReferralTriage   "referral.triage"    CARING    Owner     Patients "refuse-role";
        /// 受け入れる (事務・看護師は医師に代わって)
        ReferralAccept   "referral.accept"    CARING    Owner     Patients "refuse-role";
        /// 断る (事務・看護師は医師に代わって)
        ReferralDecline  "referral.decline"   CARING    Owner     Patients "refuse-role";
        /// 予約を取る
        ReferralBook     "referral.book"      CARING    Owner     Patients "refuse-role";
        /// 来院を記録する
        ReferralArrive   "referral.arrive"    CARING    Owner     Patients "refuse-role";
        /// 返書を下書きする
        ReplyDraft       "reply.draft"        CARING    Owner     Patients "refuse-role";
        /// 返書を承認して返す
        ReplyRelease     "reply.release"      DOCTOR    Owner     Patients "refuse-needs-doctor";
        /// 終える
        ReferralClose    "referral.close"     CARING    Either    Patients "refuse-role";

        /// 自機関の予約枠を作る・直す
        SlotsManage      "slot.manage"        SLOTS     Own       Public   "refuse-role";
        /// 自機関の紹介ページを直す
        InstitutionEdit  "institution.edit"   ADMIN     Own       Public   "refuse-needs-admin";
        /// 自機関の人を招く・止める・見直す
        PeopleManage     "people.manage"      ADMIN     Own       Inside   "refuse-needs-admin";

        /// 機関管理者と地域の役割を管理する
        AdministratorsManage "administrator.manage" REGION Any    Inside   "refuse-needs-region";
        /// 医療機関の一覧を取り込む
        DirectoryImport  "directory.import"   DIRECTORY Any       Inside   "refuse-needs-region";
        /// 取り込みで決まらなかった行を確かめる
        DirectoryConfirm "directory.confirm"  DIRECTORY Any       Inside   "refuse-needs-region";
        /// どの機関のページも直す
        DirectoryEdit    "directory.edit"     DIRECTORY Any       Public   "refuse-needs-region";
        /// 地域のタグを決める
        TagsManage       "tag.manage"         REGION    Any       Inside   "refuse-needs-region";
        /// 医療計画の機能を決める
        FunctionsManage  "function.manage"    REGION    Any       Inside   "refuse-needs-region";
        /// どの機関がどの機能を担うかを決める
        FunctionsDecide  "function.decide"    DIRECTORY Any       Inside   "refuse-needs-region";
        /// 確認の回を開き、誰がまだかを見る
        ConfirmationsManage "confirmation.manage" DIRECTORY Any   Inside   "refuse-needs-region";
        /// 受けた相談を名前なしで記録する
        EnquiriesNote    "enquiry.note"       SLOTS     Own       Inside   "refuse-other-institution";
        /// 調査票を作る・直す
        QuestionnaireEdit "questionnaire.edit" OFFICERS Own       Inside   "refuse-needs-officer";
        /// 調査を行う: 対象、期間、督促、集計
        SurveyManage     "survey.manage"      OFFICERS  Own       Inside   "refuse-needs-officer";
        /// 自機関の回答を書く
        SurveyAnswer     "survey.answer"      OFFICERS  Own       Inside   "refuse-needs-officer";
        /// 自機関の回答を承認して提出する
        SurveySubmit     "survey.submit"      APPROVERS Own       Inside   "refuse-needs-approver";
        /// 管内の回答を確かめる (保健所)
        SurveyCheck      "survey.check"       OFFICERS  Own       Inside   "refuse-needs-officer";
        /// 調査の結果を承認し、公表する
        SurveyApprove    "survey.approve"     APPROVERS Own       Inside   "refuse-needs-approver";
        /// 監査記録を見る
        AuditRead        "audit.read"         AUDITOR   Any       Inside   "refuse-needs-auditor";
    }
}
pub use table::Action;

/// Whether this caller may do this to a thing that stands so to the caller's institution.
pub fn decide(caller: &Caller, action: Action, facts: &Facts) -> Decision {
    let rule = action.rule();
    let role = caller.account.is_some() && rule.roles.iter().any(|role| holds(caller, *role));
    let side = stands(caller, rule.side, facts);
    if role && side {
        return Decision::Allow;
    }
    if !sees(caller, &rule, facts, role, side) {
        return Decision::Hide;
    }
    Decision::Forbid(if role {
        other_side(rule.side)
    } else {
        rule.needs
    })
}

/// [`decide`] as a refusal, for use cases.
pub fn permit(caller: &Caller, action: Action, facts: &Facts) -> Result<(), Refusal> {
    match decide(caller, action, facts) {
        Decision::Allow => Ok(()),
        Decision::Forbid(key) => Err(Refusal::forbidden(key)),
        Decision::Hide => Err(Refusal::NotFound),
    }
}

/// Whose patients the caller may reach. A role of the region takes the others' reach away.
///
/// A gateway reaches the letters that it brought in, which give it an access row of its own, and nothing else.
pub fn reach(caller: &Caller) -> Reach {
    if caller.machine == Some(Machine::Gateway) {
        let own = caller.account.clone().map(Grantee::Person);
        return own.map_or(Reach::NoPatients, |own| Reach::Granted(vec![own]));
    }
    match (&caller.account, &caller.institution) {
        (Some(account), Some(institution)) if cares(caller) => Reach::Granted(vec![
            Grantee::Institution(institution.clone()),
            Grantee::Person(account.clone()),
        ]),
        _ => Reach::NoPatients,
    }
}

fn cares(caller: &Caller) -> bool {
    CARING.iter().any(|role| holds(caller, *role))
}

/// Whether a role counts: one that cares does not beside a role of the region.
fn holds(caller: &Caller, role: Role) -> bool {
    caller.has(role) && !(role.cares() && caller.roles.any(REGIONAL))
}

fn stands(caller: &Caller, side: Side, facts: &Facts) -> bool {
    let member = caller.institution.is_some();
    match side {
        Side::Any => true,
        Side::Member => member,
        Side::Own => member && facts.own,
        Side::Home => member && facts.home,
        Side::Requester => member && facts.requester,
        Side::Owner => member && facts.owner,
        Side::Either => member && (facts.requester || facts.owner),
        Side::Involved => member && (facts.requester || facts.owner || facts.home),
    }
}

fn sees(caller: &Caller, rule: &Rule, facts: &Facts, role: bool, side: bool) -> bool {
    match rule.about {
        About::Patients => cares(caller) && (side || stands(caller, Side::Involved, facts)),
        About::Public => true,
        About::Inside => role && side,
    }
}

/// What a caller with the right role on the wrong side is told.
const fn other_side(side: Side) -> &'static str {
    match side {
        Side::Requester => "refuse-needs-requester",
        Side::Owner => "refuse-needs-owner",
        Side::Home => "refuse-needs-home",
        Side::Member => "refuse-no-institution",
        Side::Any | Side::Own | Side::Either | Side::Involved => "refuse-other-institution",
    }
}
