//! What people do to their own account. A new password asks for the present one; new factors ask for a fresh proof
//! ([`crate::reauth`]).

use renkei_base::{Ctx, Id, Refusal};
use renkei_store::{AccountRow, Changes, Failure};

use crate::account::Invitation;
use crate::enrolment::{new_recovery, password_faults};
use crate::session::{note, own};
use crate::slow::Keys;
use crate::{Access, Person};

impl Access {
    /// The caller's own account.
    pub async fn own_person(&self, ctx: &Ctx) -> Result<Person, Failure> {
        self.person(ctx, own(ctx)?).await
    }

    /// How many recovery codes are left.
    pub async fn recovery_codes_left(&self, ctx: &Ctx) -> Result<i64, Failure> {
        Ok(self.store.recovery_codes_left(own(ctx)?).await?)
    }

    /// A new password. All other sessions end; `session` is the caller's.
    pub async fn change_password(
        &self,
        ctx: &Ctx,
        session: &Id,
        current: &str,
        new: &str,
        again: &str,
    ) -> Result<(), Failure> {
        let mut row = self.own_row(ctx, current).await?;
        let faults = password_faults(new, again, &row.login);
        if !faults.is_empty() {
            return Err(Refusal::Invalid(faults).into());
        }
        row.password = Some(self.hasher.hash(new, ctx.ids.secret()).await?);
        let mut changes = Changes::default();
        changes.update_account(&row);
        changes.end_sessions(&row.id, Some(session));
        changes.drop_enrolments(Some(&row.id));
        changes.note(note("account.password", &row.id));
        self.commit(ctx, changes).await
    }

    /// New recovery codes; the old ones end.
    pub async fn renew_recovery_codes(
        &self,
        ctx: &Ctx,
        session: &Id,
    ) -> Result<Vec<String>, Failure> {
        let row = self.proven_row(ctx, session).await?;
        let mut changes = Changes::default();
        let codes = new_recovery(ctx, &row.id, &mut changes);
        changes.note(note("account.recovery-codes", &row.id));
        self.commit(ctx, changes).await?;
        Ok(codes)
    }

    /// A short-lived link by which the caller sets up a new app. The present factors hold until it is used.
    pub async fn renew_factors(&self, ctx: &Ctx, session: &Id) -> Result<Invitation, Failure> {
        let row = self.proven_row(ctx, session).await?;
        let mut changes = Changes::default();
        let (link, expires) = self.new_link(ctx, Some(&row.id), self.config.renewal, &mut changes);
        changes.note(note("account.renew", &row.id));
        self.commit(ctx, changes).await?;
        Ok(Invitation {
            account: row.id,
            link,
            expires,
        })
    }

    /// The caller's account, if the holder of the session has just shown who it is.
    async fn proven_row(&self, ctx: &Ctx, session: &Id) -> Result<AccountRow, Failure> {
        self.needs_proof(ctx, session).await?;
        let row = self.store.account(own(ctx)?).await?;
        row.ok_or_else(|| Refusal::NotFound.into())
    }

    /// The caller's account, if this is its password. Wrong ones slow the next tries as at sign-in.
    async fn own_row(&self, ctx: &Ctx, password: &str) -> Result<AccountRow, Failure> {
        let row = self
            .store
            .account(own(ctx)?)
            .await?
            .ok_or(Refusal::NotFound)?;
        let keys = Keys::of(&row.login, ctx.address);
        self.count_try(ctx, &keys).await?;
        if !self
            .hasher
            .verify(password, row.password.as_deref())
            .await?
        {
            let refused = note("account.password-wrong", &row.id).refused();
            self.store.audit(ctx, vec![refused]).await?;
            return Err(Refusal::fault("current", "fault-password-current").into());
        }
        let mut changes = Changes::default();
        Self::forgive(&keys, &mut changes);
        self.store.commit(ctx, changes).await?;
        Ok(row)
    }
}
