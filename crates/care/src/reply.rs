//! 返書: the receiver's answer. Now the first reply; interim and final ones come later.

use renkei_base::{Ctx, Id, Micros, Refusal};
use renkei_fhir::composition::{Composition, Mode, REPLY_KIND, REPLY_SECTION};
use renkei_store::{Changes, Failure, StoreError};

use crate::attachment::{self, AttachmentView, Of};
use crate::patient::PatientView;
use crate::referral::act::{already, done};
use crate::referral::case::{Case, Held};
use crate::referral::table::{Cell, cell};
use crate::referral::turn::{self, Turn};
use crate::referral::{Done, Side, State, Verb};
use crate::text::Check;
use crate::tries::{TRIES, noted};
use crate::{Care, Deadlines, Party, count, party, policy};

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
    /// Whether this reply ends the case (`on`, `true` or `1`).
    pub closes: String,
}

impl ReplyForm {
    pub fn closes(&self) -> bool {
        matches!(self.closes.as_str(), "on" | "true" | "1")
    }
}

/// A reply as pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyView {
    pub id: Id,
    /// The version to send back as `base`.
    pub version: u32,
    /// `first`; the message key is `reply-` and this.
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

/// What became of a save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplySaved {
    Saved {
        version: u32,
    },
    /// Not stored: somebody else wrote.
    Conflict(Box<ReplyView>),
}

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

/// Saves the draft of the first reply; `base` is the version that the page shows, 0 for a new one.
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
    noted(care, ctx, turn::tried(case, Verb::SaveReply), saved).await
}

async fn save_tried(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    base: u32,
    form: &ReplyForm,
) -> Result<ReplySaved, Failure> {
    let form = normal(form)?;
    let case = Case::load(care, ctx, id, &turn::action(Verb::SaveReply)).await?;
    may_write(ctx, &case)?;
    if let Some(done) = unchanged(&case, base, &form) {
        return Ok(done);
    }
    let mut changes = Changes::default();
    let reply = written(ctx, &case, &form)?;
    put(&mut changes, ctx, &case, reply)?;
    changes.note(turn::note(&case, Verb::SaveReply));
    changes.tell.extend(case.addressee());
    match care.store.commit(ctx, changes).await {
        Ok(_) => Ok(ReplySaved::Saved { version: base + 1 }),
        Err(StoreError::Conflict(_)) => {
            let now = Case::load(care, ctx, id, &turn::action(Verb::SaveReply)).await?;
            may_write(ctx, &now)?;
            unchanged(&now, base, &form).ok_or_else(|| Refusal::Conflict.into())
        }
        Err(other) => Err(other.into()),
    }
}

/// The answer where nothing is to be written: it says the same already, or somebody else wrote.
fn unchanged(case: &Case, base: u32, form: &ReplyForm) -> Option<ReplySaved> {
    let there = case.reply_draft();
    let version = there.map_or(0, |held| held.stored.version);
    match there {
        Some(held) if form_of(&held.view) == *form => Some(ReplySaved::Saved { version }),
        Some(held) if version != base => {
            view_of(case, held).map(|view| ReplySaved::Conflict(Box::new(view)))
        }
        _ => None,
    }
}

/// Whether the reply (its texts and files) may be written now.
pub(crate) fn may_write(ctx: &Ctx, case: &Case) -> Result<(), Refusal> {
    policy::may(ctx, Verb::SaveReply, case)?;
    match cell(case.state, Verb::SaveReply) {
        Cell::No(key) => Err(Refusal::not_now(key)),
        _ => Ok(()),
    }
}

/// Releases the first reply with these texts: the referring institution sees it from now on. Only a doctor.
/// With `closes` the case is closed as well. `base` as in [`save`].
///
/// # Errors
/// `Invalid` (incomplete: faults name the fields), `NotNow`, `Forbidden`, `NotFound`, `Conflict` (somebody else wrote).
pub async fn release(
    care: &Care,
    ctx: &Ctx,
    case: &Id,
    base: u32,
    form: &ReplyForm,
) -> Result<Done, Failure> {
    let done = release_tried(care, ctx, case, base, form).await;
    noted(care, ctx, turn::tried(case, Verb::Reply), done).await
}

async fn release_tried(
    care: &Care,
    ctx: &Ctx,
    id: &Id,
    base: u32,
    form: &ReplyForm,
) -> Result<Done, Failure> {
    let form = normal(form)?;
    for _ in 0..TRIES {
        let case = Case::load(care, ctx, id, &turn::action(Verb::Reply)).await?;
        let (_, area) = party::areas(care, ctx, &case).await?;
        let Some((changes, to)) = decide_release(ctx, &case, base, &form, &area, &care.deadlines)?
        else {
            return Ok(already(&case));
        };
        match care.store.commit(ctx, changes).await {
            Ok(written) => return Ok(done(id, to, &written)),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// The rule of releasing: pure. `None` when it was done already.
pub(crate) fn decide_release(
    ctx: &Ctx,
    case: &Case,
    base: u32,
    form: &ReplyForm,
    area: &str,
    deadlines: &Deadlines,
) -> Result<Option<(Changes, State)>, Refusal> {
    policy::may(ctx, Verb::Reply, case)?;
    let mut to = match cell(case.state, Verb::Reply) {
        Cell::To(to) => to,
        Cell::Already if says_the_same(case, form) => return Ok(None),
        // Another text would be lost without a word.
        Cell::Already => return Err(Refusal::not_now("refuse-already-replied")),
        Cell::No(key) => return Err(Refusal::not_now(key)),
    };
    complete(form)?;
    // A doctor signs what was read: not what a colleague has put there meanwhile.
    let draft = case.reply_draft();
    if draft.is_some_and(|held| held.stored.version != base && form_of(&held.view) != *form) {
        return Err(Refusal::Conflict);
    }
    if form.closes() {
        to = State::Closed;
    }
    let mut turn = Turn::new(ctx, case, Verb::Reply);
    let (account, name) = (ctx.caller.account.as_ref(), ctx.caller.name.as_str());
    let mut reply = written(ctx, case, form)?;
    reply.finish(ctx.at);
    reply.set_attester(Mode::Approved, account, name, ctx.at);
    let owner = case.task.view.owner().ok_or(Refusal::NotFound)?;
    reply.set_author(Some((account, name)), &owner.0, owner.1);
    put(&mut turn.changes, ctx, case, reply)?;
    for file in attachment::files(case, Of::Reply) {
        let mut view = file.view.clone();
        view.finish();
        turn.changes.update(&file.stored, view.into_resource());
    }
    let in_time = case.task.view.due().is_none_or(|due| ctx.at <= due);
    turn.count(count::REPLIED, Side::Receiver, area, 1, 0);
    turn.count(
        count::REPLIED_IN_TIME,
        Side::Receiver,
        area,
        i64::from(in_time),
        1,
    );
    turn.enter(to, deadlines, None);
    turn.log("");
    Ok(Some((turn.finish(to), to)))
}

/// Whether a released reply has these texts: then the release was pressed twice.
fn says_the_same(case: &Case, form: &ReplyForm) -> bool {
    let mut released = case.replies.iter().filter(|held| held.view.is_final());
    released.any(|held| form_of(&held.view) == *form)
}

fn complete(form: &ReplyForm) -> Result<(), Refusal> {
    let mut check = Check::default();
    check.require("diagnosis", &form.diagnosis);
    check.require("findings", &form.findings);
    check.require("plan", &form.plan);
    check.done()
}

fn normal(form: &ReplyForm) -> Result<ReplyForm, Refusal> {
    let mut check = Check::default();
    let clean = ReplyForm {
        diagnosis: check.long("diagnosis", &form.diagnosis),
        findings: check.long("findings", &form.findings),
        plan: check.long("plan", &form.plan),
        medication: check.long("medication", &form.medication),
        next_visit: check.line("next_visit", &form.next_visit),
        request: check.long("request", &form.request),
        closes: if form.closes() {
            "on".to_owned()
        } else {
            String::new()
        },
    };
    check.done()?;
    Ok(clean)
}

/// The reply that is being written, or a new one, with these texts. Its id is made from the case's, so that it is one.
fn written(ctx: &Ctx, case: &Case, form: &ReplyForm) -> Result<Composition, Refusal> {
    let mut reply = match case.reply_draft() {
        Some(held) => held.view.clone(),
        None => {
            let id: Id = format!("{}-first", case.id)
                .parse()
                .map_err(|_| Refusal::NotFound)?;
            let mut reply = Composition::new(&id, REPLY_KIND, FIRST, "返書");
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
    for (code, title, text) in sections(form) {
        reply.set_text(REPLY_SECTION, code, title, text);
    }
    reply.set_closes(form.closes());
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

const FIRST: &str = "first";

fn sections(form: &ReplyForm) -> [(&'static str, &'static str, &str); 6] {
    [
        ("diagnosis", "診断名", &form.diagnosis),
        ("findings", "所見・検査結果", &form.findings),
        ("plan", "治療方針", &form.plan),
        ("medication", "処方の変更", &form.medication),
        ("next-visit", "次回受診", &form.next_visit),
        ("request", "かかりつけ医へのお願い", &form.request),
    ]
}

fn form_of(reply: &Composition) -> ReplyForm {
    let text = |code| reply.text(REPLY_SECTION, code);
    ReplyForm {
        diagnosis: text("diagnosis"),
        findings: text("findings"),
        plan: text("plan"),
        medication: text("medication"),
        next_visit: text("next-visit"),
        request: text("request"),
        closes: if reply.closes() {
            "on".to_owned()
        } else {
            String::new()
        },
    }
}

fn view_of(case: &Case, held: &Held<Composition>) -> Option<ReplyView> {
    let reply = &held.view;
    let name = |mode| reply.attester(mode).map_or("", |(name, _)| name).to_owned();
    Some(ReplyView {
        id: reply.id()?,
        version: held.stored.version,
        kind: reply.kind(REPLY_KIND)?.to_owned(),
        form: form_of(reply),
        at: reply.date().unwrap_or(held.stored.updated),
        released: reply.is_final(),
        drafted_by: name(Mode::Drafted),
        approved_by: name(Mode::Approved),
        attachments: attachment::views(case, Of::Reply),
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
    (
        draft,
        released.filter_map(|held| view_of(case, held)).collect(),
    )
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
    let (to, mut from) = party::parties(care, ctx, &case).await?;
    from.doctor.clone_from(&view.approved_by);
    let arrived = case
        .task
        .view
        .entries()
        .into_iter()
        .find(|entry| entry.code == Verb::Arrive.code());
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
        visited: arrived.map(|entry| entry.at),
        medication: crate::letter::split_medication(&view.form.medication),
        form: view.form,
        attachments: attachment::titles(&case, Of::Reply),
        drafted_by: view.drafted_by,
        approved_by: view.approved_by,
    })
}
