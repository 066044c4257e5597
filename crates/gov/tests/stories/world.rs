//! Tokyo with an office for each municipality, a prefecture that asks, a health centre, and people for each role.

use std::collections::BTreeMap;
use std::sync::Arc;

use renkei_base::{Caller, Clock, Ctx, Id, Ids, Lang, Purpose, Reach, Role, Roles};
use renkei_directory::area::tokyo::{self, Tokyo};
use renkei_directory::institution::{NewInstitution, register};
use renkei_directory::municipality::MunicipalityKind;
use renkei_directory::{Areas, Finder};
use renkei_gov::questionnaire::home_care;
use renkei_gov::respondent::{Universe, expect};
use renkei_gov::survey::{Typed, course, draft};
use renkei_store::questionnaire::QuestionnaireRow;
use renkei_store::{AccountRow, AccountState, Changes, RespondentRow, Store, SurveyRow};
use renkei_testkit::{Backend, CountingIds, TestClock};

/// 目黒区
pub(crate) const MEGURO: &str = "131105";
/// 八王子市
pub(crate) const HACHIOJI: &str = "132012";
pub(crate) const SURVEY: &str = "home-care-2026";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: TestClock,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) areas: Areas,
    pub(crate) finder: Finder,
    pub(crate) prefecture: Id,
    /// Of 目黒区.
    pub(crate) centre: Id,
    /// By the six digits of the municipality.
    pub(crate) offices: BTreeMap<String, Id>,
    _backend: Backend,
}

impl World {
    pub(crate) async fn new(backend: Backend) -> Self {
        let clock = TestClock::default();
        let opened = Store::open(&backend.config(), clock.shared()).await;
        let store = opened.unwrap();
        let ids = CountingIds::shared(23);
        let ctx = Ctx::program(clock.now(), Arc::clone(&ids));
        tokyo::load(&store, &ctx).await.unwrap();
        let institution = async |kind: &str, name: &str, municipality: &str| {
            let new = NewInstitution {
                kind: kind.to_owned(),
                name: name.to_owned(),
                municipality: municipality.to_owned(),
                address: "見本町1".to_owned(),
                ..NewInstitution::default()
            };
            register(&store, &ctx, &new).await.unwrap()
        };
        let prefecture = institution("prefecture", "見本都庁", "131041").await;
        let centre = institution("health-centre", "見本目黒保健所", MEGURO).await;
        let mut offices = BTreeMap::new();
        for row in Tokyo::rows(ctx.at).municipalities {
            let kind = if row.kind == "ward" {
                "ward-office"
            } else {
                "municipal-office"
            };
            let id = institution(kind, &format!("{}の役所", row.name), &row.code).await;
            offices.insert(row.code, id);
        }
        let areas = Areas::load(&store).await.unwrap();
        let finder = Finder::load(&store).await.unwrap();
        Self {
            store,
            clock,
            ids,
            areas,
            finder,
            prefecture,
            centre,
            offices,
            _backend: backend,
        }
    }

    /// With a draft of the home-care survey that closes on the 20th of the next month, and 53 of 62 counted.
    pub(crate) async fn drafted(backend: Backend) -> Self {
        let world = Self::new(backend).await;
        let questionnaire = world.questionnaire().await;
        let ctx = world.officer(&world.prefecture);
        let typed = world.typed();
        let made = draft::create(&world.store, &ctx, &questionnaire, 1, &typed).await;
        assert_eq!(made.unwrap(), SURVEY);
        let found = world.expect(&universe()).await;
        assert_eq!(found.expected.len(), 62);
        world
    }

    /// The same, open.
    pub(crate) async fn open(backend: Backend) -> Self {
        let world = Self::drafted(backend).await;
        let ctx = world.officer(&world.prefecture);
        let revision = world.survey().await.revision;
        course::open(&world.store, &ctx, SURVEY, revision)
            .await
            .unwrap();
        world
    }

    pub(crate) async fn questionnaire(&self) -> Id {
        let ctx = self.program();
        let id = ctx.ids.id();
        let mut changes = Changes::default();
        let of = home_care();
        changes.put_questionnaire(
            &QuestionnaireRow {
                id: id.clone(),
                version: 1,
                owner: self.prefecture.clone(),
                state: "final".to_owned(),
                title: of.title.ja.clone(),
                english: String::new(),
                body: serde_json::to_string(&of).unwrap(),
                copied_from: String::new(),
                note: String::new(),
                created_by: None,
                created_at: ctx.at,
                updated_by: None,
                updated_at: ctx.at,
                revision: 1,
            },
            None,
        );
        self.store.commit(&ctx, changes).await.unwrap();
        id
    }

    pub(crate) fn typed(&self) -> Typed {
        let last = self.clock.now().in_japan().date();
        let last = last.checked_add(jiff::Span::new().days(28)).unwrap();
        Typed {
            code: SURVEY.to_owned(),
            title: "在宅医療の取組".to_owned(),
            closes: last.to_string(),
            checked: true,
            peers: "submitted".to_owned(),
            base: "all".to_owned(),
            reminders: draft::USUAL_REMINDERS.to_owned(),
            ..Typed::default()
        }
    }

    pub(crate) async fn expect(&self, rule: &Universe) -> renkei_gov::respondent::universe::Found {
        let ctx = self.officer(&self.prefecture);
        let done = expect::expect(&self.store, &self.areas, &self.finder, &ctx, SURVEY, rule);
        done.await.unwrap()
    }

    pub(crate) fn program(&self) -> Ctx {
        Ctx::program(self.clock.now(), Arc::clone(&self.ids))
    }

    pub(crate) fn officer(&self, institution: &Id) -> Ctx {
        self.person(institution, Role::Officer)
    }

    pub(crate) fn person(&self, institution: &Id, role: Role) -> Ctx {
        Ctx {
            purpose: Purpose::Operations,
            reach: Reach::NoPatients,
            caller: Caller {
                account: Some(self.ids.id()),
                name: "試験".to_owned(),
                institution: Some(institution.clone()),
                roles: Roles::new([role]),
                machine: None,
            },
            ..self.program()
        }
    }

    /// An account, for what asks who can sign in.
    pub(crate) async fn account(&self, institution: &Id, role: Role, state: AccountState) {
        let ctx = self.program();
        let id = ctx.ids.id();
        let mut changes = Changes::default();
        changes.create_account(&AccountRow {
            login: id.to_string(),
            id,
            version: 0,
            name: "試験".to_owned(),
            kana: String::new(),
            institution: Some(institution.clone()),
            roles: Roles::new([role]),
            practitioner: None,
            state,
            lang: Lang::Ja,
            password: None,
            totp: None,
            totp_step: 0,
            created: ctx.at,
            reviewed: ctx.at,
            signed_in: None,
        });
        self.store.commit(&ctx, changes).await.unwrap();
    }

    pub(crate) async fn survey(&self) -> SurveyRow {
        self.store.survey(SURVEY).await.unwrap().unwrap()
    }

    pub(crate) fn office(&self, municipality: &str) -> Id {
        self.offices.get(municipality).unwrap().clone()
    }

    pub(crate) async fn sheet(&self, municipality: &str) -> RespondentRow {
        let office = self.office(municipality);
        let found = self.store.respondent(SURVEY, &office).await;
        found.unwrap().unwrap()
    }

    /// Puts a sheet into a state, as if its respondent had written and submitted.
    pub(crate) async fn put(&self, municipality: &str, state: &str) {
        let row = self.sheet(municipality).await;
        let mut changes = Changes::default();
        let was = row.revision;
        let state = state.to_owned();
        changes.put_respondent(&RespondentRow { state, ..row }, Some(was));
        self.store.commit(&self.program(), changes).await.unwrap();
    }
}

/// Municipalities of all kinds in Tokyo; 島しょ is not counted.
pub(crate) fn universe() -> Universe {
    Universe {
        municipalities: MunicipalityKind::ALL.to_vec(),
        prefecture: "13".to_owned(),
        uncounted_areas: vec!["1313".to_owned()],
        uncounted_why: "島しょ部は別途".to_owned(),
        ..Universe::default()
    }
}
