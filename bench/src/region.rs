//! A large region: the sample region, and beside it 100,000 institutions and 100,000 referrals, of which 500 wait for one
//! hospital. Written by the store in large commits; opened by the binary that people run.

mod institution;
mod referral;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use renkei_access::{Access, AccessConfig, DemoMode};
use renkei_base::{Clock, Ctx, Id, Ids};
use renkei_care::{Care, Deadlines, document};
use renkei_store::Store;
use renkei_testkit::Folder;

use crate::child::Renkei;
use crate::machine::{MachineClock, MachineIds, memory, now};
use crate::plan::Plan;
use crate::report::{Report, Table};
use crate::stat::{Rounds, shown};
use crate::{Done, counts, door, load, person, search, work_list};

/// Versions of the feed looked at in one go.
const FED: u32 = 10_000;

/// What is being made.
pub(crate) struct Making {
    pub(crate) store: Store,
    pub(crate) access: Access,
    pub(crate) care: Care,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) mode: DemoMode,
}

impl Making {
    async fn open(data: &Path) -> Done<Self> {
        let store =
            Store::open(&door::config(data.to_owned(), None), Arc::new(MachineClock)).await?;
        let ids: Arc<dyn Ids> = Arc::new(MachineIds);
        let access = Access::new(store.clone(), AccessConfig::default(), Arc::clone(&ids));
        let care = Care::new(store.clone(), Deadlines::default());
        let ctx = Ctx::program(MachineClock.now(), Arc::clone(&ids));
        let mode = access
            .demo_mode(&ctx, SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .await?;
        Ok(Self {
            store,
            access,
            care,
            ids,
            mode,
        })
    }

    /// The program's own context.
    pub(crate) fn ctx(&self) -> Ctx {
        Ctx::program(MachineClock.now(), Arc::clone(&self.ids))
    }
}

/// What was made, as far as the measurements need it.
#[derive(Clone, Debug)]
pub(crate) struct Large {
    pub(crate) hospital: Id,
    /// Accounts of the hospital's people.
    pub(crate) people: Vec<Id>,
    pub(crate) referrals: usize,
    pub(crate) institutions: usize,
    pub(crate) resources: usize,
}

pub(crate) fn run(plan: &Plan, report: &mut Report) -> Done<()> {
    let folder = Folder::new();
    let data = plan
        .keep
        .as_ref()
        .map_or_else(|| folder.join("region"), |keep| keep.join("region"));
    let began = now();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let large = runtime.block_on(make(plan, &data))?;
    let size = std::fs::metadata(data.join("renkei.db"))?.len() as f64 / 1e6;
    let text = format!(
        "The sample region and beside it {} institutions and {} referrals with their letters and patients \
         ({} resources, {} MB), made in {} s by the store in large commits. Its documents count as issued.\n",
        large.institutions,
        large.referrals,
        large.resources,
        shown(size),
        shown(began.elapsed().as_secs_f64())
    );
    report.section("A large region", &text);
    starts(plan, &data, report)?;
    let renkei = Renkei::demo(&data)?;
    let fresh = memory(renkei.process())?;
    runtime.block_on(work_list::in_process(plan, &data, &large, report))?;
    load::runtime()?.block_on(work_list::run(plan, renkei.address, &large, report))?;
    let listed = memory(renkei.process())?;
    runtime.block_on(search::in_process(&data, &large, report))?;
    load::runtime()?.block_on(search::run(plan, renkei.address, report))?;
    let searched = memory(renkei.process())?;
    drop(renkei);
    tell(report, [fresh, listed, searched]);
    runtime.block_on(counts::audit(&door::config(data, None)))?;
    Ok(())
}

async fn make(plan: &Plan, data: &Path) -> Done<Large> {
    std::fs::create_dir_all(data)?;
    let making = Making::open(data).await?;
    let sample = renkei_sample::make(
        &making.access,
        &making.care,
        &making.mode,
        renkei_sample::SEED,
        MachineClock.now(),
    )
    .await?;
    let institutions = institution::make(&making, plan.institutions).await?;
    let hospital = institutions.first().ok_or("no institutions")?.clone();
    let people = person::staff(
        &making.store,
        &making.access,
        &making.mode,
        &making.ids,
        &hospital,
        plan.people,
    )
    .await?;
    let resources = referral::make(&making, plan, &sample, &institutions).await?;
    issued(&making).await?;
    making.store.close().await?;
    Ok(Large {
        hospital,
        people,
        referrals: plan.referrals,
        institutions: institutions.len() + sample.institutions.len(),
        resources: resources + 2 * institutions.len(),
    })
}

/// All this was sent long ago, and its documents went out then: making a hundred thousand of them is not measured here.
async fn issued(making: &Making) -> Done<()> {
    let mut from = document::place(&making.care).await?;
    loop {
        let (_, next) = document::due(&making.care, &from, FED).await?;
        if next == from {
            break;
        }
        from = next;
    }
    document::keep_place(&making.care, &making.ctx(), &from).await?;
    Ok(())
}

fn starts(plan: &Plan, data: &Path, report: &mut Report) -> Done<()> {
    let mut starts = Rounds::default();
    for _ in 0..plan.rounds.clamp(1, 5) {
        starts.push(Renkei::demo(data)?.start.as_secs_f64());
    }
    report.below(
        "start, large region, until `/readyz` answers",
        1.0,
        "s",
        &starts,
    );
    Ok(())
}

fn tell(report: &mut Report, memory: [(f64, f64); 3]) {
    let mut table = Table::new(&["memory", "without mapped files MB", "with them MB"]);
    let mut most = Rounds::default();
    for (when, (own, all)) in [
        "after the start",
        "after the work lists",
        "after the searches",
    ]
    .iter()
    .zip(memory)
    {
        table.row(&[when, &shown(own), &shown(all)]);
        most.push(own);
    }
    report.section(
        "Memory, large region",
        "Of the serving process: `RssAnon` and `VmRSS`.",
    );
    report.table(&table);
    let mut highest = Rounds::default();
    highest.push(most.max());
    report.below(
        "memory without mapped files, large region, the highest of three",
        200.0,
        "MB",
        &highest,
    );
}
