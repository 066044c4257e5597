//! Signing in: login, password and second factor together, so that no answer tells which of them was wrong.

use renkei_base::{Ctx, Fault, Id, Refusal};
use renkei_store::{AccountRow, AccountState, Changes, Failure, Note};

use crate::password::login_hash;
use crate::person::normal_login;
use crate::slow::Keys;
use crate::{Access, NewSession, recovery, totp};

/// What somebody typed. The address is in the context.
#[derive(Clone)]
pub struct Entry {
    pub login: String,
    pub password: String,
    /// Six digits of the app, or a recovery code.
    pub code: String,
    /// The browser's name.
    pub agent: String,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entry(..)")
    }
}

/// What was shown besides the password.
pub(crate) enum Second {
    Step(i64),
    /// The hash of a recovery code.
    Recovery(String),
}

impl Access {
    /// A new session, or the one answer for everything that can be wrong: unknown, suspended, wrong, spent.
    pub async fn sign_in(&self, ctx: &Ctx, entry: &Entry) -> Result<NewSession, Failure> {
        let login = normal_login(&entry.login);
        let keys = Keys::of(&login, ctx.address);
        if let Err(slowed) = self.count_try(ctx, &keys).await {
            self.note_refused(ctx, "session.slowed", &login).await?;
            return Err(slowed);
        }
        let account = self.store.account_by_login(&login).await?;
        let admitted = match self.prove(ctx, account, entry).await? {
            Some((account, second)) => self.admit(ctx, &account, &second, entry, &keys).await?,
            None => None,
        };
        if let Some(session) = admitted {
            return Ok(session);
        }
        self.note_refused(ctx, "session.failed", &login).await?;
        Err(failed().into())
    }

    /// The account, when both factors are right. Works as long when there is none.
    async fn prove(
        &self,
        ctx: &Ctx,
        account: Option<AccountRow>,
        entry: &Entry,
    ) -> Result<Option<(AccountRow, Second)>, Failure> {
        let account = account.filter(|row| row.state == AccountState::Active);
        let stored = account.as_ref().and_then(|row| row.password.as_deref());
        let right = self.hasher.verify(&entry.password, stored).await?;
        let Some(account) = account.filter(|_| right) else {
            return Ok(None);
        };
        let second = self.second_factor(ctx, &account, &entry.code).await?;
        Ok(second.map(|second| (account, second)))
    }

    /// What the code proves, `None` when it is wrong or spent.
    pub(crate) async fn second_factor(
        &self,
        ctx: &Ctx,
        account: &AccountRow,
        code: &str,
    ) -> Result<Option<Second>, Failure> {
        if let Some(hash) = recovery::hash(&account.id, code) {
            let fresh = self
                .store
                .recovery_code_is_fresh(&account.id, &hash)
                .await?;
            return Ok(fresh.then_some(Second::Recovery(hash)));
        }
        let step = account
            .totp
            .as_deref()
            .and_then(|secret| totp::step_of(secret, code, ctx.at));
        Ok(step
            .filter(|step| *step > account.totp_step)
            .map(Second::Step))
    }

    /// Spends the code and begins a session; `None` when somebody else spent it a moment before.
    async fn admit(
        &self,
        ctx: &Ctx,
        account: &AccountRow,
        second: &Second,
        entry: &Entry,
        keys: &Keys,
    ) -> Result<Option<NewSession>, Failure> {
        let mut changes = Changes::default();
        let with = spend(ctx, &account.id, second, &mut changes);
        let session = self.begin_session(ctx, &account.id, &entry.agent, &mut changes);
        Self::forgive(keys, &mut changes);
        self.renew_hash(ctx, account, &entry.password, &mut changes)
            .await?;
        let detail = format!("account={} with={with}", account.id);
        changes.note(Note::new("session.start").detail(detail));
        match self.commit(ctx, changes).await {
            Ok(()) => Ok(Some(session)),
            Err(Failure::Refused(Refusal::Conflict)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn renew_hash(
        &self,
        ctx: &Ctx,
        account: &AccountRow,
        password: &str,
        changes: &mut Changes,
    ) -> Result<(), Failure> {
        if let Some(old) = account
            .password
            .as_deref()
            .filter(|old| self.hasher.is_outdated(old))
        {
            let new = self.hasher.hash(password, ctx.ids.secret()).await?;
            changes.rehash_password(&account.id, old, &new);
        }
        Ok(())
    }

    /// The login goes into the audit as a hash: people type passwords into the wrong field.
    async fn note_refused(&self, ctx: &Ctx, action: &str, login: &str) -> Result<(), Failure> {
        let detail = format!("login-hash={}", login_hash(login));
        let note = Note::new(action).detail(detail).refused();
        Ok(self.store.audit(ctx, vec![note]).await?)
    }
}

/// Marks the second factor as used; returns its name for the audit.
pub(crate) fn spend(
    ctx: &Ctx,
    account: &Id,
    second: &Second,
    changes: &mut Changes,
) -> &'static str {
    match second {
        Second::Step(step) => {
            changes.use_totp_step(account, *step, ctx.at);
            "totp"
        }
        Second::Recovery(hash) => {
            changes.use_recovery_code(account, hash, ctx.at);
            changes.mark_signed_in(account, ctx.at);
            "recovery-code"
        }
    }
}

/// The one answer.
pub(crate) fn failed() -> Refusal {
    Refusal::Invalid(vec![Fault::new("", "fault-signin")])
}
