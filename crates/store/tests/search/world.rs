//! A small region for the stories of search.

use std::sync::Arc;

use renkei_base::{Clock, Ctx, Grantee, Id, Ids, Micros, Reach, Scope};
use renkei_fhir::Resource;
use renkei_store::{Access, Changes, Place, Query, Store, StoreError};
use renkei_testkit::{Backend, CountingIds, TestClock};

pub(crate) struct World {
    pub(crate) store: Store,
    /// Kept: its folder and database go when it does.
    _backend: Backend,
    clock: Arc<TestClock>,
    ids: Arc<dyn Ids>,
}

pub(crate) fn id(text: &str) -> Id {
    text.parse().unwrap()
}

impl World {
    pub(crate) async fn open(backend: Backend) -> Self {
        let clock = Arc::new(TestClock::default());
        let store = Store::open(&backend.config(), clock.clone()).await.unwrap();
        Self {
            store,
            _backend: backend,
            clock,
            ids: CountingIds::shared(7),
        }
    }

    pub(crate) fn program(&self) -> Ctx {
        Ctx::program(self.clock.now(), self.ids.clone())
    }

    /// Somebody of an institution.
    pub(crate) fn of(&self, institution: &str) -> Ctx {
        let mut ctx = self.program();
        ctx.reach = Reach::Granted(vec![Grantee::Institution(id(institution))]);
        ctx
    }

    /// Somebody who reaches no patient.
    pub(crate) fn stranger(&self) -> Ctx {
        let mut ctx = self.program();
        ctx.reach = Reach::NoPatients;
        ctx
    }

    /// A resource without a patient.
    pub(crate) async fn public(&self, json: &str) {
        self.put(json, None, Scope::Record).await;
    }

    /// A resource in the record of a patient.
    pub(crate) async fn record(&self, patient: &str, json: &str) {
        let scope = if json.contains(r#""Patient","#) {
            Scope::Identity
        } else {
            Scope::Record
        };
        self.put(json, Some(patient), scope).await;
    }

    pub(crate) async fn put(&self, json: &str, patient: Option<&str>, scope: Scope) {
        self.put_for(json, patient, scope, None).await;
    }

    /// As [`World::put`], with an owner.
    pub(crate) async fn put_for(
        &self,
        json: &str,
        patient: Option<&str>,
        scope: Scope,
        owner: Option<&str>,
    ) {
        let mut changes = Changes::default();
        changes.create(
            Resource::from_json(json).unwrap(),
            Place {
                patient: patient.map(id),
                scope,
                owner: owner.map(id),
            },
        );
        self.store.commit(&self.program(), changes).await.unwrap();
    }

    /// Puts the next version of a resource.
    pub(crate) async fn replace(&self, json: &str) {
        let resource = Resource::from_json(json).unwrap();
        let key = resource.key().unwrap();
        let read = self
            .store
            .read(&self.program(), &key)
            .await
            .unwrap()
            .unwrap();
        let mut changes = Changes::default();
        changes.update(&read, resource);
        self.store.commit(&self.program(), changes).await.unwrap();
    }

    pub(crate) async fn delete(&self, reference: &str) {
        let key = renkei_fhir::Key::from_reference(reference).unwrap();
        let read = self
            .store
            .read(&self.program(), &key)
            .await
            .unwrap()
            .unwrap();
        let mut changes = Changes::default();
        changes.delete(&read);
        self.store.commit(&self.program(), changes).await.unwrap();
    }

    pub(crate) async fn grant(
        &self,
        institution: &str,
        patient: &str,
        scope: Scope,
        until: Micros,
    ) {
        let mut changes = Changes::default();
        changes.grants.push(Access {
            patient: id(patient),
            grantee: Grantee::Institution(id(institution)),
            scope,
            until,
        });
        self.store.commit(&self.program(), changes).await.unwrap();
    }

    pub(crate) async fn forward(&self, seconds: i64) {
        self.clock
            .advance(renkei_base::clock::Span::seconds(seconds));
    }

    /// The ids that an address finds, in the order of the answer, with a blank between. The total is asked for and compared.
    pub(crate) async fn finds(&self, ctx: &Ctx, address: &str) -> String {
        self.search(ctx, address).await.unwrap()
    }

    pub(crate) async fn search(&self, ctx: &Ctx, address: &str) -> Result<String, StoreError> {
        let mut query = parse(address)?;
        query.total = true;
        let page = self.store.search(ctx, &query).await?;
        let ids: Vec<&str> = page.matches.iter().map(|one| one.key.id.as_str()).collect();
        if page.next.is_none() && query.cursor.is_none() {
            assert_eq!(page.total, Some(ids.len() as u64), "{address}");
        }
        Ok(ids.join(" "))
    }
}

/// `Task?status=ready&_sort=_id`, not percent-encoded.
pub(crate) fn parse(address: &str) -> Result<Query, StoreError> {
    let (typ, rest) = address.split_once('?').unwrap_or((address, ""));
    let pairs = rest.split('&').filter_map(|pair| pair.split_once('='));
    Query::from_pairs(typ, pairs)
}

/// A patient with names in kanji and kana.
pub(crate) fn patient(id: &str, family: &str, given: &str, kana: (&str, &str)) -> String {
    let url = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";
    format!(
        r#"{{"resourceType":"Patient","id":"{id}","name":[
        {{"extension":[{{"url":"{url}","valueCode":"IDE"}}],"family":"{family}","given":["{given}"]}},
        {{"extension":[{{"url":"{url}","valueCode":"SYL"}}],"family":"{}","given":["{}"]}}]}}"#,
        kana.0, kana.1
    )
}
