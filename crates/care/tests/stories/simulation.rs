//! Two people and two programs at the same referrals, doing anything at all for an hour of the clock, held against a
//! model: no state that the table forbids, no slot twice, no referral without an owner; each acknowledged act is in the
//! history and in the audit, each refused one left nothing.
//!
//! `RENKEI_SIMULATION_HOURS` says how long (1), `RENKEI_SIMULATION_SEED` which chances. The wishes of a round come from
//! the seed; how four that act at once meet, the machine decides.
//!
//! Twenty hours take some ten minutes on either database, longer than nextest lets a test run: start the test's own binary.

#![expect(
    clippy::print_stdout,
    reason = "the seed and what was done, where it fails"
)]

mod actor;
mod body;
mod dice;
mod model;

use renkei_base::clock::Span;
use renkei_testkit::Backend;

use self::actor::{Act, Actor, act, wish};
use self::dice::Dice;
use self::model::Model;
use crate::region::Region;

renkei_testkit::each_backend!(an_hour_of_four);

fn said(name: &str) -> Option<u64> {
    let said = std::env::var_os(name)?;
    Some(said.into_string().unwrap().parse().unwrap())
}

async fn an_hour_of_four(backend: Backend) {
    let hours = said("RENKEI_SIMULATION_HOURS").unwrap_or(1);
    let seed = said("RENKEI_SIMULATION_SEED").unwrap_or_else(|| u64::from(std::process::id()));
    println!("RENKEI_SIMULATION_SEED={seed}");
    let (region, mut dice) = (Region::new(&backend).await, Dice::new(seed));
    let mut model = Model::default();
    model.settle(&region, &[]).await;
    let end = region.now() + Span::hours(i64::try_from(hours).unwrap());
    while region.now() < end {
        let mut wishes = Vec::new();
        for actor in Actor::ALL {
            wishes.push(wish(&region, &model, &mut dice, actor).await);
        }
        let [one, two, three, four] = wishes.try_into().unwrap();
        let at = |actor, wish| act(&region, actor, wish);
        let [doctor, desk, clinic, hospital] = Actor::ALL;
        let acts: [Act; 4] = if dice.chance(60) {
            let all = tokio::join!(
                at(doctor, one),
                at(desk, two),
                at(clinic, three),
                at(hospital, four)
            );
            all.into()
        } else {
            [
                at(doctor, one).await,
                at(desk, two).await,
                at(clinic, three).await,
                at(hospital, four).await,
            ]
        };
        for act in &acts {
            println!("{} {act:?}", region.now().to_fhir());
        }
        model.settle(&region, &acts).await;
        model.hold(&region).await;
        region
            .clock
            .advance(Span::seconds(5 + i64::try_from(dice.below(60)).unwrap()));
    }
    model.audited(&region).await;
    tame(&model);
}

/// An hour in which little happens shows little.
fn tame(model: &Model) {
    assert!(model.reached.len() >= 7, "{:?}", model.reached);
    for actor in Actor::ALL {
        let counts = (model.done.get(&actor), model.refused.get(&actor));
        assert!(
            counts.0 > Some(&3) && counts.1 > Some(&3),
            "{actor:?} {counts:?}"
        );
    }
}
