//! People as pages show them, and the pure rules about who manages whom.

use renkei_base::clock::Span;
use renkei_base::{Ctx, Id, Lang, Micros, Purpose, Reach, Refusal, Role, Roles};
use renkei_store::{AccountRow, AccountState};
use unicode_normalization::UnicodeNormalization;

use crate::input::Faults;
use crate::policy::{Action, Facts, REGIONAL, permit};

/// Characters of a login.
const LOGIN: std::ops::RangeInclusive<usize> = 3..=64;

/// Somebody to be invited, as typed.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub login: String,
    pub name: String,
    pub kana: String,
    pub institution: Option<Id>,
    pub roles: Roles,
    pub lang: Lang,
}

/// An account without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: Id,
    pub login: String,
    pub name: String,
    pub kana: String,
    pub institution: Option<Id>,
    pub roles: Roles,
    pub practitioner: Option<Id>,
    pub state: AccountState,
    pub lang: Lang,
    pub created: Micros,
    pub reviewed: Micros,
    pub signed_in: Option<Micros>,
}

impl Person {
    /// Whether somebody should look again whether this person still belongs here (再確認).
    pub fn review_is_due(&self, now: Micros, after: Span) -> bool {
        self.state != AccountState::Suspended && now - self.reviewed >= after
    }
}

impl From<AccountRow> for Person {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.id,
            login: row.login,
            name: row.name,
            kana: row.kana,
            institution: row.institution,
            roles: row.roles,
            practitioner: row.practitioner,
            state: row.state,
            lang: row.lang,
            created: row.created,
            reviewed: row.reviewed,
            signed_in: row.signed_in,
        }
    }
}

/// A login as it is stored and compared: half-width, small letters.
pub fn normal_login(typed: &str) -> String {
    let text: String = typed.trim().nfkc().take(*LOGIN.end() + 1).collect();
    text.to_lowercase()
}

/// The person with clean fields, or all that is wrong with them.
pub(crate) fn checked(typed: &NewPerson) -> Result<NewPerson, Refusal> {
    let mut faults = Faults::default();
    let login = normal_login(&typed.login);
    login_form(&login, &mut faults);
    let name = faults.line("name", &typed.name, "fault-account-name-missing");
    let kana = faults.kana("kana", &typed.kana);
    if let Err(key) = roles_fit(&typed.roles) {
        faults.add("roles", key);
    } else if typed.institution.is_none() && !typed.roles.any(REGIONAL) {
        faults.add("institution", "fault-account-institution-missing");
    }
    faults.into_refusal()?;
    Ok(NewPerson {
        login,
        name,
        kana,
        ..typed.clone()
    })
}

fn login_form(login: &str, faults: &mut Faults) {
    let fits = LOGIN.contains(&login.chars().count())
        && login
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'@'));
    if login.is_empty() {
        faults.add("login", "fault-account-login-missing");
    } else if !fits {
        faults.add("login", "fault-account-login");
    }
}

/// Roles of the region and roles of an institution do not mix, and an auditor is nothing else.
pub(crate) fn roles_fit(roles: &Roles) -> Result<(), &'static str> {
    let regional = roles.any(REGIONAL);
    let local = roles.iter().any(|role| !REGIONAL.contains(&role));
    if roles.is_empty() {
        Err("fault-account-roles-missing")
    } else if regional && local || roles.has(Role::Auditor) && roles.iter().count() > 1 {
        Err("fault-account-roles-mixed")
    } else {
        Ok(())
    }
}

/// Who manages people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Manager {
    /// The command line.
    Program,
    /// A region administrator: institution administrators everywhere, and the roles of the region.
    Region,
    /// An institution administrator: that institution's own people.
    Institution(Id),
}

impl Manager {
    /// What the caller is; for everybody else there are no people to manage.
    pub(crate) fn of(ctx: &Ctx) -> Result<Self, Refusal> {
        let caller = &ctx.caller;
        if caller.account.is_none() {
            let program = ctx.purpose == Purpose::System && ctx.reach == Reach::Everything;
            return if program {
                Ok(Self::Program)
            } else {
                Err(Refusal::NotFound)
            };
        }
        if permit(caller, Action::AdministratorsManage, &Facts::NONE).is_ok() {
            return Ok(Self::Region);
        }
        let institution = caller.institution.as_ref().ok_or(Refusal::NotFound)?;
        let facts = Facts::own(caller, institution);
        permit(caller, Action::PeopleManage, &facts)?;
        Ok(Self::Institution(institution.clone()))
    }

    pub(crate) fn may_give(&self, role: Role) -> bool {
        let regional = REGIONAL.contains(&role);
        match self {
            Self::Program => true,
            Self::Region => regional || role == Role::InstitutionAdmin,
            Self::Institution(_) => !regional,
        }
    }

    pub(crate) fn sees(&self, institution: Option<&Id>) -> bool {
        match self {
            Self::Program | Self::Region => true,
            Self::Institution(own) => institution == Some(own),
        }
    }

    /// Suspending and resetting: never somebody whose roles the manager could not have given.
    pub(crate) fn manages(&self, row: &AccountRow) -> bool {
        match self {
            Self::Program => true,
            Self::Region => row.roles.iter().any(|role| self.may_give(role)),
            Self::Institution(_) => row.roles.iter().all(|role| self.may_give(role)),
        }
    }
}

/// The roles that are in one set and not in the other.
pub(crate) fn changed_roles(before: &Roles, after: &Roles) -> Vec<Role> {
    Role::ALL
        .into_iter()
        .filter(|role| before.has(*role) != after.has(*role))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_one_whatever_the_keyboard() {
        assert_eq!(normal_login("  Ｉｗａｔａ.Ｋ "), "iwata.k");
        assert_eq!(normal_login(&"a".repeat(500)).len(), 65);
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let typed = NewPerson {
            login: "岩田".to_owned(),
            name: " \u{3000} ".to_owned(),
            kana: "Iwata".to_owned(),
            institution: None,
            roles: Roles::new([Role::Doctor]),
            lang: Lang::Ja,
        };
        let Err(Refusal::Invalid(faults)) = checked(&typed) else {
            panic!("accepted")
        };
        let said: Vec<String> = faults
            .iter()
            .map(|f| format!("{} {}", f.field, f.key))
            .collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        login fault-account-login
        name fault-account-name-missing
        kana fault-account-kana
        institution fault-account-institution-missing
        ");
    }

    #[test]
    fn kana_and_blanks_are_made_one() {
        let typed = NewPerson {
            login: "iwata".to_owned(),
            name: "岩田　 健".to_owned(),
            kana: "いわた　ｹﾝ".to_owned(),
            institution: "o1".parse().ok(),
            roles: Roles::new([Role::Doctor]),
            lang: Lang::Ja,
        };
        let person = checked(&typed).unwrap();
        assert_eq!(
            (person.name.as_str(), person.kana.as_str()),
            ("岩田 健", "イワタ ケン")
        );
    }

    #[test]
    fn roles_that_do_not_mix() {
        let fit = |roles: &[Role]| roles_fit(&Roles::new(roles.iter().copied())).is_ok();
        assert!(fit(&[Role::Doctor, Role::InstitutionAdmin]));
        assert!(fit(&[Role::RegionDesk, Role::RegionAdmin]));
        assert!(!fit(&[]));
        assert!(!fit(&[Role::Doctor, Role::RegionAdmin]));
        assert!(!fit(&[Role::InstitutionAdmin, Role::RegionDesk]));
        assert!(!fit(&[Role::Auditor, Role::RegionAdmin]));
    }
}
