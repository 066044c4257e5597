//! Showing again who one is: what is grave is done only by somebody who did so within the last minutes, so that a screen
//! left alone, or a stolen cookie, is not enough.

use renkei_base::{Ctx, Id, Refusal};
use renkei_store::{AccountState, Changes, Failure};

use crate::Access;
use crate::passkey::Answer;
use crate::session::{note, own};
use crate::signin::{failed, spend};
use crate::slow::Keys;
use crate::webauthn::Party;

impl Access {
    /// Whether the holder of this session has shown who it is within the last minutes, by signing in or since.
    /// Who has no password (only in the sample region) has nothing to show.
    pub async fn is_proven(&self, ctx: &Ctx, session: &Id) -> Result<bool, Failure> {
        let proved = self.store.session_proved(session).await?;
        let fresh = proved.is_some_and(|proved| ctx.at - proved < self.config.grave);
        if fresh {
            return Ok(true);
        }
        self.has_nothing_to_show(ctx).await
    }

    /// Whether the caller is one of the sample people, who have no password. Never where people are real.
    pub async fn has_nothing_to_show(&self, ctx: &Ctx) -> Result<bool, Failure> {
        let row = self.store.account(own(ctx)?).await?;
        let bare = row.is_some_and(|row| row.password.is_none());
        Ok(bare && self.is_sample().await?)
    }

    /// Refuses what is grave to somebody who has not shown who it is for a while.
    pub(crate) async fn needs_proof(&self, ctx: &Ctx, session: &Id) -> Result<(), Failure> {
        if self.is_proven(ctx, session).await? {
            return Ok(());
        }
        Err(Refusal::forbidden("refuse-unproven").into())
    }

    /// Password and code again. Wrong ones slow the next tries as at sign-in.
    pub async fn prove_by_password(
        &self,
        ctx: &Ctx,
        session: &Id,
        password: &str,
        code: &str,
    ) -> Result<(), Failure> {
        let row = self.store.account(own(ctx)?).await?;
        let row = row.filter(|row| row.state == AccountState::Active);
        let row = row.ok_or(Refusal::NotFound)?;
        let keys = Keys::of(&row.login, ctx.address);
        self.count_try(ctx, &keys).await?;
        let right = self
            .hasher
            .verify(password, row.password.as_deref())
            .await?;
        let second = self.second_factor(ctx, &row, code).await?.filter(|_| right);
        let Some(second) = second else {
            return self.not_proven(ctx, &row.id).await;
        };
        let mut changes = Changes::default();
        spend(ctx, &row.id, &second, &mut changes);
        Self::forgive(&keys, &mut changes);
        self.proven(ctx, session, &row.id, changes).await
    }

    /// One of the caller's own passkeys.
    pub async fn prove_by_passkey(
        &self,
        ctx: &Ctx,
        session: &Id,
        party: &Party,
        answer: &Answer,
    ) -> Result<(), Failure> {
        let account = own(ctx)?;
        let keys = Keys::of_passkey(account.as_str(), ctx.address);
        self.look_slowed(ctx, &keys).await?;
        let mut changes = Changes::default();
        if self
            .confirmed_by_passkey(ctx, party, answer, &mut changes)
            .await?
        {
            Self::forgive(&keys, &mut changes);
            return self.proven(ctx, session, account, changes).await;
        }
        self.count_failure(ctx, &keys).await?;
        self.not_proven(ctx, account).await
    }

    async fn proven(
        &self,
        ctx: &Ctx,
        session: &Id,
        account: &Id,
        mut changes: Changes,
    ) -> Result<(), Failure> {
        changes.prove_session(session, ctx.at);
        changes.note(note("session.confirm", account));
        match self.commit(ctx, changes).await {
            // The code, or the answer, was used a moment before.
            Err(Failure::Refused(Refusal::Conflict)) => self.not_proven(ctx, account).await,
            other => other,
        }
    }

    async fn not_proven(&self, ctx: &Ctx, account: &Id) -> Result<(), Failure> {
        let refused = note("session.confirm", account).refused();
        self.store.audit(ctx, vec![refused]).await?;
        Err(failed().into())
    }
}
