//! What the test itself knows of the cases, and holds the data against.

use std::collections::{BTreeMap, BTreeSet};

use renkei_base::clock::Span;
use renkei_base::{Ctx, Id};
use renkei_care::referral::table::cell;
use renkei_care::referral::{State, Step};
use renkei_fhir::appointment::Appointment;
use renkei_fhir::task::Task;
use renkei_fhir::{Key, Resource};
use renkei_store::AuditFilter;

use super::actor::{Act, Actor, Came};
use super::dice::Dice;
use crate::region::Region;

/// A case as it must be.
#[derive(Clone, Copy, Debug)]
struct Known {
    state: State,
    /// Of its Task.
    version: u32,
}

#[derive(Debug, Default)]
pub(crate) struct Model {
    cases: BTreeMap<Id, Known>,
    slots: BTreeSet<Id>,
    appointments: BTreeSet<Id>,
    cursor: String,
    /// Account, case, step, from, to: one for each acknowledged step.
    log: Vec<(String, Id, Step, State, State)>,
    pub(crate) refused: BTreeMap<Actor, usize>,
    pub(crate) done: BTreeMap<Actor, usize>,
    pub(crate) reached: BTreeSet<State>,
}

fn program(region: &Region) -> Ctx {
    Ctx::program(region.now(), region.ids.clone())
}

/// The step that was taken: a Task says `accepted` for three of them, and where the case stands decides.
fn meant(act: &Act, last: Option<&str>) -> Step {
    let step = act.step.unwrap();
    let same = [Step::Accept, Step::CancelBooking, Step::UndoArrive];
    let taken = last.and_then(Step::from_code);
    match taken.filter(|taken| act.is_by_program() && same.contains(&step) && same.contains(taken))
    {
        Some(taken) => taken,
        None => step,
    }
}

impl Model {
    pub(crate) fn running(&self) -> usize {
        let mut running = self.cases.values();
        running
            .by_ref()
            .filter(|known| !known.state.is_over())
            .count()
    }

    /// A case: nearly always one that goes on.
    pub(crate) fn any(&self, dice: &mut Dice) -> Option<Id> {
        let over = dice.chance(7);
        let cases = self.cases.iter();
        let some: Vec<&Id> = cases
            .filter(|(_, known)| over || !known.state.is_over())
            .map(|(id, _)| id)
            .collect();
        dice.pick(&some).map(|id| (*id).clone())
    }

    /// Any time that was ever opened: few, so that they are wanted by several.
    pub(crate) fn slot(&self, dice: &mut Dice) -> Option<Id> {
        let slots: Vec<&Id> = self.slots.iter().collect();
        dice.pick(&slots).map(|id| (*id).clone())
    }

    /// The appointment of a case, if one stands.
    pub(crate) async fn appointment(&self, region: &Region, case: &Id) -> Option<Resource> {
        let all = self.live(region).await;
        let mut of_case = all.into_iter().filter(|(of, _, _)| of == case);
        of_case.next().map(|(_, _, resource)| resource)
    }

    /// What stands: case, slot (none where it was given back), appointment.
    async fn live(&self, region: &Region) -> Vec<(Id, Option<Id>, Resource)> {
        let keys = self.appointments.iter();
        let keys: Vec<Key> = keys.map(|id| Key::new("Appointment", id.clone())).collect();
        let found = region.care.store.read_many(&program(region), &keys).await;
        let mut live = Vec::new();
        for one in found.unwrap().into_iter().filter(|one| !one.deleted) {
            let view = Appointment::from_resource(one.resource.clone()).unwrap();
            if matches!(view.status(), "booked" | "arrived") {
                let of = one.resource.list("basedOn")[0]["reference"]
                    .as_str()
                    .unwrap();
                let case = Key::from_reference(of).unwrap().id;
                live.push((case, view.slot(), one.resource));
            }
        }
        live
    }

    /// Takes the acts of one round over: in some order they are steps that the table allows, and there is nothing else.
    pub(crate) async fn settle(&mut self, region: &Region, acts: &[Act]) {
        for act in acts {
            match &act.came {
                Came::Done(_) => *self.done.entry(act.actor).or_default() += 1,
                Came::Refused(_) => *self.refused.entry(act.actor).or_default() += 1,
                Came::Already => {}
            }
        }
        let done: Vec<&Act> = acts
            .iter()
            .filter(|act| matches!(act.came, Came::Done(_)))
            .collect();
        let touched: BTreeSet<&Id> = done.iter().filter_map(|act| act.case.as_ref()).collect();
        for case in &touched {
            let of_case = done.iter().filter(|act| act.case.as_ref() == Some(case));
            self.case(region, case, of_case.copied().collect()).await;
        }
        self.follow(region, &done, &touched).await;
    }

    /// Explains each new version of a Task by one act.
    async fn case(&mut self, region: &Region, case: &Id, mut acts: Vec<&Act>) {
        let key = Key::new("Task", case.clone());
        let mut all = region
            .care
            .store
            .history(&program(region), &key)
            .await
            .unwrap();
        all.reverse();
        let known = self.cases.get(case).copied();
        let seen = known.map_or(0, |known| known.version);
        let mut from = known.map_or(State::Draft, |known| known.state);
        for stored in all.iter().filter(|one| one.version > seen) {
            let task = Task::from_resource(stored.resource.clone()).unwrap();
            let to = State::from_code(task.state().unwrap()).unwrap();
            let said = |act: &&Act| act.came == Came::Done(Some(stored.version));
            let last = task.entries().last().map(|entry| entry.code.clone());
            let silent = |act: &&Act| {
                let step = act.step.unwrap();
                act.came == Came::Done(None)
                    && (step == Step::SaveDraft || last.as_deref() == Some(step.code()))
            };
            let at = acts.iter().position(said);
            let at = at.or_else(|| acts.iter().position(silent));
            let act = acts.remove(at.unwrap_or_else(|| {
                panic!(
                    "{case} v{}: {to:?} by {last:?}, of {acts:?}",
                    stored.version
                )
            }));
            let step = meant(act, last.as_deref());
            assert!(cell(from, step).leads_to(to), "{from:?} {to:?}: {act:?}");
            if step != Step::SaveDraft {
                assert_eq!(last.as_deref(), Some(step.code()), "{from:?} {act:?}");
                let by = act.actor.account().to_owned();
                self.log.push((by, case.clone(), step, from, to));
            }
            self.reached.insert(to);
            from = to;
        }
        acts.retain(|act| act.step != Some(Step::SaveDraft));
        assert!(
            acts.is_empty(),
            "acknowledged and not in the history: {acts:?}"
        );
        let version = all.last().unwrap().version;
        let state = from;
        self.cases.insert(case.clone(), Known { state, version });
    }

    /// Nothing was written but what the acknowledged acts write.
    async fn follow(&mut self, region: &Region, done: &[&Act], touched: &BTreeSet<&Id>) {
        let timed = done.iter().any(|act| {
            use Step::{Arrive, Book, Cancel, CancelBooking, Decline, Rebook, UndoArrive};
            let steps = [
                Arrive,
                Book,
                Cancel,
                CancelBooking,
                Decline,
                Rebook,
                UndoArrive,
            ];
            act.step.is_none_or(|step| steps.contains(&step))
        });
        let (fed, cursor) = region.care.store.feed(&self.cursor, 1000).await.unwrap();
        self.cursor = cursor;
        for one in fed {
            let fine = match one.key.typ.as_str() {
                "Task" | "ServiceRequest" => touched.contains(&one.key.id),
                "Slot" | "Appointment" | "Schedule" => timed,
                "Composition" => !touched.is_empty(),
                // The directory at first, and patients before their referral.
                _ => true,
            };
            assert!(fine, "{one:?} without an act: {done:?}");
            match one.key.typ.as_str() {
                "Slot" => drop(self.slots.insert(one.key.id)),
                "Appointment" => drop(self.appointments.insert(one.key.id)),
                _ => {}
            }
        }
    }

    /// What must hold after every round.
    pub(crate) async fn hold(&self, region: &Region) {
        let ctx = program(region);
        let keys: Vec<Key> = self
            .cases
            .keys()
            .flat_map(|id| ["Task", "ServiceRequest"].map(|typ| Key::new(typ, id.clone())))
            .collect();
        for stored in region.care.store.read_many(&ctx, &keys).await.unwrap() {
            let known = self.cases[&stored.key.id];
            let (state, status) = (known.state, stored.resource.str_at("status").unwrap());
            let Some(task) = Task::from_resource(stored.resource.clone()) else {
                assert_eq!(status, state.request_status(), "{}", stored.key);
                continue;
            };
            assert_eq!(stored.version, known.version);
            assert_eq!(
                (task.state(), status),
                (Some(state.code()), state.task_status())
            );
            assert!(task.requester().is_some(), "{} is nobody's", stored.key);
            assert!(
                state.is_private() || task.owner().is_some(),
                "{} is sent to nobody",
                stored.key
            );
            assert!(
                state.is_over() || task.holder().is_some(),
                "{} waits for nobody",
                stored.key
            );
        }
        let live = self.live(region).await;
        for (case, known) in &self.cases {
            let standing = live.iter().filter(|(of, _, _)| of == case).count();
            let met =
                known.state.is_replied() || matches!(known.state, State::Arrived | State::Closed);
            let fine = match known.state.is_booked() {
                true => standing == 1,
                false => standing == 0 || (met && standing == 1),
            };
            assert!(fine, "{case} {:?} has {standing} appointments", known.state);
        }
        let keys: Vec<Key> = self
            .slots
            .iter()
            .map(|id| Key::new("Slot", id.clone()))
            .collect();
        for slot in region.care.store.read_many(&ctx, &keys).await.unwrap() {
            let given = live
                .iter()
                .filter(|(_, of, _)| of.as_ref() == Some(&slot.key.id))
                .count();
            assert!(given <= 1, "{} is given {given} times", slot.key);
            let busy = !slot.deleted && slot.resource.str_at("status") == Some("busy");
            assert_eq!(busy, given == 1, "{}", slot.key);
        }
        let known: BTreeSet<&Id> = self.slots.iter().collect();
        let mut held = live.iter().filter_map(|(_, slot, _)| slot.as_ref());
        assert!(held.all(|slot| known.contains(slot)));
    }

    /// At the end: each act has its row in the audit, each refusal too, and nothing else says that it was done.
    pub(crate) async fn audited(&self, region: &Region) {
        let mut rows = Vec::new();
        for case in self.cases.keys() {
            let filter = AuditFilter {
                until: region.now() + Span::days(1),
                what: case.to_string(),
                limit: 100_000,
                ..AuditFilter::default()
            };
            rows.extend(region.care.store.audit_rows(&filter).await.unwrap());
        }
        let mut there: Vec<String> = rows
            .iter()
            .filter(|row| !row.refused && row.detail.contains(' '))
            .filter(|row| row.action != "referral.save-draft")
            .map(|row| format!("{} {} {} {}", row.account, row.what, row.action, row.detail))
            .collect();
        let mut due: Vec<String> = self
            .log
            .iter()
            .map(|(by, case, step, from, to)| {
                let (step, from, to) = (step.code(), from.code(), to.code());
                format!("{by} Task/{case} referral.{step} {from} {to}")
            })
            .collect();
        there.sort();
        due.sort();
        assert_eq!(there, due);
        for (actor, count) in &self.refused {
            let filter = AuditFilter {
                until: region.now() + Span::days(1),
                account: actor.account().to_owned(),
                refused: true,
                limit: 100_000,
                ..AuditFilter::default()
            };
            let rows = region.care.store.audit_rows(&filter).await.unwrap();
            // A read that found nothing says no more; the act that wanted it has its own row.
            let acts = rows.iter().filter(|row| !row.detail.is_empty());
            assert_eq!(acts.count(), *count, "refusals of {actor:?}");
        }
        let verdict = region.care.store.verify_audit(|_| ()).await.unwrap();
        assert!(verdict.sound(), "{verdict:?}");
    }
}
