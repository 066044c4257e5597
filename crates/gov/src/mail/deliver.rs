//! Works the outbox off. Each mail is taken, durably, before it is handed over: a program that ends in between leaves it
//! unsure, and it is not sent a second time unless a person says so.

use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use renkei_base::clock::Span;
use renkei_base::{Clock, Ctx, Id, Ids, Lang};
use renkei_store::{MailRow, MailState, MailTurn, Store, StoreError};

use super::Details;
use crate::reminder;

/// Mails that are read at once.
const ROUND: u32 = 200;
/// Rounds before the caller is asked again: a program that ends waits for none of them.
const ROUNDS: usize = 100;
/// Lines to the mail server at once, and so the most mails that a program that ends leaves unsure. The work of each is its
/// two commits, which are written together with those of the others.
pub const LINES: usize = 4;
/// How long one mail may take before its sending counts as broken off. Longer than a carrier's patience.
const HOLD: Span = Span::minutes(5);
/// Waits after failures; after the last one it is given up.
const WAITS: [Span; 6] = [
    Span::minutes(1),
    Span::minutes(5),
    Span::minutes(30),
    Span::hours(2),
    Span::hours(8),
    Span::hours(24),
];

/// A mail as it goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The same whenever this mail is tried.
    pub id: Id,
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// Why a mail was not taken. The code is for the log: `connect`, `status-550`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub code: String,
    pub fate: Fate,
}

/// What is to be done with a mail that was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It has not gone out: later again.
    Later,
    /// It has not gone out and never will: there is no such address.
    Never,
    /// The line broke while it was handed over: perhaps it has gone out.
    Unsure,
}

/// Hands mails to a server.
pub trait Carrier: Send + Sync {
    fn send(&self, letter: Letter) -> impl Future<Output = Result<(), Lost>> + Send;
}

/// Writes the text of a mail of this kind: subject and body.
pub type Writer = Arc<dyn Fn(&str, Lang, &Details) -> (String, String) + Send + Sync>;

/// What the outbox is worked off with.
#[derive(Clone)]
pub struct Outbox<C> {
    pub store: Store,
    pub carrier: C,
    pub writer: Writer,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    /// This process, among others over the same data.
    pub holder: Id,
}

impl<C> std::fmt::Debug for Outbox<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbox")
            .field("holder", &self.holder)
            .finish_non_exhaustive()
    }
}

impl<C: Carrier> Outbox<C> {
    fn ctx(&self) -> Ctx {
        Ctx::program(self.clock.now(), Arc::clone(&self.ids))
    }

    /// Sends what is due, on a few lines at once, round after round until nothing is. Returns how many were handed over.
    pub async fn work(&self) -> Result<usize, StoreError> {
        let ctx = self.ctx();
        if self.store.mails_broken_off(ctx.at).await? {
            self.store.unsettled_mails(&ctx).await?;
        }
        let mut sent = 0;
        for _ in 0..ROUNDS {
            let due = self.store.mails_due(self.ctx().at, ROUND).await?;
            let many = due.len() >= ROUND as usize;
            sent += self.round(due).await?;
            if !many {
                break;
            }
        }
        Ok(sent)
    }

    /// Each line takes the next mail when it is done with its own.
    async fn round(&self, due: Vec<MailRow>) -> Result<usize, StoreError> {
        let each = due
            .into_iter()
            .map(|mail| Box::pin(async move { self.one(&mail).await }));
        stream::iter(each)
            .buffer_unordered(LINES)
            .try_fold(0, async |sent, one| Ok(sent + usize::from(one)))
            .await
    }

    async fn one(&self, mail: &MailRow) -> Result<bool, StoreError> {
        let ctx = self.ctx();
        let until = ctx.at + HOLD;
        let taken = self.store.take_mail(&ctx, &mail.id, &self.holder, until);
        if !taken.await? {
            return Ok(false);
        }
        if !reminder::is_needed(&self.store, mail, ctx.at).await? {
            self.settle(mail, MailState::Dropped, mail.tries, "")
                .await?;
            return Ok(false);
        }
        match self.carrier.send(self.letter(mail)).await {
            Ok(()) => {
                self.settle(mail, MailState::Sent, mail.tries, "").await?;
                Ok(true)
            }
            Err(lost) => {
                let tries = mail.tries.saturating_add(1);
                let state = match lost.fate {
                    Fate::Unsure => MailState::Unsure,
                    Fate::Later if tries as usize <= WAITS.len() => MailState::Waiting,
                    Fate::Later | Fate::Never => MailState::Failed,
                };
                self.settle(mail, state, tries, &lost.code).await?;
                Ok(false)
            }
        }
    }

    fn letter(&self, mail: &MailRow) -> Letter {
        let details = Details::read(&mail.details);
        let (subject, body) = (self.writer)(&mail.kind, mail.lang, &details);
        Letter {
            id: mail.id.clone(),
            to: mail.address.clone(),
            subject,
            body,
        }
    }

    async fn settle(
        &self,
        mail: &MailRow,
        state: MailState,
        tries: u32,
        fault: &str,
    ) -> Result<(), StoreError> {
        let ctx = self.ctx();
        let wait = WAITS.get((tries as usize).saturating_sub(1));
        let turn = MailTurn {
            state,
            tries,
            next: ctx.at + wait.copied().unwrap_or_default(),
            fault,
        };
        let settled = self
            .store
            .settle_mail(&ctx, &mail.id, &self.holder, &turn)
            .await?;
        if !settled {
            tracing::warn!(mail = %mail.id, "a mail was no longer held when it was settled");
        }
        Ok(())
    }
}
