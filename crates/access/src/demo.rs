//! The sample region: one chooses whom to be. No password, so only on loopback and only where no real people are.

use std::net::SocketAddr;

use renkei_base::{Ctx, Id, Lang, Refusal, Role, Roles};
use renkei_fhir::Key;
use renkei_store::{AccountState, Changes, Failure};

use crate::account::new_row;
use crate::person::checked;
use crate::session::note;
use crate::{Access, NewPerson, NewSession, Person};

/// The setting that marks a data folder with invented people, for good: when that began.
const MARK: &str = "sample";
/// People offered on the sign-in page.
const OFFERED: i64 = 60;

/// Proof that this process serves an invented region on loopback. Whoever has no such value cannot call what is here;
/// only the binary's `demo` makes one, by [`Access::demo_mode`].
#[derive(Debug)]
pub struct DemoMode {
    _proof: (),
}

impl Access {
    /// Marks an empty folder as invented, or finds the mark. Refused on any other address than loopback,
    /// and where accounts were made without the mark: they may be real.
    pub async fn demo_mode(&self, ctx: &Ctx, listen: SocketAddr) -> Result<DemoMode, Failure> {
        if !listen.ip().to_canonical().is_loopback() {
            return Err(Refusal::forbidden("refuse-demo-loopback").into());
        }
        if !self.is_sample().await? {
            if !self.store.first_accounts(1).await?.is_empty() {
                return Err(Refusal::forbidden("refuse-demo-real").into());
            }
            let mut changes = Changes::default();
            changes.set(MARK, &ctx.at.to_fhir());
            self.commit(ctx, changes).await?;
        }
        Ok(DemoMode { _proof: () })
    }

    /// Whether the people and patients here are invented (見本).
    pub async fn is_sample(&self) -> Result<bool, Failure> {
        Ok(self.store.setting(MARK).await?.is_some())
    }

    /// Puts a person who needs no password into `changes`.
    pub fn enter_person(
        &self,
        _mode: &DemoMode,
        ctx: &Ctx,
        person: &NewPerson,
        changes: &mut Changes,
    ) -> Result<Person, Refusal> {
        let person = checked(person)?;
        Ok(new_row(ctx, &person, AccountState::Active, changes).into())
    }

    /// The sample people, in the order in which they were made.
    pub async fn demo_people(&self, _mode: &DemoMode) -> Result<Vec<Person>, Failure> {
        let rows = self.store.first_accounts(OFFERED).await?;
        let active = rows
            .into_iter()
            .filter(|row| row.state == AccountState::Active);
        Ok(active.map(Person::from).collect())
    }

    /// A session of this person, without password.
    pub async fn become_person(
        &self,
        _mode: &DemoMode,
        ctx: &Ctx,
        account: &Id,
        agent: &str,
    ) -> Result<NewSession, Failure> {
        let row = self.store.account(account).await?;
        let row = row
            .filter(|row| row.state == AccountState::Active)
            .ok_or(Refusal::NotFound)?;
        let mut changes = Changes::default();
        let session = self.begin_session(ctx, &row.id, agent, &mut changes);
        changes.mark_signed_in(&row.id, ctx.at);
        changes.note(note("session.demo", &row.id));
        self.commit(ctx, changes).await?;
        Ok(session)
    }

    /// The people of any institution of the directory; a liaison clerk and a doctor are made where they are missing.
    pub async fn desk_of(
        &self,
        _mode: &DemoMode,
        ctx: &Ctx,
        institution: &Id,
    ) -> Result<Vec<Person>, Failure> {
        let key = Key::new("Organization", institution.clone());
        if self.store.read(ctx, &key).await?.is_none() {
            return Err(Refusal::NotFound.into());
        }
        let there = self.active_of(institution).await?;
        let mut changes = Changes::default();
        let mut missing = false;
        for (role, name, kana) in [
            (Role::LiaisonClerk, "見本 窓口", "ミホン マドグチ"),
            (Role::Doctor, "見本 医師", "ミホン イシ"),
        ] {
            if !there.iter().any(|person| person.roles.has(role)) {
                let person = desk_person(institution, role, name, kana);
                new_row(ctx, &person, AccountState::Active, &mut changes);
                missing = true;
            }
        }
        if !missing {
            return Ok(there);
        }
        match self.commit(ctx, changes).await {
            // Somebody else asked for the same desk at the same moment.
            Ok(()) | Err(Failure::Refused(Refusal::Conflict)) => self.active_of(institution).await,
            Err(other) => Err(other),
        }
    }

    async fn active_of(&self, institution: &Id) -> Result<Vec<Person>, Failure> {
        let rows = self.store.accounts_of(institution).await?;
        let active = rows
            .into_iter()
            .filter(|row| row.state == AccountState::Active);
        Ok(active.map(Person::from).collect())
    }
}

fn desk_person(institution: &Id, role: Role, name: &str, kana: &str) -> NewPerson {
    NewPerson {
        login: format!("{}.{institution}", role.code()),
        name: name.to_owned(),
        kana: kana.to_owned(),
        institution: Some(institution.clone()),
        // Who plays a desk alone plays the doctor too, or no reply would ever be released.
        roles: match role {
            Role::LiaisonClerk => Roles::new([role, Role::Doctor]),
            _ => Roles::new([role]),
        },
        lang: Lang::Ja,
    }
}
