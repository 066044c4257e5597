//! A small region: a clinic that refers, a hospital that receives, a stranger; with the people of each.

use std::sync::Arc;

use renkei_access::reach;
use renkei_base::{Caller, Ctx, Id, Ids, Lang, Purpose, Role, Roles};
use renkei_care::patient::{PatientForm, Registered, register};
use renkei_care::referral::{
    self, ActForm, Command, Done, DraftForm, DraftSaved, ReferralView, Step,
};
use renkei_care::reply::{self, ReplyForm};
use renkei_care::{Care, Deadlines};
use renkei_fhir::{HealthcareService, Organization};
use renkei_store::{Changes, Failure, Place, Store};
use renkei_testkit::{Backend, CountingIds, TestClock};

/// A person at work.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    caller: Caller,
}

#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) care: Care,
    pub(crate) clock: TestClock,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) clinic: Id,
    pub(crate) hospital: Id,
    pub(crate) cardiology: Id,
    pub(crate) other_clinic: Id,
    /// 岩田医院
    pub(crate) clinic_doctor: Who,
    pub(crate) clinic_clerk: Who,
    /// 市民病院
    pub(crate) desk: Who,
    pub(crate) hospital_doctor: Who,
    /// Somebody of an institution that has nothing to do with it.
    pub(crate) stranger: Who,
}

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn who(account: &str, name: &str, institution: &Id, role: Role) -> Who {
    Who {
        caller: Caller {
            account: Some(id(account)),
            name: name.to_owned(),
            institution: Some(institution.clone()),
            roles: Roles::new([role]),
            machine: None,
        },
    }
}

impl Region {
    pub(crate) async fn new(backend: &Backend) -> Self {
        let clock = TestClock::default();
        let store = Store::open(&backend.config(), clock.shared())
            .await
            .unwrap();
        let ids = CountingIds::shared(7);
        let (clinic, hospital, other) = (id("org-iwata"), id("org-shimin"), id("org-other"));
        let region = Self {
            care: Care::new(store, Deadlines::default()),
            clock,
            ids,
            clinic_doctor: who("acc-iwata", "岩田 一郎", &clinic, Role::Doctor),
            clinic_clerk: who("acc-mori", "森 花子", &clinic, Role::LiaisonClerk),
            desk: who("acc-sato", "佐藤 恵", &hospital, Role::Nurse),
            hospital_doctor: who("acc-takagi", "髙木 誠", &hospital, Role::Doctor),
            stranger: who("acc-nobody", "他所 太郎", &other, Role::Doctor),
            clinic,
            hospital,
            cardiology: id("dep-cardiology"),
            other_clinic: other,
        };
        region.directory().await;
        region
    }

    async fn directory(&self) {
        let ctx = Ctx::program(self.now(), self.ids.clone());
        let mut changes = Changes::default();
        for (institution, name, municipality) in [
            (&self.clinic, "岩田医院", "041017"),
            (&self.hospital, "市民病院", "041009"),
            (&self.other_clinic, "他所医院", "041009"),
        ] {
            let mut organization = Organization::new(institution);
            organization.set_name(name);
            organization.set_municipality(municipality);
            organization.set_address("宮城県仙台市青葉区1-1");
            organization.set_telecom("phone", Some("022-000-0000"));
            changes.create(organization.into_resource(), self.place(institution));
        }
        let mut department = HealthcareService::of_institution(&self.cardiology, &self.hospital);
        department.set_name("循環器内科");
        changes.create(department.into_resource(), self.place(&self.hospital));
        self.care.store.commit(&ctx, changes).await.unwrap();
    }

    fn place(&self, owner: &Id) -> Place {
        Place {
            patient: None,
            scope: renkei_base::Scope::Record,
            owner: Some(owner.clone()),
        }
    }

    pub(crate) fn now(&self) -> renkei_base::Micros {
        use renkei_base::Clock;
        self.clock.now()
    }

    pub(crate) fn ctx(&self, who: &Who) -> Ctx {
        Ctx {
            caller: who.caller.clone(),
            reach: reach(&who.caller),
            purpose: Purpose::Treatment,
            at: self.now(),
            request: self.ids.id(),
            lang: Lang::Ja,
            address: None,
            ids: self.ids.clone(),
        }
    }

    pub(crate) fn patient_form(&self) -> PatientForm {
        PatientForm {
            family: "𠮷田".to_owned(),
            given: "太郎".to_owned(),
            family_kana: "よしだ".to_owned(),
            given_kana: "ﾀﾛｳ".to_owned(),
            birthday: "S25.4.1".to_owned(),
            sex: "male".to_owned(),
            local_id: "0042".to_owned(),
            ..PatientForm::default()
        }
    }

    pub(crate) async fn patient(&self) -> Id {
        let patient = self.ids.id();
        let form = self.patient_form();
        let form = PatientForm {
            local_id: patient.as_str().chars().rev().take(8).collect(),
            ..form
        };
        let ctx = self.ctx(&self.clinic_clerk);
        match register(&self.care, &ctx, &patient, &form, true)
            .await
            .unwrap()
        {
            Registered::Saved { patient, .. } => patient,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn draft_form(&self, patient: &Id) -> DraftForm {
        DraftForm {
            patient: patient.to_string(),
            addressee: self.hospital.to_string(),
            department: self.cardiology.to_string(),
            purpose: "精査のお願い".to_owned(),
            diagnosis: "狭心症の疑い\n高血圧症".to_owned(),
            course: "3日前から <労作時> の胸痛 & 動悸".to_owned(),
            medication:
                "アムロジピン錠5mg 1錠 1日1回朝食後\nアスピリン腸溶錠100mg 1錠 1日1回朝食後"
                    .to_owned(),
            ..DraftForm::default()
        }
    }

    /// A draft of the clerk's; returns the case.
    pub(crate) async fn draft(&self) -> Id {
        let patient = self.patient().await;
        let case = self.ids.id();
        let ctx = self.ctx(&self.clinic_clerk);
        let saved =
            referral::save_draft(&self.care, &ctx, &case, 0, &self.draft_form(&patient)).await;
        assert_eq!(saved.unwrap(), DraftSaved::Saved { version: 1 });
        case
    }

    pub(crate) async fn sent(&self) -> Id {
        let case = self.draft().await;
        self.act(&self.clinic_doctor, &case, Command::Send)
            .await
            .unwrap();
        case
    }

    pub(crate) async fn accepted(&self) -> Id {
        let case = self.sent().await;
        self.act(&self.desk, &case, Command::Receive).await.unwrap();
        self.act(
            &self.desk,
            &case,
            Command::Accept {
                department: None,
                text: String::new(),
            },
        )
        .await
        .unwrap();
        case
    }

    pub(crate) async fn arrived(&self) -> Id {
        let case = self.accepted().await;
        self.act(&self.desk, &case, Command::Arrive { early: false })
            .await
            .unwrap();
        case
    }

    pub(crate) async fn act(
        &self,
        who: &Who,
        case: &Id,
        command: Command,
    ) -> Result<Done, Failure> {
        referral::act(&self.care, &self.ctx(who), case, None, command).await
    }

    pub(crate) async fn book(&self, who: &Who, case: &Id, slot: &Id) -> Result<Done, Failure> {
        let form = ActForm {
            slot: slot.to_string(),
            ..ActForm::default()
        };
        self.act(who, case, Command::parse(Step::Book, &form).unwrap())
            .await
    }

    pub(crate) async fn view(&self, who: &Who, case: &Id) -> Result<ReferralView, Failure> {
        referral::view(&self.care, &self.ctx(who), case).await
    }

    pub(crate) async fn release(&self, case: &Id, closes: bool) -> Result<Done, Failure> {
        let form = reply_form(closes);
        let ctx = self.ctx(&self.hospital_doctor);
        let draft = self
            .view(&self.hospital_doctor, case)
            .await
            .unwrap()
            .reply_draft;
        let base = draft.map_or(0, |draft| draft.version);
        reply::release(&self.care, &ctx, case, base, &form).await
    }
}

pub(crate) fn reply_form(closes: bool) -> ReplyForm {
    ReplyForm {
        diagnosis: "労作性狭心症".to_owned(),
        findings: "負荷心電図で ST 低下".to_owned(),
        plan: "冠動脈 CT を予定".to_owned(),
        closes: if closes {
            "on".to_owned()
        } else {
            String::new()
        },
        ..ReplyForm::default()
    }
}

/// What a refusal says.
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> renkei_base::Refusal {
    match result {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}
