//! Mails that are to be sent and what became of them. Each is taken before it is sent, so that a program that ends in
//! between never sends it twice: it stays unsure until a person decides.

use std::collections::HashSet;

use renkei_base::{Ctx, Id, Lang, Micros};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailState {
    Waiting,
    Sending,
    Sent,
    /// Given up.
    Failed,
    /// The program ended while it was sent.
    Unsure,
    /// No longer needed when its turn came.
    Dropped,
}

impl MailState {
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Sending,
        Self::Sent,
        Self::Failed,
        Self::Unsure,
        Self::Dropped,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unsure => "unsure",
            Self::Dropped => "dropped",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// One mail. Its text is written when it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRow {
    pub id: Id,
    /// What it is for: a second one for the same is not taken in.
    pub about: String,
    /// The log that it is in: `survey/home-care-2026`.
    pub topic: String,
    /// Which text: `survey-before`, `survey-after` …
    pub kind: String,
    /// Whom it is for.
    pub institution: Id,
    pub address: String,
    pub lang: Lang,
    /// Values of the text as JSON. Never the name of a person.
    pub details: String,
    pub state: MailState,
    /// Tries that failed.
    pub tries: u32,
    /// Not before.
    pub next: Micros,
    /// The last failure, as a code.
    pub fault: String,
    pub created_at: Micros,
    pub done_at: Option<Micros>,
}

/// What came of trying to send a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailTurn<'a> {
    pub state: MailState,
    pub tries: u32,
    pub next: Micros,
    pub fault: &'a str,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, about, topic, kind, institution, address, lang, details, state, tries, next, fault, created_at, \
             done_at from mail ",
            $rest
        )
    };
}

const INSERT: &str = "insert into mail (id, about, topic, kind, institution, address, lang, details, state, tries, next, \
    holder, held, fault, created_at, done_at) \
    values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $9, '', 0, '', $10, null) on conflict (about) do nothing";
const DUE: &str = select!("where state = 'waiting' and next <= $1 order by next, id limit $2");
const OF_TOPIC: &str = select!("where topic = $1 order by created_at desc, id desc limit $2");
const TAKE: &str =
    "update mail set state = 'sending', holder = $2, held = $3 where id = $1 and state = 'waiting'";
const SETTLE: &str = "update mail set state = $3, tries = $4, next = $5, fault = $6, done_at = $7, holder = '', held = 0 \
    where id = $1 and holder = $2 and state = 'sending'";
const UNSURE: &str = "update mail set state = 'unsure', fault = 'ended', holder = '', held = 0, done_at = $1 \
    where state = 'sending' and held < $1";
const BROKEN_OFF: &str = "select 1 from mail where state = 'sending' and held < $1 limit 1";
/// As new: a person wants it now, however long ago it was written.
const AGAIN: &str = "update mail set state = 'waiting', tries = 0, next = $2, fault = '', created_at = $2, done_at = null \
    where id = $1 and topic = $3 and state in ('unsure', 'failed')";
const ABOUTS: &str = "select about from mail where topic = $1";
const COUNTS: &str =
    "select state, count(*) from mail where topic = $1 group by state order by state";

impl Changes {
    /// A mail that is to be sent. Where there is one for the same already, whatever became of it, nothing happens.
    pub fn put_mail(&mut self, row: &MailRow) {
        let params = vec![
            Value::from(&row.id),
            Value::from(row.about.as_str()),
            Value::from(row.topic.as_str()),
            Value::from(row.kind.as_str()),
            Value::from(&row.institution),
            Value::from(row.address.as_str()),
            Value::from(row.lang.code()),
            Value::from(row.details.as_str()),
            Value::from(row.next),
            Value::from(row.created_at),
        ];
        self.steps.push(Step::any(INSERT, params));
    }

    /// A person wants a mail of this log to be sent once more. A conflict where it is not given up or unsure.
    pub fn send_mail_again(&mut self, id: &Id, topic: &str, at: Micros) {
        let params = vec![id.into(), at.into(), topic.into()];
        self.steps.push(Step::one(AGAIN, params, "mail"));
    }
}

impl Store {
    /// Mails whose time has come, at most `limit`.
    pub async fn mails_due(&self, now: Micros, limit: u32) -> Result<Vec<MailRow>, StoreError> {
        let params = vec![now.into(), i64::from(limit).into()];
        let rows = self.db().query(DUE, params).await?;
        rows.iter().map(mail).collect()
    }

    /// The last mails of a log, the newest first, at most `limit`.
    pub async fn mails_of(&self, topic: &str, limit: u32) -> Result<Vec<MailRow>, StoreError> {
        let params = vec![topic.into(), i64::from(limit).into()];
        let rows = self.db().query(OF_TOPIC, params).await?;
        rows.iter().map(mail).collect()
    }

    /// What the mails of a log are for, whatever became of them.
    pub async fn mail_abouts(&self, topic: &str) -> Result<HashSet<String>, StoreError> {
        let rows = self.db().query(ABOUTS, vec![topic.into()]).await?;
        rows.iter()
            .map(|row| row.text(0).map(str::to_owned))
            .collect()
    }

    /// How many mails of a log are in which state.
    pub async fn mail_counts(&self, topic: &str) -> Result<Vec<(MailState, i64)>, StoreError> {
        let rows = self.db().query(COUNTS, vec![topic.into()]).await?;
        let each = rows.iter().map(|row| Ok((state(row, 0)?, row.int(1)?)));
        each.collect()
    }

    /// Takes a mail for one process until then. False when another one was quicker.
    pub async fn take_mail(
        &self,
        ctx: &Ctx,
        id: &Id,
        holder: &Id,
        until: Micros,
    ) -> Result<bool, StoreError> {
        self.turned(ctx, TAKE, vec![id.into(), holder.into(), until.into()])
            .await
    }

    /// Writes what came of it. False when it is no longer held.
    pub async fn settle_mail(
        &self,
        ctx: &Ctx,
        id: &Id,
        holder: &Id,
        turn: &MailTurn<'_>,
    ) -> Result<bool, StoreError> {
        let over = (turn.state != MailState::Waiting).then_some(ctx.at);
        let params = vec![
            id.into(),
            holder.into(),
            turn.state.code().into(),
            i64::from(turn.tries).into(),
            turn.next.into(),
            turn.fault.into(),
            over.into(),
        ];
        self.turned(ctx, SETTLE, params).await
    }

    /// Whether a process has had a mail for longer than it may.
    pub async fn mails_broken_off(&self, now: Micros) -> Result<bool, StoreError> {
        let rows = self.db().query(BROKEN_OFF, vec![now.into()]).await?;
        Ok(!rows.is_empty())
    }

    /// Mails that a process had and did not settle in time: nobody knows whether they went out.
    pub async fn unsettled_mails(&self, ctx: &Ctx) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        changes.steps.push(Step::any(UNSURE, vec![ctx.at.into()]));
        self.commit(ctx, changes).await.map(drop)
    }

    async fn turned(
        &self,
        ctx: &Ctx,
        sql: &'static str,
        params: Vec<Value>,
    ) -> Result<bool, StoreError> {
        let mut changes = Changes::default();
        changes.steps.push(Step::one(sql, params, "mail"));
        match self.commit(ctx, changes).await {
            Ok(_) => Ok(true),
            Err(StoreError::Conflict(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }
}

fn state(row: &Row, column: usize) -> Result<MailState, StoreError> {
    MailState::from_code(row.text(column)?)
        .ok_or_else(|| StoreError::Corrupt("state of a mail".to_owned()))
}

fn mail(row: &Row) -> Result<MailRow, StoreError> {
    let text = |column| row.text(column).map(str::to_owned);
    Ok(MailRow {
        id: row.id(0)?,
        about: text(1)?,
        topic: text(2)?,
        kind: text(3)?,
        institution: row.id(4)?,
        address: text(5)?,
        lang: Lang::from_code(row.text(6)?).unwrap_or_default(),
        details: text(7)?,
        state: state(row, 8)?,
        tries: u32::try_from(row.int(9)?).unwrap_or(u32::MAX),
        next: row.micros(10)?,
        fault: text(11)?,
        created_at: row.micros(12)?,
        done_at: row.int_opt(13)?.map(Micros),
    })
}
