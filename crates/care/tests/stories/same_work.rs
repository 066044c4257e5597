//! A foreign patient and none are the same work: the same statements with as many rows, whoever asks for what. Counted,
//! not measured: a difference in time would have to come from one of these.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use renkei_base::{Ctx, Id};
use renkei_care::referral::{self, Command};
use renkei_care::{fhir, letter, patient, reply};
use renkei_fhir::Key;
use renkei_store::Query;
use renkei_testkit::Backend;
use tracing::field::{Field, Visit};
use tracing::instrument::WithSubscriber;
use tracing::span::{Attributes, Id as Span, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::document::{gateway, machine};
use crate::region::Region;

renkei_testkit::each_backend!(a_foreign_patient_and_none_are_the_same_work);

/// What the store says of its reads.
#[derive(Clone, Default)]
struct Listening(Arc<Mutex<Vec<String>>>);

impl Subscriber for Listening {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "renkei_store::asked"
    }
    fn new_span(&self, _: &Attributes<'_>) -> Span {
        Span::from_u64(1)
    }
    fn record(&self, _: &Span, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Span, _: &Span) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut Said(&self.0));
    }
    fn enter(&self, _: &Span) {}
    fn exit(&self, _: &Span) {}
}

struct Said<'a>(&'a Mutex<Vec<String>>);

impl Visit for Said<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let line = format!("{}: {value:?}", field.name());
        self.0.lock().unwrap().push(line);
    }
}

/// The statements of a piece of work, each followed by how many rows came.
async fn statements(work: impl Future<Output = ()>) -> Vec<String> {
    let listening = Listening::default();
    work.with_subscriber(listening.clone()).await;
    let lines = listening.0.lock().unwrap();
    lines.clone()
}

/// All ways by which a program may ask for one thing.
async fn asked(region: &Region, ctx: &Ctx, key: &Key, of: &Id) {
    let care = &region.care;
    drop(fhir::read_text(care, ctx, key).await);
    drop(fhir::read(care, ctx, key).await);
    for version in [1, 2, 99] {
        drop(fhir::read_version(care, ctx, key, version).await);
    }
    drop(fhir::history(care, ctx, key).await);
    let mut queries = vec![
        Query::of(&key.typ).with("_id", key.id.as_str()),
        Query::of("Observation").with("patient", format!("Patient/{of}")),
        Query::of("Task")
            .with("patient", of.as_str())
            .include("Task", "patient"),
        Query::of("Task").with("focus", format!("ServiceRequest/{}", key.id)),
        Query::of("DocumentReference").with("subject", format!("Patient/{of}")),
    ];
    for query in queries.clone() {
        queries.push(Query {
            total: true,
            ..query
        });
    }
    for query in queries {
        drop(fhir::search(care, ctx, &query).await);
        drop(fhir::search_text(care, ctx, &query).await);
    }
}

/// All ways of the pages.
async fn looked_at(region: &Region, ctx: &Ctx, case: &Id, of: &Id) {
    let care = &region.care;
    drop(referral::view(care, ctx, case).await);
    drop(letter::letter(care, ctx, case).await);
    drop(letter::ticket(care, ctx, case).await);
    drop(reply::data(care, ctx, case, case).await);
    drop(patient::view(care, ctx, of).await);
    drop(referral::act(care, ctx, case, None, Command::Receive).await);
}

async fn a_foreign_patient_and_none_are_the_same_work(backend: Backend) {
    let region = Region::new(&backend).await;
    let case = region.arrived().await;
    let view = region.view(&region.clinic_doctor, &case).await.unwrap();
    let patient = view.patient.id.clone().unwrap();
    let nothing = region.ids.id();
    let other = region.other_clinic.clone();
    let askers = [
        region.ctx(&region.stranger),
        machine(
            &region,
            "client-other",
            Some(&other),
            renkei_base::Machine::Institution,
        ),
        gateway(&region),
    ];
    for ctx in &askers {
        for (typ, id) in [
            ("Patient", &patient),
            ("Task", &case),
            ("ServiceRequest", &case),
            ("Composition", &case),
            ("Bundle", &case),
        ] {
            let hidden = Key::new(typ, id.clone());
            let absent = Key::new(typ, nothing.clone());
            let there = statements(asked(&region, ctx, &hidden, &patient)).await;
            let none = statements(asked(&region, ctx, &absent, &nothing)).await;
            assert!(there.len() > 30, "{there:?}");
            assert_eq!(there, none, "{typ}");
        }
        let there = statements(looked_at(&region, ctx, &case, &patient)).await;
        let none = statements(looked_at(&region, ctx, &nothing, &nothing)).await;
        assert_eq!(there, none);
    }
    // Who may see it is given more: the counting would notice.
    let key = Key::new("Task", case.clone());
    let absent = Key::new("Task", nothing.clone());
    let ctx = region.ctx(&region.clinic_doctor);
    let there = statements(asked(&region, &ctx, &key, &patient)).await;
    let none = statements(asked(&region, &ctx, &absent, &nothing)).await;
    assert_ne!(there, none);
}
