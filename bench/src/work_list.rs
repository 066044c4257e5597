//! The work list of a hospital for which 500 referrals of 100,000 wait.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use renkei_base::{Caller, Ctx, Ids, Purpose, Role, Roles, limits};
use renkei_care::work_list::{self, Filter};
use renkei_care::{Care, Deadlines};
use renkei_store::Store;

use crate::browser::Browser;
use crate::load::{Client, closed, paced};
use crate::machine::{MachineClock, MachineIds, now};
use crate::plan::Plan;
use crate::region::Large;
use crate::report::Report;
use crate::stat::{Times, shown};
use crate::steps::Steps;
use crate::{Done, counts, door, http};

/// Seconds between two looks of one person.
const PACE: f64 = 2.0;
/// What 99 of 100 lists may take.
const MOST_MS: f64 = 30.0;

const WHOLE: &str = "GET /home, whole page";

/// Counts, and times the use case alone.
pub(crate) async fn in_process(
    plan: &Plan,
    data: &Path,
    large: &Large,
    report: &mut Report,
) -> Done<()> {
    let store = Store::open(&door::config(data.to_owned(), None), Arc::new(MachineClock)).await?;
    let care = Care::new(store.clone(), Deadlines::default());
    let filter = Filter {
        limit: limits::PAGE_ROWS,
        ..Filter::default()
    };
    let mut times = Vec::new();
    for round in 0..if plan.quick { 5 } else { 200 } {
        let ctx = ctx(large);
        let began = now();
        let list = work_list::work_list(&care, &ctx, &filter).await?;
        times.push(u32::try_from(began.elapsed().as_micros())?);
        if list.total != plan.open || list.rows.len() != plan.open.min(limits::PAGE_ROWS) {
            return Err(format!(
                "round {round}: {} waiting, {} rows",
                list.total,
                list.rows.len()
            )
            .into());
        }
    }
    store.close().await?;
    let times = Times::new(times);
    let text = format!(
        "{} of {} referrals wait for one hospital, {} more of its own are closed; the page shows the first {} rows. \
         The use case alone, one after another: p50 {} ms, p99 {} ms.\n",
        plan.open,
        large.referrals,
        large.referrals / 5 - plan.open,
        limits::PAGE_ROWS,
        shown(times.percentile(0.5)),
        shown(times.percentile(0.99))
    );
    report.section("Work list, large region", &text);
    Ok(())
}

/// A liaison clerk of the hospital.
fn ctx(large: &Large) -> Ctx {
    let caller = Caller {
        account: large.people.first().cloned(),
        name: String::new(),
        institution: Some(large.hospital.clone()),
        roles: Roles::new([Role::LiaisonClerk]),
        machine: None,
    };
    let ids: Arc<dyn Ids> = Arc::new(MachineIds);
    Ctx {
        reach: renkei_access::reach(&caller),
        purpose: Purpose::Treatment,
        caller,
        ..Ctx::program(counts::at(), ids)
    }
}

/// Through the pages: all people signed in, each with its line for changes open, looking again and again.
pub(crate) async fn run(
    plan: &Plan,
    address: SocketAddr,
    large: &Large,
    report: &mut Report,
) -> Done<()> {
    let mut browsers = Vec::with_capacity(large.people.len());
    let mut lines = Vec::with_capacity(large.people.len());
    for account in &large.people {
        let browser = Browser::be(address, account.as_str()).await?;
        lines.push(browser.events());
        browsers.push(browser);
    }
    check(plan, &mut browsers).await?;
    let mut steps = Steps::default();
    let most_rows = format!("the longest list, {} rows", limits::PAGE_ROWS_MAX);
    for (name, path, fragment) in [
        (WHOLE, "/home", false),
        ("the part that fetches itself again", "/home", true),
        (&most_rows, "/home?more=1", false),
    ] {
        for _ in 0..plan.rounds {
            let mut clients = clients(address, &browsers, path, fragment).await?;
            let load = paced(&mut clients, plan.seconds * 4.0, PACE, Client::step).await?;
            steps.push(&paced_name(name, &browsers), &load);
        }
    }
    let mut all = clients(address, &browsers, "/home", false).await?;
    let load = closed(&mut all, plan.seconds, Client::step).await?;
    let many = browsers.len();
    steps.push(&format!("{WHOLE}, {many} people without pause"), &load);
    let times = together(plan, address, &browsers).await?;
    steps.push_times(
        &format!("the part, {many} people at the same moment"),
        &times,
    );
    for line in lines {
        line.abort();
    }
    report.table(&steps.table("", |_| String::new()));
    let what = format!(
        "work list of {} among {}, p99 with {} people signed in",
        plan.open,
        large.referrals,
        browsers.len()
    );
    report.below(
        &what,
        MOST_MS,
        "ms",
        &steps.most(&paced_name(WHOLE, &browsers)),
    );
    report.note("People look at times of their own; who still waits for the last answer is late, and the next counts from when it was due.");
    Ok(())
}

fn paced_name(name: &str, browsers: &[Browser]) -> String {
    format!("{name}, each of {} people every {PACE} s", browsers.len())
}

/// The page says how many wait, and shows as many rows as it may.
async fn check(plan: &Plan, browsers: &mut [Browser]) -> Done<()> {
    let browser = browsers.first_mut().ok_or("nobody")?;
    let answer = browser.get("/home").await?;
    let page = answer.text()?;
    let rows = page.matches("data-row ").count();
    if rows == plan.open.min(limits::PAGE_ROWS) && page.contains(&format!("<b>{}</b>", plan.open)) {
        Ok(())
    } else {
        Err(format!("the work list shows {rows} rows").into())
    }
}

async fn clients(
    address: SocketAddr,
    browsers: &[Browser],
    path: &str,
    fragment: bool,
) -> Done<Vec<Client>> {
    let mut clients = Vec::with_capacity(browsers.len());
    for browser in browsers {
        let connection = http::Connection::open(address).await?;
        clients.push(Client::new(
            connection,
            vec![browser.page(path, fragment)],
            200,
        ));
    }
    Ok(clients)
}

/// As after a change: everybody's page fetches its part again at once.
async fn together(plan: &Plan, address: SocketAddr, browsers: &[Browser]) -> Done<Times> {
    let mut clients = clients(address, browsers, "/home", true).await?;
    let mut times = Vec::new();
    for _ in 0..if plan.quick { 2 } else { 20 } {
        let began = now();
        let each = clients.iter_mut().map(|client| async {
            client.step().await?;
            Done::Ok(u32::try_from(began.elapsed().as_micros())?)
        });
        times.extend(futures_util::future::try_join_all(each).await?);
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    Ok(Times::new(times))
}
