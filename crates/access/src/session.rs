//! Sessions: an opaque token in the browser, its hash here.

use std::net::IpAddr;
use std::sync::Arc;

use renkei_base::{Caller, Ctx, Id, Lang, Micros, Roles};
use renkei_store::{AccountState, Changes, Failure, SessionOwner, SessionRow, StoreError};

use crate::{Access, SessionToken};

/// Characters of a browser's name that are kept.
const AGENT_CHARS: usize = 80;

/// Just begun. The token goes into the cookie and nowhere else.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub token: SessionToken,
    pub id: Id,
    pub account: Id,
    /// When it ends at the latest.
    pub expires: Micros,
}

/// Who sends this request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    pub session: Id,
    pub account: Id,
    pub login: String,
    pub name: String,
    pub institution: Option<Id>,
    pub roles: Roles,
    pub practitioner: Option<Id>,
    pub lang: Lang,
    pub created: Micros,
    /// Last use as it was last written.
    pub used: Micros,
}

impl SignedIn {
    pub fn caller(&self) -> Caller {
        Caller {
            account: Some(self.account.clone()),
            name: self.name.clone(),
            institution: self.institution.clone(),
            roles: self.roles.clone(),
            machine: None,
        }
    }
}

/// One line of the list of one's own sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    pub id: Id,
    pub created: Micros,
    pub used: Micros,
    pub address: String,
    pub agent: String,
}

/// Whether a person did something, or a page fetched itself again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Keeps the session alive.
    Person,
    /// Does not: a screen left alone shall end its session.
    Background,
}

impl Access {
    /// Who has this session, `None` when it has ended in any way. At most one indexed read.
    pub async fn authenticate(
        &self,
        token: &SessionToken,
        now: Micros,
        by: Use,
    ) -> Result<Option<Arc<SignedIn>>, StoreError> {
        let hash = token.hash();
        let signed_in = match self.cache.get(&hash, now) {
            Some(known) => known,
            None => match self.look_up(&hash, now).await? {
                Some(read) => read,
                None => return Ok(None),
            },
        };
        if !self.is_alive(&signed_in, now) {
            return Ok(None);
        }
        if by == Use::Person && now - signed_in.used >= self.config.touch {
            return Ok(Some(self.touch(&hash, &signed_in, now).await));
        }
        Ok(Some(signed_in))
    }

    async fn look_up(&self, hash: &str, now: Micros) -> Result<Option<Arc<SignedIn>>, StoreError> {
        let epoch = self.cache.epoch();
        let Some(owner) = self.store.session_owner(hash).await? else {
            return Ok(None);
        };
        if owner.state != AccountState::Active {
            return Ok(None);
        }
        let signed_in = Arc::new(signed_in_from(owner));
        self.cache.put(hash, &signed_in, now, epoch);
        Ok(Some(signed_in))
    }

    fn is_alive(&self, signed_in: &SignedIn, now: Micros) -> bool {
        now - signed_in.used < self.config.idle && now - signed_in.created < self.config.absolute
    }

    /// Notes the use. A store that takes no writes now does not sign people out.
    async fn touch(&self, hash: &str, signed_in: &SignedIn, now: Micros) -> Arc<SignedIn> {
        let epoch = self.cache.epoch();
        let touched = Arc::new(SignedIn {
            used: now,
            ..signed_in.clone()
        });
        let mut changes = Changes::default();
        changes.touch_session(hash, now);
        let ctx = Ctx::program(now, Arc::clone(&self.ids));
        match self.store.commit(&ctx, changes).await {
            Ok(_) => self.cache.put(hash, &touched, now, epoch),
            Err(error) => tracing::warn!(%error, "use of a session not written"),
        }
        touched
    }

    /// Puts a new session of this account into `changes`.
    pub(crate) fn begin_session(
        &self,
        ctx: &Ctx,
        account: &Id,
        agent: &str,
        changes: &mut Changes,
    ) -> NewSession {
        let token = SessionToken::new(ctx.ids.secret());
        let row = SessionRow {
            hash: token.hash(),
            id: ctx.ids.id(),
            account: account.clone(),
            created: ctx.at,
            used: ctx.at,
            address: ctx.address.map(shown).unwrap_or_default(),
            agent: shortened(agent),
        };
        changes.create_session(&row);
        NewSession {
            token,
            id: row.id,
            account: row.account,
            expires: ctx.at + self.config.absolute,
        }
    }

    /// The caller's own living sessions, newest use first.
    pub async fn own_sessions(&self, ctx: &Ctx) -> Result<Vec<SessionLine>, Failure> {
        let account = own(ctx)?;
        let rows = self.store.sessions_of(account).await?;
        let alive = |row: &SessionRow| {
            ctx.at - row.used < self.config.idle && ctx.at - row.created < self.config.absolute
        };
        Ok(rows.into_iter().filter(alive).map(line_from).collect())
    }

    /// Ends one of the caller's own sessions.
    pub async fn sign_out(&self, ctx: &Ctx, session: &Id) -> Result<(), Failure> {
        let account = own(ctx)?;
        let mut changes = Changes::default();
        changes.end_session(account, session);
        changes.note(note("session.end", account));
        self.commit(ctx, changes).await
    }

    /// Ends all of the caller's own sessions, this one too.
    pub async fn sign_out_everywhere(&self, ctx: &Ctx) -> Result<(), Failure> {
        let account = own(ctx)?;
        let mut changes = Changes::default();
        changes.end_sessions(account, None);
        changes.note(note("session.end-all", account));
        self.commit(ctx, changes).await
    }

    /// Removes what has run out: sessions, links, counts of tries. For a nightly job.
    pub async fn tidy(&self, ctx: &Ctx) -> Result<(), Failure> {
        let mut changes = Changes::default();
        changes.drop_old_sessions(ctx.at - self.config.idle, ctx.at - self.config.absolute);
        changes.drop_old_enrolments(ctx.at);
        changes.drop_old_tokens(ctx.at);
        changes.drop_old_challenges(ctx.at);
        changes.drop_old_attempts(ctx.at - self.config.forget_tries);
        self.commit(ctx, changes).await
    }

    /// Commits, and forgets what is remembered of sessions: rights may have changed.
    pub(crate) async fn commit(&self, ctx: &Ctx, changes: Changes) -> Result<(), Failure> {
        let done = self.store.commit(ctx, changes).await;
        self.cache.forget();
        self.bearers.forget();
        done.map(|_| ()).map_err(Failure::from)
    }
}

/// An audit line about an account: its id, never a name.
pub(crate) fn note(action: &str, account: &Id) -> renkei_store::Note {
    renkei_store::Note::new(action).detail(format!("account={account}"))
}

/// The caller's own account.
pub(crate) fn own(ctx: &Ctx) -> Result<&Id, renkei_base::Refusal> {
    ctx.caller
        .account
        .as_ref()
        .ok_or(renkei_base::Refusal::NotFound)
}

fn signed_in_from(owner: SessionOwner) -> SignedIn {
    SignedIn {
        session: owner.session.id,
        account: owner.session.account,
        login: owner.login,
        name: owner.name,
        institution: owner.institution,
        roles: owner.roles,
        practitioner: owner.practitioner,
        lang: owner.lang,
        created: owner.session.created,
        used: owner.session.used,
    }
}

fn line_from(row: SessionRow) -> SessionLine {
    SessionLine {
        id: row.id,
        created: row.created,
        used: row.used,
        address: row.address,
        agent: row.agent,
    }
}

fn shown(address: IpAddr) -> String {
    address.to_canonical().to_string()
}

fn shortened(agent: &str) -> String {
    agent
        .chars()
        .filter(|c| !c.is_control())
        .take(AGENT_CHARS)
        .collect()
}
