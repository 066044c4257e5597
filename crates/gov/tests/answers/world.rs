//! A survey of three questions, one respondent with officers and an approver, and who asked.

use std::sync::Arc;

use renkei_base::clock::Span;
use renkei_base::{Caller, Clock, Ctx, Id, Ids, Lang, Micros, Role, Roles};
use renkei_gov::answer::input::Typed;
use renkei_gov::questionnaire::{
    Choice, Class, Condition, Question, QuestionKind, Questionnaire, Section, Words,
};
use renkei_gov::sheet::save::Manner;
use renkei_gov::sheet::submit::{self, Step};
use renkei_gov::sheet::{self, Entry, Saved};
use renkei_store::questionnaire::QuestionnaireRow;
use renkei_store::{AccountRow, AccountState, Changes, Failure, RespondentRow, Store, SurveyRow};
use renkei_testkit::{Backend, CountingIds, TestClock};

pub(crate) const CODE: &str = "home-care-2026";

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: TestClock,
    ids: Arc<dyn Ids>,
    pub(crate) ward: Id,
    pub(crate) prefecture: Id,
    officer: Id,
    colleague: Id,
    approver: Id,
    _backend: Backend,
}

fn words(ja: &str) -> Words {
    Words {
        ja: ja.to_owned(),
        en: String::new(),
    }
}

fn question(id: &str, kind: QuestionKind, after: Option<&str>) -> Question {
    let when = after.map(|question| Condition {
        question: question.to_owned(),
        any: vec!["yes".to_owned()],
    });
    Question {
        id: id.to_owned(),
        label: id.to_owned(),
        text: words(id),
        definition: Words::default(),
        source: String::new(),
        kind,
        required: id == "a1",
        when: when.into_iter().collect(),
        explain: Some(Words::default()),
        counted: id.starts_with('a'),
    }
}

fn yes_no() -> QuestionKind {
    let choice = |code: &str, class| Choice {
        code: code.to_owned(),
        text: words(code),
        label: String::new(),
        class: Some(class),
        retired: false,
    };
    QuestionKind::One {
        choices: vec![choice("yes", Class::Yes), choice("no", Class::No)],
    }
}

/// `a1` yes or no; `a3` only where it is yes; `b1` a number of people; `c1` documents.
pub(crate) fn asked() -> Questionnaire {
    let number = QuestionKind::Number {
        unit: words("人"),
        least: Some("0".to_owned()),
        most: Some("1000".to_owned()),
        decimals: 0,
    };
    Questionnaire {
        sections: vec![Section {
            label: "ア".to_owned(),
            title: words("資源"),
            questions: vec![
                question("a1", yes_no(), None),
                question("a3", yes_no(), Some("a1")),
                question("b1", number, None),
                question("c1", QuestionKind::File { most: 3 }, None),
            ],
        }],
        ..Questionnaire::default()
    }
}

impl World {
    pub(crate) async fn new(backend: Backend) -> Self {
        let clock = TestClock::default();
        let store = Store::open(&backend.config(), clock.shared()).await;
        let ids = CountingIds::shared(9);
        let world = Self {
            store: store.unwrap(),
            ward: ids.id(),
            prefecture: ids.id(),
            officer: ids.id(),
            colleague: ids.id(),
            approver: ids.id(),
            ids,
            clock,
            _backend: backend,
        };
        world.seed().await;
        world
    }

    async fn seed(&self) {
        let at = self.clock.now();
        let mut changes = Changes::default();
        for (account, login, role) in [
            (&self.officer, "officer", Role::Officer),
            (&self.colleague, "colleague", Role::Officer),
            (&self.approver, "approver", Role::Approver),
        ] {
            changes.create_account(&account_row(account, login, role, &self.ward, at));
        }
        let questionnaire = self.ids.id();
        changes.put_questionnaire(
            &questionnaire_row(&questionnaire, &self.prefecture, at),
            None,
        );
        changes.put_survey(&survey_row(&questionnaire, &self.prefecture, at), None);
        changes.put_respondent(&respondent_row(&self.ward, at), None);
        self.store.commit(&self.program(), changes).await.unwrap();
    }

    pub(crate) fn ids(&self) -> Arc<dyn Ids> {
        Arc::clone(&self.ids)
    }

    pub(crate) fn program(&self) -> Ctx {
        Ctx::program(self.clock.now(), Arc::clone(&self.ids))
    }

    fn person(&self, account: &Id, role: Role, institution: &Id) -> Ctx {
        let mut ctx = self.program();
        ctx.purpose = renkei_base::Purpose::Operations;
        ctx.reach = renkei_base::Reach::NoPatients;
        ctx.caller = Caller {
            account: Some(account.clone()),
            name: "試験".to_owned(),
            institution: Some(institution.clone()),
            roles: Roles::new([role]),
            machine: None,
        };
        ctx
    }

    pub(crate) fn officer(&self) -> Ctx {
        self.person(&self.officer, Role::Officer, &self.ward)
    }

    pub(crate) fn colleague(&self) -> Ctx {
        self.person(&self.colleague, Role::Officer, &self.ward)
    }

    pub(crate) fn approver(&self) -> Ctx {
        self.person(&self.approver, Role::Approver, &self.ward)
    }

    pub(crate) fn owner(&self) -> Ctx {
        self.person(&self.ids.id(), Role::Officer, &self.prefecture)
    }

    pub(crate) fn stranger(&self) -> Ctx {
        self.person(&self.ids.id(), Role::Officer, &self.ids.id())
    }

    pub(crate) fn place(&self) -> (&str, &Id) {
        (CODE, &self.ward)
    }

    pub(crate) async fn save(&self, ctx: &Ctx, entries: &[Entry]) -> Result<Saved, Failure> {
        sheet::save(&self.store, ctx, self.place(), entries, &Manner::TYPING).await
    }

    pub(crate) async fn correct(
        &self,
        ctx: &Ctx,
        entry: Entry,
        why: &str,
    ) -> Result<Saved, Failure> {
        let manner = Manner {
            why: why.to_owned(),
            ..Manner::TYPING
        };
        sheet::save(&self.store, ctx, self.place(), &[entry], &manner).await
    }

    pub(crate) async fn step(&self, ctx: &Ctx, step: Step, comment: &str) -> Result<(), Failure> {
        submit::step(&self.store, ctx, self.place(), step, comment).await
    }

    pub(crate) async fn row(&self) -> RespondentRow {
        let row = self.store.respondent(CODE, &self.ward).await.unwrap();
        row.unwrap()
    }

    /// Both questions answered with yes.
    pub(crate) async fn filled(&self) {
        let entries = [entry("a1", 0, "yes"), entry("a3", 0, "yes")];
        assert!(
            self.save(&self.officer(), &entries)
                .await
                .unwrap()
                .is_whole()
        );
    }
}

pub(crate) fn entry(question: &str, revision: i64, value: &str) -> Entry {
    Entry {
        question: question.to_owned(),
        revision,
        typed: Typed {
            values: vec![value.to_owned()],
            ..Typed::default()
        },
    }
}

fn account_row(id: &Id, login: &str, role: Role, institution: &Id, at: Micros) -> AccountRow {
    AccountRow {
        id: id.clone(),
        version: 0,
        login: login.to_owned(),
        name: login.to_owned(),
        kana: String::new(),
        institution: Some(institution.clone()),
        roles: Roles::new([role]),
        practitioner: None,
        state: AccountState::Active,
        lang: Lang::Ja,
        password: None,
        totp: None,
        totp_step: 0,
        created: at,
        reviewed: at,
        signed_in: None,
    }
}

fn questionnaire_row(id: &Id, owner: &Id, at: Micros) -> QuestionnaireRow {
    QuestionnaireRow {
        id: id.clone(),
        version: 1,
        owner: owner.clone(),
        state: "final".to_owned(),
        title: "調査票".to_owned(),
        english: String::new(),
        body: serde_json::to_string(&asked()).unwrap(),
        copied_from: String::new(),
        note: String::new(),
        created_by: None,
        created_at: at,
        updated_by: None,
        updated_at: at,
        revision: 1,
    }
}

fn survey_row(questionnaire: &Id, owner: &Id, at: Micros) -> SurveyRow {
    SurveyRow {
        code: CODE.to_owned(),
        owner: owner.clone(),
        questionnaire: questionnaire.clone(),
        questionnaire_version: 1,
        title: "調査".to_owned(),
        english: String::new(),
        about: String::new(),
        about_english: String::new(),
        as_of: String::new(),
        previous: String::new(),
        state: "open".to_owned(),
        opens: at,
        closes: at + Span::days(10),
        chain: "owner".to_owned(),
        peers: "submitted".to_owned(),
        base: "all".to_owned(),
        reminders: String::new(),
        invented: false,
        least: 0,
        created_by: None,
        created_at: at,
        updated_at: at,
        revision: 1,
    }
}

fn respondent_row(ward: &Id, at: Micros) -> RespondentRow {
    RespondentRow {
        survey: CODE.to_owned(),
        respondent: ward.clone(),
        municipality: "131105".to_owned(),
        name: "目黒区".to_owned(),
        place: 1,
        counted: true,
        uncounted_why: String::new(),
        closes: at + Span::days(10),
        checker: None,
        state: "unanswered".to_owned(),
        marks: String::new(),
        contact_name: String::new(),
        contact_phone: String::new(),
        contact_mail: String::new(),
        submitted_by: None,
        submitted_at: None,
        decided_by: None,
        decided_at: None,
        updated_at: at,
        revision: 1,
        successor: None,
    }
}
