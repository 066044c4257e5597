//! Managing people: inviting, suspending, changing, resetting, reviewing.
//!
//! Each act re-reads the account, decides, and commits on the version that it read; a conflict is decided again.

use std::collections::{BTreeMap, BTreeSet};

use renkei_base::{Ctx, Fault, Id, Micros, Refusal, Role, Roles};
use renkei_fhir::Key;
use renkei_store::{AccountRow, AccountState, Changes, Failure, Note};

use crate::person::{Manager, changed_roles, checked, roles_fit};
use crate::policy::{Action, Facts, REGIONAL, permit};
use crate::session::note;
use crate::{Access, LinkToken, NewPerson, Person, practitioner};

/// Rounds when somebody else changes the same account.
const ROUNDS: usize = 4;

/// Shown once to the administrator, who hands it to the person.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub account: Id,
    pub link: LinkToken,
    pub expires: Micros,
}

impl Access {
    /// Makes an account without a way in, and the link by which the person sets one.
    pub async fn invite(&self, ctx: &Ctx, person: &NewPerson) -> Result<Invitation, Failure> {
        let manager = Manager::of(ctx)?;
        let person = self.check_new(ctx, &manager, person).await?;
        let mut changes = Changes::default();
        let row = new_row(ctx, &person, AccountState::Invited, &mut changes);
        let (link, expires) =
            self.new_link(ctx, Some(&row.id), self.config.invitation, &mut changes);
        changes.note(role_note("account.invite", &row.id, &row.roles));
        let done = self.commit(ctx, changes).await;
        done.map_err(|failure| match failure {
            Failure::Refused(Refusal::Conflict) => taken().into(),
            other => other,
        })?;
        Ok(Invitation {
            account: row.id,
            link,
            expires,
        })
    }

    async fn check_new(
        &self,
        ctx: &Ctx,
        manager: &Manager,
        typed: &NewPerson,
    ) -> Result<NewPerson, Failure> {
        let mut typed = typed.clone();
        if let Manager::Institution(own) = manager {
            typed.institution = Some(own.clone());
        }
        let person = checked(&typed)?;
        if !person.roles.iter().all(|role| manager.may_give(role)) {
            return Err(Refusal::forbidden("refuse-account-role").into());
        }
        self.institution_exists(ctx, person.institution.as_ref())
            .await?;
        if self.store.account_by_login(&person.login).await?.is_some() {
            return Err(taken().into());
        }
        Ok(person)
    }

    async fn institution_exists(&self, ctx: &Ctx, institution: Option<&Id>) -> Result<(), Failure> {
        let Some(id) = institution else {
            return Ok(());
        };
        let key = Key::new("Organization", id.clone());
        match self.store.read(ctx, &key).await? {
            Some(_) => Ok(()),
            None => Err(Refusal::fault("institution", "fault-account-institution").into()),
        }
    }

    /// No way in any more, from the next request on. Never oneself, never the last administrator.
    pub async fn suspend(&self, ctx: &Ctx, account: &Id) -> Result<(), Failure> {
        self.alter(ctx, account, Act::Suspend).await
    }

    /// The way in that there was before; without one, a new link is needed.
    pub async fn unsuspend(&self, ctx: &Ctx, account: &Id) -> Result<(), Failure> {
        self.alter(ctx, account, Act::Unsuspend).await
    }

    /// Other roles, from the next request on. Never one's own.
    pub async fn change_roles(
        &self,
        ctx: &Ctx,
        account: &Id,
        roles: &Roles,
    ) -> Result<(), Failure> {
        self.alter(ctx, account, Act::Roles(roles)).await
    }

    /// Notes that this person still belongs here with these roles (再確認).
    pub async fn review(&self, ctx: &Ctx, account: &Id) -> Result<(), Failure> {
        self.alter(ctx, account, Act::Review).await
    }

    async fn alter(&self, ctx: &Ctx, account: &Id, act: Act<'_>) -> Result<(), Failure> {
        for _ in 0..ROUNDS {
            let before = self.managed(ctx, account, act).await?;
            let mut changes = Changes::default();
            let after = self.decide_change(ctx, &before, act, &mut changes).await?;
            self.keep_an_administrator(&before, &after, &mut changes)
                .await?;
            changes.update_account(&after);
            match self.commit(ctx, changes).await {
                Err(Failure::Refused(Refusal::Conflict)) => {}
                other => return other,
            }
        }
        Err(Refusal::Conflict.into())
    }

    /// The account, if the caller manages it and it is not the caller's own.
    async fn managed(&self, ctx: &Ctx, account: &Id, act: Act<'_>) -> Result<AccountRow, Failure> {
        let manager = Manager::of(ctx)?;
        let row = self.store.account(account).await?;
        let row = row
            .filter(|row| manager.sees(row.institution.as_ref()))
            .ok_or(Refusal::NotFound)?;
        if ctx.caller.account.as_ref() == Some(account) {
            return Err(Refusal::forbidden("refuse-account-own").into());
        }
        let allowed = match act {
            Act::Roles(roles) => changed_roles(&row.roles, roles)
                .into_iter()
                .all(|r| manager.may_give(r)),
            _ => manager.manages(&row),
        };
        if !allowed {
            return Err(Refusal::forbidden("refuse-account-other").into());
        }
        Ok(row)
    }

    async fn decide_change(
        &self,
        ctx: &Ctx,
        before: &AccountRow,
        act: Act<'_>,
        changes: &mut Changes,
    ) -> Result<AccountRow, Failure> {
        let mut after = before.clone();
        match act {
            Act::Suspend => {
                after.state = AccountState::Suspended;
                changes.end_sessions(&before.id, None);
                changes.drop_enrolments(Some(&before.id));
                changes.note(note("account.suspend", &before.id));
            }
            Act::Unsuspend => {
                if before.state != AccountState::Suspended {
                    return Err(Refusal::not_now("refuse-account-not-suspended").into());
                }
                let way_in = has_way_in(before) || self.is_sample().await?;
                after.state = if way_in {
                    AccountState::Active
                } else {
                    AccountState::Invited
                };
                changes.note(note("account.unsuspend", &before.id));
            }
            Act::Review => {
                after.reviewed = ctx.at;
                changes.note(note("account.review", &before.id));
            }
            Act::Roles(roles) => change_roles(ctx, &mut after, roles, changes)?,
            Act::Reset => {
                if before.state == AccountState::Suspended {
                    return Err(Refusal::not_now("refuse-account-suspended").into());
                }
                close(&mut after, changes);
                changes.note(note("account.reset", &before.id));
            }
        }
        Ok(after)
    }

    /// Takes password, second factor and sessions away, and gives a link to set new ones: for somebody who lost them,
    /// and against somebody who stole them.
    pub async fn reset(&self, ctx: &Ctx, account: &Id) -> Result<Invitation, Failure> {
        let before = self.managed(ctx, account, Act::Reset).await?;
        let mut changes = Changes::default();
        let after = self
            .decide_change(ctx, &before, Act::Reset, &mut changes)
            .await?;
        changes.update_account(&after);
        let (link, expires) =
            self.new_link(ctx, Some(account), self.config.invitation, &mut changes);
        self.commit(ctx, changes).await?;
        Ok(Invitation {
            account: account.clone(),
            link,
            expires,
        })
    }

    /// Refuses a change after which an institution, or the region, that had an administrator has none who can sign in.
    async fn keep_an_administrator(
        &self,
        before: &AccountRow,
        after: &AccountRow,
        changes: &mut Changes,
    ) -> Result<(), Failure> {
        for role in [Role::InstitutionAdmin, Role::RegionAdmin] {
            let serves =
                |row: &AccountRow| row.state == AccountState::Active && row.roles.has(role);
            if !serves(before) || serves(after) {
                continue;
            }
            let place = before
                .institution
                .as_ref()
                .filter(|_| role == Role::InstitutionAdmin);
            let guard = self.store.administrator_guard(place).await?;
            let others = match place {
                Some(institution) => self.store.accounts_of(institution).await?,
                None => self.store.accounts_with_role(role).await?,
            };
            if !others.iter().any(|row| row.id != before.id && serves(row)) {
                return Err(Refusal::not_now("refuse-account-last-admin").into());
            }
            changes.guard_administrators(place, guard);
        }
        Ok(())
    }

    /// The people of an institution, for those who manage them.
    pub async fn people(&self, ctx: &Ctx, institution: &Id) -> Result<Vec<Person>, Failure> {
        if !Manager::of(ctx)?.sees(Some(institution)) {
            return Err(Refusal::NotFound.into());
        }
        let rows = self.store.accounts_of(institution).await?;
        Ok(rows.into_iter().map(Person::from).collect())
    }

    /// Whether anybody of an institution who works with patients can sign in: whether a letter sent there is seen.
    pub async fn has_desk(&self, institution: &Id) -> Result<bool, Failure> {
        let rows = self.store.accounts_of(institution).await?;
        Ok(rows
            .iter()
            .any(|row| row.state == AccountState::Active && row.roles.iter().any(Role::cares)))
    }

    /// All institution administrators and everybody with a role of the region, for region administrators.
    pub async fn administrators(&self, ctx: &Ctx) -> Result<Vec<Person>, Failure> {
        if matches!(Manager::of(ctx)?, Manager::Institution(_)) {
            return Err(Refusal::NotFound.into());
        }
        let mut people: Vec<Person> = Vec::new();
        for role in [
            Role::RegionAdmin,
            Role::RegionDesk,
            Role::Auditor,
            Role::InstitutionAdmin,
        ] {
            for row in self.store.accounts_with_role(role).await? {
                if !people.iter().any(|person| person.id == row.id) {
                    people.push(row.into());
                }
            }
        }
        Ok(people)
    }

    /// Institutions with people of whom none is an administrator who can sign in, for those who keep the directory.
    pub async fn without_administrator(&self, ctx: &Ctx) -> Result<Vec<Id>, Failure> {
        permit(&ctx.caller, Action::DirectoryConfirm, &Facts::NONE)?;
        let mut kept: BTreeMap<Id, bool> = BTreeMap::new();
        for row in self.store.first_accounts(i64::MAX).await? {
            let keeps = row.state == AccountState::Active && row.roles.has(Role::InstitutionAdmin);
            let local = row.roles.iter().any(|role| !REGIONAL.contains(&role));
            if let Some(institution) = row.institution.filter(|_| local) {
                *kept.entry(institution).or_default() |= keeps;
            }
        }
        let without = kept.into_iter().filter(|(_, keeps)| !keeps);
        Ok(without.map(|(institution, _)| institution).collect())
    }

    /// Institutions with people of their own, whoever they are: those that can be asked for something here.
    pub async fn with_people(&self, ctx: &Ctx) -> Result<Vec<Id>, Failure> {
        permit(&ctx.caller, Action::ConfirmationsManage, &Facts::NONE)?;
        let rows = self.store.first_accounts(i64::MAX).await?;
        let local = rows.into_iter().filter(|row| {
            row.state != AccountState::Suspended
                && row.roles.iter().any(|role| !REGIONAL.contains(&role))
        });
        let ids: BTreeSet<Id> = local.filter_map(|row| row.institution).collect();
        Ok(ids.into_iter().collect())
    }

    /// One person, for those who manage the institution, and for that person.
    pub async fn person(&self, ctx: &Ctx, account: &Id) -> Result<Person, Failure> {
        let own = ctx.caller.account.as_ref() == Some(account);
        let row = self
            .store
            .account(account)
            .await?
            .ok_or(Refusal::NotFound)?;
        if own || Manager::of(ctx)?.sees(row.institution.as_ref()) {
            return Ok(row.into());
        }
        Err(Refusal::NotFound.into())
    }
}

#[derive(Clone, Copy, Debug)]
enum Act<'a> {
    Suspend,
    Unsuspend,
    Review,
    Roles(&'a Roles),
    Reset,
}

fn change_roles(
    ctx: &Ctx,
    row: &mut AccountRow,
    roles: &Roles,
    changes: &mut Changes,
) -> Result<(), Refusal> {
    roles_fit(roles).map_err(|key| Refusal::fault("roles", key))?;
    let local = roles
        .iter()
        .any(|role| !crate::policy::REGIONAL.contains(&role));
    if local && row.institution.is_none() {
        return Err(Refusal::fault("roles", "fault-account-institution-missing"));
    }
    row.roles = roles.clone();
    row.reviewed = ctx.at;
    add_practitioner(ctx, row, changes);
    changes.note(role_note("account.roles", &row.id, roles));
    Ok(())
}

fn close(row: &mut AccountRow, changes: &mut Changes) {
    row.state = AccountState::Invited;
    row.password = None;
    row.totp = None;
    changes.set_recovery_codes(&row.id, &[]);
    changes.remove_passkeys(&row.id);
    changes.end_sessions(&row.id, None);
}

pub(crate) fn has_way_in(row: &AccountRow) -> bool {
    row.password.is_some() && row.totp.is_some()
}

/// A new account in `changes`, with its Practitioner where it has one. The person was checked.
pub(crate) fn new_row(
    ctx: &Ctx,
    person: &NewPerson,
    state: AccountState,
    changes: &mut Changes,
) -> AccountRow {
    let mut row = AccountRow {
        id: ctx.ids.id(),
        version: 0,
        login: person.login.clone(),
        name: person.name.clone(),
        kana: person.kana.clone(),
        institution: person.institution.clone(),
        roles: person.roles.clone(),
        practitioner: None,
        state,
        lang: person.lang,
        password: None,
        totp: None,
        totp_step: 0,
        created: ctx.at,
        reviewed: ctx.at,
        signed_in: None,
    };
    add_practitioner(ctx, &mut row, changes);
    changes.create_account(&row);
    row
}

fn add_practitioner(ctx: &Ctx, row: &mut AccountRow, changes: &mut Changes) {
    if row.practitioner.is_none() && practitioner::is_one(&row.roles) {
        let id = ctx.ids.id();
        practitioner::create(&id, &row.name, &row.kana, row.institution.as_ref(), changes);
        row.practitioner = Some(id);
    }
}

fn role_note(action: &str, account: &Id, roles: &Roles) -> Note {
    let codes: Vec<&str> = roles.iter().map(Role::code).collect();
    Note::new(action).detail(format!("account={account} roles={}", codes.join(",")))
}

pub(crate) fn taken() -> Refusal {
    Refusal::Invalid(vec![Fault::new("login", "fault-account-login-taken")])
}
