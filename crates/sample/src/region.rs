//! What is shared while the region is being made.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use renkei_base::clock::Span;
use renkei_base::{Caller, Ctx, Id, Micros, Purpose, Role, Roles};
use renkei_care::Care;
use renkei_care::booking::SlotView;
use renkei_store::Failure;
use tokio::task::JoinSet;

use crate::data::{Data, PersonRow};
use crate::id::SampleIds;
use crate::{Made, SampleError};

/// Somebody of the region.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) caller: Caller,
    pub(crate) institution: String,
}

#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) data: Arc<Data>,
    pub(crate) care: Care,
    pub(crate) seed: u64,
    pub(crate) now: Micros,
    pub(crate) made: Made,
    /// In the order of the file.
    pub(crate) people: Vec<Person>,
    /// Free slots that referrals may still take, by `institution/department`, the earliest first.
    pub(crate) slots: BTreeMap<String, Vec<SlotView>>,
}

/// Acts that are done at the same time.
pub(crate) type Acts<T> = JoinSet<Result<T, SampleError>>;

impl Region {
    pub(crate) fn new(data: Data, care: Care, seed: u64, now: Micros) -> Self {
        Self {
            data: Arc::new(data),
            care,
            seed,
            now,
            made: Made::default(),
            people: Vec::new(),
            slots: BTreeMap::new(),
        }
    }

    /// The program's own act. Each act has a name of its own, from which its ids come.
    pub(crate) fn program(&self, act: &str, at: Micros) -> Ctx {
        Ctx::program(at, SampleIds::shared(self.seed, act))
    }

    /// An act of a person.
    pub(crate) fn ctx(&self, person: &Person, act: &str, at: Micros) -> Ctx {
        ctx(self.seed, &person.caller, act, at)
    }

    pub(crate) fn days_ago(&self, days: i64) -> Micros {
        crate::moment::working(self.now - Span::days(days))
    }

    pub(crate) fn institution(&self, key: &str) -> Result<&Id, SampleError> {
        found(&self.made.institutions, key)
    }

    pub(crate) fn department(&self, institution: &str, key: &str) -> Result<&Id, SampleError> {
        found(&self.made.departments, &format!("{institution}/{key}"))
    }

    pub(crate) fn person(&self, login: &str) -> Result<&Person, SampleError> {
        let id = found(&self.made.people, login)?;
        let person = self
            .people
            .iter()
            .find(|person| person.caller.account.as_ref() == Some(id));
        person.ok_or_else(|| SampleError::data(format!("{login}: nobody")))
    }

    /// The nth of an institution's people with the first of these roles that anybody there has.
    pub(crate) fn one_of(
        &self,
        institution: &str,
        roles: &[Role],
        nth: usize,
    ) -> Result<&Person, SampleError> {
        for role in roles {
            let there = self
                .people
                .iter()
                .filter(|one| one.institution == institution && one.caller.has(*role));
            let there: Vec<&Person> = there.collect();
            if let Some(person) = nth.checked_rem(there.len()).and_then(|at| there.get(at)) {
                return Ok(person);
            }
        }
        Err(SampleError::data(format!("{institution}: nobody for this")))
    }

    pub(crate) fn enter(
        &mut self,
        row: &PersonRow,
        account: Id,
        roles: Roles,
    ) -> Result<(), SampleError> {
        let caller = Caller {
            account: Some(account.clone()),
            name: row.name.clone(),
            institution: Some(self.institution(&row.institution)?.clone()),
            roles,
            machine: None,
        };
        self.people.push(Person {
            caller,
            institution: row.institution.clone(),
        });
        self.made.people.insert(row.login.clone(), account);
        Ok(())
    }
}

/// The context of a person's act.
pub(crate) fn ctx(seed: u64, caller: &Caller, act: &str, at: Micros) -> Ctx {
    let cares = caller.roles.iter().any(Role::cares);
    Ctx {
        reach: renkei_access::reach(caller),
        purpose: if cares {
            Purpose::Treatment
        } else {
            Purpose::Operations
        },
        caller: caller.clone(),
        ..Ctx::program(at, SampleIds::shared(seed, act))
    }
}

fn found<'a>(map: &'a BTreeMap<String, Id>, key: &str) -> Result<&'a Id, SampleError> {
    map.get(key)
        .ok_or_else(|| SampleError::data(format!("{key}: not made")))
}

/// An act that names the row it is about when it is refused.
pub(crate) async fn named<T>(
    what: String,
    act: impl Future<Output = Result<T, Failure>>,
) -> Result<(String, T), SampleError> {
    match act.await {
        Ok(done) => Ok((what, done)),
        Err(failure) => Err(SampleError::at(&what)(failure)),
    }
}

/// Waits for all of them; the first that fails ends the others.
pub(crate) async fn all<T: 'static>(mut acts: Acts<T>) -> Result<Vec<T>, SampleError> {
    let mut done = Vec::with_capacity(acts.len());
    while let Some(one) = acts.join_next().await {
        done.push(one.map_err(|_| SampleError::Task)??);
    }
    Ok(done)
}
