//! A small region: a region administrator, two hospitals, and a clock that the test moves.

use std::sync::Arc;

use renkei_access::context::Arrival;
use renkei_access::enrolment::{Enrol, LinkView};
use renkei_access::session::Use;
use renkei_access::{
    Access, AccessConfig, Entry, LinkToken, NewPerson, NewSession, SessionToken, SignedIn, ctx_for,
    totp, visitor_ctx,
};
use renkei_base::clock::Span;
use renkei_base::{Clock, Ctx, Id, Ids, Lang, Refusal, Role, Roles, Scope};
use renkei_fhir::Resource;
use renkei_store::{Changes, Failure, Place, Store};
use renkei_testkit::{Backend, CountingIds, TestClock};

pub(crate) const PASSWORD: &str = "kaeru-tobikomu-mizu";

/// Somebody with a way in.
pub(crate) struct Someone {
    pub(crate) account: Id,
    pub(crate) login: String,
    pub(crate) password: String,
    /// The secret of the app, hex.
    pub(crate) app: String,
    pub(crate) recovery_codes: Vec<String>,
    pub(crate) session: NewSession,
}

pub(crate) struct World {
    pub(crate) access: Access,
    pub(crate) store: Store,
    pub(crate) clock: TestClock,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) admin: Option<Someone>,
    // Goes last: the data of the test.
    _backend: Backend,
}

impl World {
    /// Nobody there yet.
    pub(crate) async fn empty(backend: Backend) -> Self {
        Self::with(backend, AccessConfig::cheap()).await
    }

    pub(crate) async fn with(backend: Backend, config: AccessConfig) -> Self {
        let clock = TestClock::default();
        let ids = CountingIds::shared(1);
        let store = Store::open(&backend.config(), clock.shared())
            .await
            .unwrap();
        Self {
            access: Access::new(store.clone(), config, Arc::clone(&ids)),
            store,
            clock,
            ids,
            admin: None,
            _backend: backend,
        }
    }

    /// With an enrolled region administrator.
    pub(crate) async fn new(backend: Backend) -> Self {
        Self::empty(backend).await.administered().await
    }

    pub(crate) async fn administered(mut self) -> Self {
        let link = self
            .access
            .first_link(&self.program())
            .await
            .unwrap()
            .unwrap();
        self.admin = Some(self.enrol(&link, "region").await.unwrap());
        self
    }

    /// The same data seen by another process.
    pub(crate) fn other_process(&self) -> Access {
        Access::new(
            self.store.clone(),
            AccessConfig::cheap(),
            Arc::clone(&self.ids),
        )
    }

    pub(crate) fn arrival(&self) -> Arrival {
        Arrival {
            at: self.clock.now(),
            request: self.ids.id(),
            lang: Lang::Ja,
            address: "192.0.2.1".parse().ok(),
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn program(&self) -> Ctx {
        Ctx::program(self.clock.now(), Arc::clone(&self.ids))
    }

    pub(crate) fn visitor(&self) -> Ctx {
        visitor_ctx(self.arrival())
    }

    pub(crate) fn visitor_at(&self, address: &str) -> Ctx {
        visitor_ctx(Arrival {
            address: address.parse().ok(),
            ..self.arrival()
        })
    }

    pub(crate) async fn who(&self, token: &SessionToken) -> Option<Arc<SignedIn>> {
        self.access
            .authenticate(token, self.clock.now(), Use::Person)
            .await
            .unwrap()
    }

    /// The context of the next request of this session.
    pub(crate) async fn ctx(&self, someone: &Someone) -> Ctx {
        let signed_in = self.who(&someone.session.token).await.expect("signed in");
        ctx_for(&signed_in, self.arrival())
    }

    pub(crate) async fn admin_ctx(&self) -> Ctx {
        self.ctx(self.admin.as_ref().unwrap()).await
    }

    pub(crate) async fn hospital(&self, name: &str) -> Id {
        let id = self.ids.id();
        let mut resource = Resource::new("Organization", &id);
        resource.set("name", name.into());
        let place = Place {
            patient: None,
            scope: Scope::Identity,
            owner: Some(id.clone()),
        };
        let mut changes = Changes::default();
        changes.create(resource, place);
        self.store.commit(&self.program(), changes).await.unwrap();
        id
    }

    /// The code that the app shows now.
    pub(crate) fn code(&self, app: &str) -> String {
        totp::code_at(app, self.clock.now()).unwrap()
    }

    pub(crate) fn next_code(&self) {
        self.clock.advance(Span::seconds(30));
    }

    /// Follows a link; `login` counts for the first administrator only.
    pub(crate) async fn enrol(&self, link: &LinkToken, login: &str) -> Result<Someone, Failure> {
        let view = self.access.open_link(&self.visitor(), link).await?;
        let app = secret_of(&view);
        let typed = Enrol {
            login: login.to_owned(),
            name: "地域 管理".to_owned(),
            kana: "ちいき かんり".to_owned(),
            password: PASSWORD.to_owned(),
            again: PASSWORD.to_owned(),
            code: self.code(&app),
            agent: "test".to_owned(),
        };
        let done = self.access.enrol(&self.visitor(), link, &typed).await?;
        Ok(Someone {
            account: done.session.account.clone(),
            login: view.login.unwrap_or_else(|| login.to_owned()),
            password: PASSWORD.to_owned(),
            app,
            recovery_codes: done.recovery_codes,
            session: done.session,
        })
    }

    /// Invited by this administrator and enrolled.
    pub(crate) async fn join(
        &self,
        by: &Ctx,
        login: &str,
        institution: Option<&Id>,
        roles: &[Role],
    ) -> Someone {
        let person = person(login, institution, roles);
        let invitation = self.access.invite(by, &person).await.unwrap();
        self.enrol(&invitation.link, login).await.unwrap()
    }

    /// A hospital with an administrator.
    pub(crate) async fn staffed(&self, name: &str) -> (Id, Someone) {
        let hospital = self.hospital(name).await;
        let by = self.admin_ctx().await;
        let login = format!(
            "admin.{}",
            hospital.as_str().split('-').next_back().unwrap()
        );
        let admin = self
            .join(&by, &login, Some(&hospital), &[Role::InstitutionAdmin])
            .await;
        (hospital, admin)
    }

    pub(crate) fn entry(&self, someone: &Someone) -> Entry {
        Entry {
            login: someone.login.clone(),
            password: someone.password.clone(),
            code: self.code(&someone.app),
            agent: "Mozilla/5.0".to_owned(),
        }
    }

    /// Signs in with the next code.
    pub(crate) async fn sign_in(&self, someone: &Someone) -> Result<NewSession, Failure> {
        self.next_code();
        self.access
            .sign_in(&self.visitor(), &self.entry(someone))
            .await
    }
}

/// The secret of the app that a link sets up, hex.
fn secret_of(view: &LinkView) -> String {
    let secret = totp_rs::Secret::try_from_base32(&view.secret).unwrap();
    hex::encode(secret.as_bytes())
}

pub(crate) fn person(login: &str, institution: Option<&Id>, roles: &[Role]) -> NewPerson {
    NewPerson {
        login: login.to_owned(),
        name: "岩田 健".to_owned(),
        kana: "いわた けん".to_owned(),
        institution: institution.cloned(),
        roles: Roles::new(roles.iter().copied()),
        lang: Lang::Ja,
    }
}

/// The keys of a refusal, for asserting.
pub(crate) fn keys<T>(result: Result<T, Failure>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(Failure::Refused(Refusal::Invalid(faults))) => {
            let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
            keys.join(" ")
        }
        Err(Failure::Refused(Refusal::NotNow(key) | Refusal::Forbidden(key))) => key,
        Err(Failure::Refused(other)) => other.to_string(),
        Err(Failure::Store(error)) => format!("store: {error}"),
    }
}
