//! 返書: the receiver's answers. The first one, interim ones (経過報告), and the final one (最終返書), which ends the case.

mod release;

use renkei_base::{Ctx, Id, Micros, Refusal};
use renkei_fhir::composition::{Composition, Mode, REPLY_KIND, REPLY_SECTION};
use renkei_store::{Changes, Failure, StoreError};

use crate::attachment::{self, AttachmentView, Of};
use crate::field::{self, Field, Meeting, Saved, Section, Written, field, merge};
use crate::patient::PatientView;
use crate::referral::case::{Case, Held};
use crate::referral::table::{Cell, cell};
use crate::referral::turn::{self, REPLY_BEGUN};
use crate::referral::{Side, State, Step};
use crate::text::Check;
use crate::tries::{TRIES, noted};
use crate::{Care, Deadlines, Party, party, policy};

pub(crate) use self::release::plan_release;
pub use self::release::release;

/// The fields of a reply, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct ReplyForm {
    /// 診断名 (required to release)
    pub diagnosis: String,
    /// 所見・検査結果 (required to release)
    pub findings: String,
    /// 治療方針 (required to release)
    pub plan: String,
    /// 処方の変更
    pub medication: String,
    /// 次回受診
    pub next_visit: String,
    /// かかりつけ医へのお願い
    pub request: String,
    /// How it goes on: `on`: this reply ends the case; `more`: another one follows; empty: neither is said.
    pub closes: String,
    /// Empty for the first reply; `interim` or `final` for those after it. A final one ends the case, after an interim one
    /// another follows.
    pub kind: String,
}

impl ReplyForm {
    pub fn closes(&self) -> bool {
        matches!(self.closes.as_str(), "on" | "true" | "1") || self.kind == Kind::Final.code()
    }

    /// Whether it says that another one follows.
    pub fn more(&self) -> bool {
        !self.closes() && (self.closes == "more" || self.kind == Kind::Interim.code())
    }
}

/// A reply as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyView {
    pub id: Id,
    /// The version to send back as `base`.
    pub version: u32,
    /// Code of a [`Kind`]; the message key is `reply-` and this.
    pub kind: String,
    pub form: ReplyForm,
    /// When it was released; on a draft when it was last written.
    pub at: Micros,
    pub released: bool,
    pub drafted_by: String,
    /// The doctor who released it; empty on a draft.
    pub approved_by: String,
    pub attachments: Vec<AttachmentView>,
}

impl Written for ReplyForm {
    const FIELDS: &'static [Field<Self>] = &[
        field!(diagnosis, Long, Section::Plain("diagnosis", "診断名")),
        field!(findings, Long, Section::Plain("findings", "所見・検査結果")),
        field!(plan, Long, Section::Plain("plan", "治療方針")),
        field!(medication, Long, Section::Plain("medication", "処方の変更")),
        field!(next_visit, Line, Section::Plain("next-visit", "次回受診")),
        field!(
            request,
            Long,
            Section::Plain("request", "かかりつけ医へのお願い")
        ),
        field!(closes, Choice, Section::None),
        field!(kind, Choice, Section::None),
    ];
}

/// What became of a save.
pub type ReplySaved = Saved<ReplyForm>;
/// What somebody else wrote meanwhile.
pub type ReplyMeeting = Meeting<ReplyForm>;

/// A reply in plain strings, for its PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyData {
    pub case: Id,
    /// 紹介番号
    pub number: String,
    pub kind: String,
    pub date: Micros,
    pub draft: bool,
    /// The institution that referred.
    pub to: Party,
    pub from: Party,
    pub patient: PatientView,
    pub referred: Micros,
    pub visited: Option<Micros>,
    pub form: ReplyForm,
    pub medication: Vec<String>,
    pub attachments: Vec<String>,
    pub drafted_by: String,
    pub approved_by: String,
}

/// Saves the draft of a reply; `base` is the version that the page shows, 0 for a new one.
/// Where somebody else wrote since, fields that only one of the two has changed are merged.
///
/// # Errors
/// `Invalid` (too long), `NotNow` (not arrived, or replied already), `Forbidden`, `NotFound`.
pub async fn save(
    care: &Care,
    ctx: &Ctx,
    case: &Id,
    base: u32,
    form: &ReplyForm,
) -> Result<ReplySaved, Failure> {
    let saved = save_tried(care, ctx, case, base, form).await;
    noted(care, ctx, turn::tried(case, Step::SaveReply), saved).await
}

async fn save_tried(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    base: u32,
    form: &ReplyForm,
) -> Result<ReplySaved, Failure> {
    let form = normal(form)?;
    for _ in 0..TRIES {
        let case = Case::load(care, ctx, id, &turn::action(Step::SaveReply)).await?;
        may_write(ctx, &case)?;
        kind_of(&case, &form)?;
        let (form, saved) = match standing(care, ctx, &case, base, &form).await? {
            Standing::Done(saved) => return Ok(saved),
            Standing::Write(form, saved) => (form, saved),
        };
        let mut changes = Changes::default();
        let reply = written(ctx, &case, &form)?;
        put(&mut changes, ctx, &case, reply)?;
        begin(&mut changes, ctx, &case, &care.deadlines);
        changes.note(turn::note(&case, Step::SaveReply));
        changes.tell.extend(case.addressee());
        match care.store.commit(ctx, changes).await {
            Ok(_) => return Ok(saved),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

enum Standing {
    Done(ReplySaved),
    /// The texts to write, and what to say then.
    Write(ReplyForm, ReplySaved),
}

/// What a save means for the reply that is there: the same already, the next version, or both together.
async fn standing(
    care: &Care,
    ctx: &Ctx,
    case: &Case,
    base: u32,
    form: &ReplyForm,
) -> Result<Standing, Failure> {
    let there = case.reply_draft();
    let version = there.map_or(0, |held| held.stored.version);
    let (Some(held), true) = (there, version != base) else {
        let version = version + 1;
        let same = there.is_some_and(|held| form_of(&held.view) == *form);
        return Ok(if same {
            Standing::Done(Saved::Saved { version: base })
        } else {
            Standing::Write(form.clone(), Saved::Saved { version })
        });
    };
    let theirs = form_of(&held.view);
    if theirs == *form {
        return Ok(Standing::Done(Saved::Saved { version }));
    }
    let before = form_at(care, ctx, held, base).await?;
    let merged = merge(before.as_ref(), form, &theirs);
    let (both, conflict) = (merged.form.clone(), !merged.differs.is_empty());
    let nothing = both == theirs;
    let version = version + u32::from(!conflict && !nothing);
    let meeting = merged.meeting(theirs, held.view.author(), held.stored.updated, version);
    Ok(match (conflict, nothing) {
        (true, _) => Standing::Done(Saved::Conflict(meeting)),
        (_, true) => Standing::Done(Saved::Merged(meeting)),
        _ => Standing::Write(both, Saved::Merged(meeting)),
    })
}

/// The texts of a version of the reply, 0 for before its first. `None` where there is no such version.
async fn form_at(
    care: &Care,
    ctx: &Ctx,
    held: &Held<Composition>,
    version: u32,
) -> Result<Option<ReplyForm>, Failure> {
    if version == 0 {
        return Ok(Some(ReplyForm::default()));
    }
    let key = &held.stored.key;
    let found = care.store.read_version(ctx, key, version).await?;
    let reply = found.and_then(|found| Composition::from_resource(found.resource));
    Ok(reply.map(|reply| form_of(&reply)))
}

/// Whether the reply (its texts and files) may be written now.
pub(crate) fn may_write(ctx: &Ctx, case: &Case) -> Result<(), Refusal> {
    policy::may(ctx, Step::SaveReply, case)?;
    match cell(case.state, Step::SaveReply) {
        Cell::No(key) => Err(Refusal::not_now(key)),
        _ => Ok(()),
    }
}

/// Which reply it is: the first one before all others.
fn kind_of(case: &Case, form: &ReplyForm) -> Result<Kind, Refusal> {
    let unknown = || Refusal::fault("kind", "fault-unknown-code");
    let kind = Kind::from_code(&form.kind).ok_or_else(unknown)?;
    match (kind, case.last_reply()) {
        (Kind::First, Some(_)) => Err(Refusal::not_now("refuse-already-replied")),
        (Kind::Interim | Kind::Final, None) => Err(unknown()),
        _ => Ok(kind),
    }
}

/// The list says that a reply was begun; also one that nobody waits for.
fn begin(changes: &mut Changes, ctx: &Ctx, case: &Case, deadlines: &Deadlines) {
    let owed = case.holder() == Some(Side::Receiver);
    let unasked = case.state == State::Closed || (case.state.is_replied() && !owed);
    if (owed || unasked) && case.task.view.mark() != Some(REPLY_BEGUN) {
        let mut task = case.task.view.clone();
        if unasked {
            turn::begin_unasked(&mut task, ctx, deadlines);
        }
        task.set_mark(Some(REPLY_BEGUN));
        task.set_modified(ctx.at);
        changes.update(&case.task.stored, task.into_resource());
    }
}

fn normal(form: &ReplyForm) -> Result<ReplyForm, Refusal> {
    let mut check = Check::default();
    let mut clean = form.clone();
    field::clean(&mut check, &mut clean);
    clean.closes = closing(form.closes(), form.more());
    if clean.kind == Kind::First.code() {
        clean.kind = String::new();
    }
    check.done()?;
    Ok(clean)
}

/// The reply that is being written, or a new one, with these texts. Its id is made from the case's, so that it is one.
fn written(ctx: &Ctx, case: &Case, form: &ReplyForm) -> Result<Composition, Refusal> {
    let mut reply = match case.reply_draft() {
        Some(held) => held.view.clone(),
        None => {
            let nth = case.replies.len() + 1;
            let id = match nth {
                1 => format!("{}-first", case.id),
                _ => format!("{}-reply{nth}", case.id),
            };
            let id: Id = id.parse().map_err(|_| Refusal::NotFound)?;
            let mut reply = Composition::new(&id, REPLY_KIND, Kind::First.code(), "");
            reply.set_subject(&case.patient_id);
            reply.set_attester(
                Mode::Drafted,
                ctx.caller.account.as_ref(),
                &ctx.caller.name,
                ctx.at,
            );
            reply
        }
    };
    let owner = case.task.view.owner().ok_or(Refusal::NotFound)?;
    reply.set_author(
        Some((ctx.caller.account.as_ref(), &ctx.caller.name)),
        &owner.0,
        owner.1,
    );
    field::write(form, &mut reply, REPLY_SECTION);
    let kind = Kind::from_code(&form.kind).unwrap_or(Kind::First);
    reply.set_kind(REPLY_KIND, kind.code(), kind.title());
    reply.set_closes(form.closes());
    reply.set_more(form.more());
    reply.set_date(ctx.at);
    Ok(reply)
}

/// The replying institution owns it: until it is released, it is not the sender's to see.
fn put(changes: &mut Changes, ctx: &Ctx, case: &Case, reply: Composition) -> Result<(), Refusal> {
    match case.reply_draft() {
        Some(held) => changes.update(&held.stored, reply.into_resource()),
        None => changes.create(reply.into_resource(), case.place(ctx.institution()?)),
    }
    Ok(())
}

/// Which of the replies of a case it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 初回返書
    First,
    /// 経過報告
    Interim,
    /// 最終返書
    Final,
}

impl Kind {
    pub const fn code(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Interim => "interim",
            Self::Final => "final",
        }
    }

    /// Empty is the first.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "" | "first" => Some(Self::First),
            "interim" => Some(Self::Interim),
            "final" => Some(Self::Final),
            _ => None,
        }
    }

    /// The title of the document.
    const fn title(self) -> &'static str {
        match self {
            Self::First => "返書",
            Self::Interim => "経過報告",
            Self::Final => "最終返書",
        }
    }
}

/// Whether a section of a reply has a field.
pub(crate) fn is_section(code: &str) -> bool {
    ReplyForm::FIELDS
        .iter()
        .any(|field| matches!(field.section, Section::Plain(own, _) if own == code))
}

pub(crate) fn form_of(reply: &Composition) -> ReplyForm {
    let mut form = ReplyForm {
        closes: closing(reply.closes(), reply.more()),
        kind: reply
            .kind(REPLY_KIND)
            .filter(|kind| *kind != Kind::First.code())
            .unwrap_or_default()
            .to_owned(),
        ..ReplyForm::default()
    };
    field::read(&mut form, reply, REPLY_SECTION);
    form
}

fn closing(closes: bool, more: bool) -> String {
    match (closes, more) {
        (true, _) => "on".to_owned(),
        (_, true) => "more".to_owned(),
        _ => String::new(),
    }
}

fn view_of(case: &Case, held: &Held<Composition>) -> Option<ReplyView> {
    let reply = &held.view;
    let name = |mode| reply.attester(mode).map_or("", |(name, _)| name).to_owned();
    let id = reply.id()?;
    let attachments = if reply.is_final() {
        attachment::views_of_reply(case, &id)
    } else {
        attachment::views(case, Of::Reply)
    };
    Some(ReplyView {
        id,
        version: held.stored.version,
        kind: reply.kind(REPLY_KIND)?.to_owned(),
        form: form_of(reply),
        at: reply.date().unwrap_or(held.stored.updated),
        released: reply.is_final(),
        drafted_by: name(Mode::Drafted),
        approved_by: name(Mode::Approved),
        attachments,
    })
}

/// The reply being written (only for who writes it), and the released ones.
pub(crate) fn views(case: &Case, ctx: &Ctx) -> (Option<ReplyView>, Vec<ReplyView>) {
    let own = case.side(ctx) == Some(Side::Receiver);
    let draft = case
        .reply_draft()
        .filter(|_| own)
        .and_then(|held| view_of(case, held));
    let released = case.replies.iter().filter(|held| held.view.is_final());
    let mut released: Vec<ReplyView> = released.filter_map(|held| view_of(case, held)).collect();
    released.sort_by_key(|reply| reply.at);
    (draft, released)
}

/// A reply for its PDF; `reply` is its id in the view. Drafts only for the institution that writes them.
///
/// # Errors
/// `NotFound`.
pub async fn data(care: &Care, ctx: &Ctx, case: &Id, reply: &Id) -> Result<ReplyData, Failure> {
    let case = Case::load(care, ctx, case, "reply.read").await?;
    let (draft, released) = views(&case, ctx);
    let found = released
        .into_iter()
        .chain(draft)
        .find(|view| view.id == *reply);
    let view = found.ok_or(Refusal::NotFound)?;
    let (mut to, mut from) = party::parties(care, ctx, &case).await?;
    if view.released {
        party::as_of(care, ctx, &mut from, view.at).await?;
        party::as_of(care, ctx, &mut to, view.at).await?;
    }
    from.doctor.clone_from(&view.approved_by);
    let visited = case.arrived();
    let attachments = view.attachments.iter().map(|file| file.title.clone());
    let attachments = attachments.collect();
    Ok(ReplyData {
        case: case.id.clone(),
        number: case.task.view.number().to_owned(),
        kind: view.kind,
        date: view.at,
        draft: !view.released,
        to,
        from,
        patient: PatientView::of(&case.patient.view, case.patient.stored.version, ctx.at),
        referred: case.task.view.started().unwrap_or(case.task.stored.updated),
        visited,
        medication: crate::letter::split_medication(&view.form.medication),
        form: view.form,
        attachments,
        drafted_by: view.drafted_by,
        approved_by: view.approved_by,
    })
}
