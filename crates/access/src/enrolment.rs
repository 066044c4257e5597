//! One-time links: the person sets a password and confirms a second factor, and is signed in.
//!
//! A link is made for the first region administrator (printed at the first start), for an invitation, after a reset,
//! and by people who renew their own factors. Only its hash is stored.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Fault, Id, Micros, Refusal, Role, Roles};
use renkei_store::{AccountRow, AccountState, Changes, EnrolmentRow, Failure};

use crate::account::{has_way_in, new_row, taken};
use crate::input::Faults;
use crate::person::{checked, normal_login};
use crate::session::note;
use crate::{Access, LinkToken, NewPerson, NewSession, password, recovery, totp};

/// Named in the app of the first administrator, whose login is not chosen yet.
const FIRST: &str = "administrator";

/// What the page behind a link shows.
#[derive(Clone)]
pub struct LinkView {
    /// `None` for the first administrator, who chooses login and name.
    pub login: Option<String>,
    pub name: String,
    /// For the QR code.
    pub uri: String,
    /// For typing into the app.
    pub secret: String,
    pub expires: Micros,
}

impl std::fmt::Debug for LinkView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkView(..)")
    }
}

/// What the person typed there.
#[derive(Clone, Default)]
pub struct Enrol {
    /// Login, name and kana only for the first administrator.
    pub login: String,
    pub name: String,
    pub kana: String,
    pub password: String,
    pub again: String,
    /// Six digits of the app.
    pub code: String,
    /// The browser's name.
    pub agent: String,
}

impl std::fmt::Debug for Enrol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Enrol(..)")
    }
}

/// Signed in. The recovery codes are shown once.
#[derive(Debug)]
pub struct Enrolled {
    pub session: NewSession,
    pub recovery_codes: Vec<String>,
}

impl Access {
    /// Whether some region administrator can sign in with both factors.
    pub async fn administrator_enrolled(&self) -> Result<bool, Failure> {
        let rows = self.store.accounts_with_role(Role::RegionAdmin).await?;
        Ok(rows
            .iter()
            .any(|row| row.state == AccountState::Active && has_way_in(row)))
    }

    /// The link for the first region administrator, `None` when there is one. An earlier link ends.
    pub async fn first_link(&self, ctx: &Ctx) -> Result<Option<LinkToken>, Failure> {
        if self.administrator_enrolled().await? {
            return Ok(None);
        }
        let mut changes = Changes::default();
        let (link, _) = self.new_link(ctx, None, self.config.first_link, &mut changes);
        changes.note(renkei_store::Note::new("account.first-link"));
        self.commit(ctx, changes).await?;
        Ok(Some(link))
    }

    pub(crate) fn new_link(
        &self,
        ctx: &Ctx,
        account: Option<&Id>,
        life: Span,
        changes: &mut Changes,
    ) -> (LinkToken, Micros) {
        let link = LinkToken::new(ctx.ids.secret());
        let row = EnrolmentRow {
            hash: link.hash(),
            account: account.cloned(),
            totp: totp::new_secret(ctx.ids.secret()),
            created: ctx.at,
            expires: ctx.at + life,
            used: None,
        };
        changes.create_enrolment(&row);
        (link, row.expires)
    }

    /// What stands behind a link. The same refusal for unknown, used and run-out ones.
    pub async fn open_link(&self, ctx: &Ctx, link: &LinkToken) -> Result<LinkView, Failure> {
        let (row, account) = self.living_link(ctx, link).await?;
        let login = account.as_ref().map(|account| account.login.clone());
        Ok(LinkView {
            uri: totp::uri(
                &row.totp,
                &self.config.issuer,
                login.as_deref().unwrap_or(FIRST),
            ),
            login,
            name: account.map(|account| account.name).unwrap_or_default(),
            secret: totp::base32(&row.totp),
            expires: row.expires,
        })
    }

    async fn living_link(
        &self,
        ctx: &Ctx,
        link: &LinkToken,
    ) -> Result<(EnrolmentRow, Option<AccountRow>), Failure> {
        let row = self.store.enrolment(&link.hash()).await?;
        let row = row
            .filter(|row| row.used.is_none() && row.expires > ctx.at)
            .ok_or_else(void)?;
        let account = match &row.account {
            Some(id) => {
                let account = self.store.account(id).await?;
                Some(
                    account
                        .filter(|a| a.state != AccountState::Suspended)
                        .ok_or_else(void)?,
                )
            }
            None if self.administrator_enrolled().await? => return Err(void().into()),
            None => None,
        };
        Ok((row, account))
    }

    /// Sets password and second factor by a link, ends all other sessions, and signs in.
    pub async fn enrol(
        &self,
        ctx: &Ctx,
        link: &LinkToken,
        typed: &Enrol,
    ) -> Result<Enrolled, Failure> {
        let (row, account) = self.living_link(ctx, link).await?;
        let first = account
            .is_none()
            .then(|| checked(&first_person(ctx, typed)));
        let login = match &account {
            Some(account) => account.login.clone(),
            None => normal_login(&typed.login),
        };
        let (person, step) = check(ctx, &row, typed, &login, first)?;
        let hash = self.hasher.hash(&typed.password, ctx.ids.secret()).await?;
        let mut changes = Changes::default();
        changes.use_enrolment(&row.hash, ctx.at);
        let mut after = match (account, person) {
            (Some(account), _) => account,
            (None, Some(person)) => self.first_account(ctx, &person, &mut changes).await?,
            (None, None) => return Err(void().into()),
        };
        after.state = AccountState::Active;
        after.password = Some(hash);
        after.totp = Some(row.totp);
        after.totp_step = step;
        changes.update_account(&after);
        let enrolled = self.finish(ctx, &after, &typed.agent, &mut changes);
        match self.commit(ctx, changes).await {
            Err(Failure::Refused(Refusal::Conflict)) => Err(void().into()),
            other => other.map(|()| enrolled),
        }
    }

    async fn first_account(
        &self,
        ctx: &Ctx,
        person: &NewPerson,
        changes: &mut Changes,
    ) -> Result<AccountRow, Failure> {
        if self.store.account_by_login(&person.login).await?.is_some() {
            return Err(taken().into());
        }
        let mut row = new_row(ctx, person, AccountState::Invited, changes);
        // The row is made and changed in the same commit.
        row.version = 1;
        Ok(row)
    }

    fn finish(
        &self,
        ctx: &Ctx,
        account: &AccountRow,
        agent: &str,
        changes: &mut Changes,
    ) -> Enrolled {
        let recovery_codes = new_recovery(ctx, &account.id, changes);
        changes.end_sessions(&account.id, None);
        changes.mark_signed_in(&account.id, ctx.at);
        let session = self.begin_session(ctx, &account.id, agent, changes);
        changes.note(note("account.enrol", &account.id));
        Enrolled {
            session,
            recovery_codes,
        }
    }
}

/// New recovery codes in place of the old ones.
pub(crate) fn new_recovery(ctx: &Ctx, account: &Id, changes: &mut Changes) -> Vec<String> {
    let codes = recovery::new_codes(ctx.ids.as_ref());
    let hashes: Vec<String> = codes
        .iter()
        .filter_map(|code| recovery::hash(account, code))
        .collect();
    changes.set_recovery_codes(account, &hashes);
    codes
}

fn first_person(ctx: &Ctx, typed: &Enrol) -> NewPerson {
    NewPerson {
        login: typed.login.clone(),
        name: typed.name.clone(),
        kana: typed.kana.clone(),
        institution: None,
        roles: Roles::new([Role::RegionAdmin]),
        lang: ctx.lang,
    }
}

/// The first person's clean fields and the confirmed step, or everything that is wrong at once.
fn check(
    ctx: &Ctx,
    row: &EnrolmentRow,
    typed: &Enrol,
    login: &str,
    first: Option<Result<NewPerson, Refusal>>,
) -> Result<(Option<NewPerson>, i64), Refusal> {
    let mut faults = Faults::default();
    let person = match first {
        Some(Ok(person)) => Some(person),
        Some(Err(Refusal::Invalid(found))) => {
            faults.0.extend(found);
            None
        }
        Some(Err(other)) => return Err(other),
        None => None,
    };
    faults
        .0
        .extend(password_faults(&typed.password, &typed.again, login));
    let step = totp::step_of(&row.totp, &typed.code, ctx.at);
    if step.is_none() {
        faults.add("code", "fault-code");
    }
    faults.into_refusal()?;
    Ok((person, step.unwrap_or_default()))
}

/// What is wrong with a new password typed twice.
pub(crate) fn password_faults(new: &str, again: &str, login: &str) -> Vec<Fault> {
    let mut faults: Vec<Fault> = password::fault("password", new, login)
        .into_iter()
        .collect();
    if new != again {
        faults.push(Fault::new("again", "fault-password-again"));
    }
    faults
}

fn void() -> Refusal {
    Refusal::not_now("refuse-link")
}
