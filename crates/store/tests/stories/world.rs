//! What the stories share: a store, people of institutions, resources.

use std::sync::Arc;

use renkei_base::{
    Caller, Ctx, Grantee, Id, Ids, Lang, Micros, Purpose, Reach, Role, Roles, Scope,
};
use renkei_fhir::{Key, Resource};
use renkei_store::{Access, Changes, Place, Store, StoreError, Stored};
use renkei_testkit::{Backend, CountingIds, TestClock};

pub(crate) struct World {
    pub(crate) backend: Backend,
    pub(crate) store: Store,
    pub(crate) clock: TestClock,
    pub(crate) ids: Arc<dyn Ids>,
}

pub(crate) fn id(text: &str) -> Id {
    text.parse().unwrap()
}

pub(crate) fn key(text: &str) -> Key {
    Key::from_reference(text).unwrap()
}

pub(crate) fn place(patient: &str, scope: Scope, owner: &str) -> Place {
    Place {
        patient: Some(id(patient)),
        scope,
        owner: Some(id(owner)),
    }
}

pub(crate) fn public(owner: Option<&str>) -> Place {
    Place {
        patient: None,
        scope: Scope::Record,
        owner: owner.map(id),
    }
}

pub(crate) fn json(text: &str) -> Resource {
    Resource::from_json(text).unwrap()
}

pub(crate) fn slot(name: &str) -> Resource {
    json(&format!(
        r#"{{"resourceType":"Slot","id":"{name}","status":"free"}}"#
    ))
}

impl World {
    pub(crate) async fn open(backend: Backend) -> Self {
        let clock = TestClock::default();
        let store = Store::open(&backend.config(), clock.shared())
            .await
            .unwrap();
        Self {
            backend,
            store,
            clock,
            ids: CountingIds::shared(7),
        }
    }

    /// Closes the store and opens it again on the same data.
    pub(crate) async fn reopen(&mut self) -> Result<(), StoreError> {
        self.store.close().await.unwrap();
        self.store = Store::open(&self.backend.config(), self.clock.shared()).await?;
        Ok(())
    }

    pub(crate) fn now(&self) -> Micros {
        renkei_base::Clock::now(&self.clock)
    }

    pub(crate) fn program(&self) -> Ctx {
        Ctx::program(self.now(), Arc::clone(&self.ids))
    }

    /// A doctor of an institution, who reaches what the institution is granted.
    pub(crate) fn doctor(&self, institution: &str) -> Ctx {
        Ctx {
            caller: Caller {
                account: Some(id(&format!("dr-{institution}"))),
                name: "見本".to_owned(),
                institution: Some(id(institution)),
                roles: Roles::new([Role::Doctor]),
                machine: None,
            },
            reach: Reach::Granted(vec![
                Grantee::Institution(id(institution)),
                Grantee::Person(id(&format!("dr-{institution}"))),
            ]),
            purpose: Purpose::Treatment,
            at: self.now(),
            request: self.ids.id(),
            lang: Lang::Ja,
            address: None,
            ids: Arc::clone(&self.ids),
        }
    }

    pub(crate) fn grant(&self, patient: &str, institution: &str, scope: Scope) -> Access {
        Access {
            patient: id(patient),
            grantee: Grantee::Institution(id(institution)),
            scope,
            until: Micros::NEVER,
        }
    }

    /// A patient with a record entry and a case, all made by `clinic`.
    pub(crate) async fn patient(&self, patient: &str, case: &str, clinic: &str) -> Vec<Stored> {
        let mut changes = Changes::default();
        changes
            .grants
            .push(self.grant(patient, clinic, Scope::Record));
        changes.create(
            json(&format!(r#"{{"resourceType":"Patient","id":"{patient}"}}"#)),
            place(patient, Scope::Identity, clinic),
        );
        changes.create(
            json(&format!(
                r#"{{"resourceType":"Observation","id":"obs-{patient}","status":"final"}}"#
            )),
            place(patient, Scope::Record, clinic),
        );
        changes.create(
            json(&format!(
                r#"{{"resourceType":"ServiceRequest","id":"{case}","status":"active"}}"#
            )),
            place(patient, Scope::Case(id(case)), clinic),
        );
        self.store
            .commit(&self.doctor(clinic), changes)
            .await
            .unwrap()
    }

    pub(crate) async fn create(
        &self,
        resource: Resource,
        place: Place,
    ) -> Result<Stored, StoreError> {
        let mut changes = Changes::default();
        changes.create(resource, place);
        let mut written = self.store.commit(&self.program(), changes).await?;
        Ok(written.remove(0))
    }
}
