//! Accounts of people, and their recovery codes.

use std::fmt;

use renkei_base::{Id, Lang, Micros, Role, Roles};

use crate::db::{Row, Step, Value};
use crate::{Changes, Store, StoreError};

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountState {
    /// Has a link, and no way in yet.
    Invited,
    Active,
    Suspended,
}

impl AccountState {
    pub const fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Invited, Self::Active, Self::Suspended]
            .into_iter()
            .find(|state| state.code() == code)
    }
}

/// One account, with its secrets: only `access` handles it.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountRow {
    pub id: Id,
    /// 0 for a new one, else the version that was read.
    pub version: i64,
    /// Normalised, unique in the site.
    pub login: String,
    pub name: String,
    pub kana: String,
    pub institution: Option<Id>,
    pub roles: Roles,
    pub practitioner: Option<Id>,
    pub state: AccountState,
    pub lang: Lang,
    /// An argon2id hash in PHC form.
    pub password: Option<String>,
    /// The TOTP secret as hex.
    pub totp: Option<String>,
    /// The newest TOTP step that was used; it and older ones are spent.
    pub totp_step: i64,
    pub created: Micros,
    /// When an administrator last confirmed that this person still belongs here.
    pub reviewed: Micros,
    pub signed_in: Option<Micros>,
}

impl fmt::Debug for AccountRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountRow")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("roles", &self.roles)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

const INSERT: &str = "insert into account (id, version, login, name, kana, institution, roles, practitioner, state, lang, \
     password, totp, totp_step, created, reviewed, signed_in) \
     values ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict (login) do nothing";
const UPDATE: &str = "update account set version = version + 1, name = $3, kana = $4, institution = $5, roles = $6, \
     practitioner = $7, state = $8, lang = $9, password = $10, totp = $11, totp_step = $12, reviewed = $13 \
     where id = $1 and version = $2";
const USE_STEP: &str = "update account set version = version + 1, totp_step = $2, signed_in = $3 where id = $1 and totp_step < $2 and state = 'active'";
const SIGNED_IN: &str = "update account set signed_in = $2 where id = $1 and state = 'active'";
const REHASH: &str = "update account set password = $3 where id = $1 and password = $2";
const GUARD_MAKE: &str = "insert into account_guard (institution, version) values ($1, 0) on conflict (institution) do nothing";
const GUARD_BUMP: &str =
    "update account_guard set version = version + 1 where institution = $1 and version = $2";
const GUARD: &str = "select version from account_guard where institution = $1";
const BY_ID: &str = "select id, version, login, name, kana, institution, roles, practitioner, state, lang, password, totp, \
     totp_step, created, reviewed, signed_in from account where id = $1";
const BY_LOGIN: &str = "select id, version, login, name, kana, institution, roles, practitioner, state, lang, password, totp, \
     totp_step, created, reviewed, signed_in from account where login = $1";
const OF_INSTITUTION: &str = "select id, version, login, name, kana, institution, roles, practitioner, state, lang, password, \
     totp, totp_step, created, reviewed, signed_in from account where institution = $1 order by kana, id";
const WITH_ROLE: &str = "select id, version, login, name, kana, institution, roles, practitioner, state, lang, password, totp, \
     totp_step, created, reviewed, signed_in from account where ' ' || roles || ' ' like $1 order by kana, id";
const FIRST: &str = "select id, version, login, name, kana, institution, roles, practitioner, state, lang, password, totp, \
     totp_step, created, reviewed, signed_in from account order by created, id limit $1";

const CODE_INSERT: &str = "insert into recovery_code (account, hash) values ($1, $2)";
const CODES_DROP: &str = "delete from recovery_code where account = $1";
const CODE_USE: &str =
    "update recovery_code set used = $3 where account = $1 and hash = $2 and used is null";
const CODE_FRESH: &str =
    "select hash from recovery_code where account = $1 and hash = $2 and used is null";
const CODES_LEFT: &str = "select count(*) from recovery_code where account = $1 and used is null";

impl Changes {
    /// A new account. A conflict when the login is taken.
    pub fn create_account(&mut self, row: &AccountRow) {
        let params: Vec<Value> = vec![
            (&row.id).into(),
            row.login.as_str().into(),
            row.name.as_str().into(),
            row.kana.as_str().into(),
            row.institution.as_ref().into(),
            roles_text(&row.roles).into(),
            row.practitioner.as_ref().into(),
            row.state.code().into(),
            row.lang.code().into(),
            row.password.as_deref().into(),
            row.totp.as_deref().into(),
            row.totp_step.into(),
            row.created.into(),
            row.reviewed.into(),
            row.signed_in.into(),
        ];
        self.steps.push(Step::one(INSERT, params, "account"));
    }

    /// A changed account; stands on the version that was read. Login and dates of creation and sign-in stay.
    pub fn update_account(&mut self, row: &AccountRow) {
        let params: Vec<Value> = vec![
            (&row.id).into(),
            row.version.into(),
            row.name.as_str().into(),
            row.kana.as_str().into(),
            row.institution.as_ref().into(),
            roles_text(&row.roles).into(),
            row.practitioner.as_ref().into(),
            row.state.code().into(),
            row.lang.code().into(),
            row.password.as_deref().into(),
            row.totp.as_deref().into(),
            row.totp_step.into(),
            row.reviewed.into(),
        ];
        self.steps.push(Step::one(UPDATE, params, "account"));
    }

    /// Spends a TOTP step by signing in. A conflict when it, or a newer one, is spent already.
    pub fn use_totp_step(&mut self, account: &Id, step: i64, at: Micros) {
        let params: Vec<Value> = vec![account.into(), step.into(), at.into()];
        self.steps.push(Step::one(USE_STEP, params, "totp step"));
    }

    /// Notes a sign-in without a TOTP step.
    pub fn mark_signed_in(&mut self, account: &Id, at: Micros) {
        let params: Vec<Value> = vec![account.into(), at.into()];
        self.steps.push(Step::one(SIGNED_IN, params, "account"));
    }

    /// The same password under newer parameters.
    pub fn rehash_password(&mut self, account: &Id, old: &str, new: &str) {
        let params: Vec<Value> = vec![account.into(), old.into(), new.into()];
        self.steps.push(Step::any(REHASH, params));
    }

    /// Stands on [`Store::administrator_guard`]: a conflict when an administrator went in the meantime.
    pub fn guard_administrators(&mut self, institution: Option<&Id>, version: i64) {
        let key = guard_key(institution);
        self.steps.push(Step::any(GUARD_MAKE, vec![key.into()]));
        let params: Vec<Value> = vec![key.into(), version.into()];
        self.steps
            .push(Step::one(GUARD_BUMP, params, "administrators"));
    }

    /// Replaces all recovery codes of an account by these hashes.
    pub fn set_recovery_codes(&mut self, account: &Id, hashes: &[String]) {
        self.steps.push(Step::any(CODES_DROP, vec![account.into()]));
        for hash in hashes {
            let params: Vec<Value> = vec![account.into(), hash.as_str().into()];
            self.steps
                .push(Step::one(CODE_INSERT, params, "recovery code"));
        }
    }

    /// Spends a recovery code. A conflict when it is spent already.
    pub fn use_recovery_code(&mut self, account: &Id, hash: &str, at: Micros) {
        let params: Vec<Value> = vec![account.into(), hash.into(), at.into()];
        self.steps
            .push(Step::one(CODE_USE, params, "recovery code"));
    }
}

impl Store {
    pub async fn account(&self, id: &Id) -> Result<Option<AccountRow>, StoreError> {
        self.account_where(BY_ID, id.into()).await
    }

    /// By normalised login.
    pub async fn account_by_login(&self, login: &str) -> Result<Option<AccountRow>, StoreError> {
        self.account_where(BY_LOGIN, login.into()).await
    }

    /// The people of one institution, by kana.
    pub async fn accounts_of(&self, institution: &Id) -> Result<Vec<AccountRow>, StoreError> {
        self.accounts_where(OF_INSTITUTION, institution.into())
            .await
    }

    /// Everybody with this role, by kana.
    pub async fn accounts_with_role(&self, role: Role) -> Result<Vec<AccountRow>, StoreError> {
        let pattern = format!("% {} %", role.code());
        self.accounts_where(WITH_ROLE, pattern.into()).await
    }

    /// The first accounts that were made, in that order.
    pub async fn first_accounts(&self, limit: i64) -> Result<Vec<AccountRow>, StoreError> {
        self.accounts_where(FIRST, limit.into()).await
    }

    /// The version that a removal of an administrator stands on; `None` for those of the region.
    pub async fn administrator_guard(&self, institution: Option<&Id>) -> Result<i64, StoreError> {
        let rows = self
            .db()
            .query(GUARD, vec![guard_key(institution).into()])
            .await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    pub async fn recovery_code_is_fresh(
        &self,
        account: &Id,
        hash: &str,
    ) -> Result<bool, StoreError> {
        let rows = self
            .db()
            .query(CODE_FRESH, vec![account.into(), hash.into()])
            .await?;
        Ok(!rows.is_empty())
    }

    pub async fn recovery_codes_left(&self, account: &Id) -> Result<i64, StoreError> {
        let rows = self.db().query(CODES_LEFT, vec![account.into()]).await?;
        rows.first().map_or(Ok(0), |row| row.int(0))
    }

    async fn account_where(
        &self,
        sql: &'static str,
        value: Value,
    ) -> Result<Option<AccountRow>, StoreError> {
        let rows = self.db().query(sql, vec![value]).await?;
        rows.first().map(account_from).transpose()
    }

    async fn accounts_where(
        &self,
        sql: &'static str,
        value: Value,
    ) -> Result<Vec<AccountRow>, StoreError> {
        let rows = self.db().query(sql, vec![value]).await?;
        rows.iter().map(account_from).collect()
    }
}

/// Ids have no space, so this is none of theirs.
fn guard_key(institution: Option<&Id>) -> &str {
    institution.map_or("the region", Id::as_str)
}

pub(crate) fn roles_text(roles: &Roles) -> String {
    let codes: Vec<&str> = roles.iter().map(Role::code).collect();
    codes.join(" ")
}

pub(crate) fn roles_from(text: &str) -> Roles {
    Roles::new(text.split(' ').filter_map(Role::from_code))
}

pub(crate) fn lang_from(code: &str) -> Lang {
    if code == Lang::En.code() {
        Lang::En
    } else {
        Lang::Ja
    }
}

pub(crate) fn state_from(code: &str) -> Result<AccountState, StoreError> {
    AccountState::from_code(code)
        .ok_or_else(|| StoreError::Corrupt("state of an account".to_owned()))
}

pub(crate) fn id_opt(row: &Row, column: usize) -> Result<Option<Id>, StoreError> {
    match row.text_opt(column)? {
        None => Ok(None),
        Some(_) => row.id(column).map(Some),
    }
}

fn account_from(row: &Row) -> Result<AccountRow, StoreError> {
    Ok(AccountRow {
        id: row.id(0)?,
        version: row.int(1)?,
        login: row.text(2)?.to_owned(),
        name: row.text(3)?.to_owned(),
        kana: row.text(4)?.to_owned(),
        institution: id_opt(row, 5)?,
        roles: roles_from(row.text(6)?),
        practitioner: id_opt(row, 7)?,
        state: state_from(row.text(8)?)?,
        lang: lang_from(row.text(9)?),
        password: row.text_opt(10)?.map(str::to_owned),
        totp: row.text_opt(11)?.map(str::to_owned),
        totp_step: row.int(12)?,
        created: row.micros(13)?,
        reviewed: row.micros(14)?,
        signed_in: row.int_opt(15)?.map(Micros),
    })
}
