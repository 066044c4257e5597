//! Pages and files of a survey, as a visitor gets them from `renkei demo`; and the page of who runs it.

use std::net::SocketAddr;
use std::path::Path;

use super::made::{QUESTIONS, yes};
use super::{CODE, OPEN};
use crate::browser::Browser;
use crate::child::Renkei;
use crate::http::{Answer, Connection, request};
use crate::load::{Client, closed};
use crate::plan::Plan;
use crate::report::{Report, Table};
use crate::stat::shown;
use crate::steps::Steps;
use crate::{Done, bare};

/// What 99 of 100 may take, in milliseconds.
const COUNT_MS: f64 = 100.0;
const MATRIX_MS: f64 = 50.0;
const BOOK_MS: f64 = 3_000.0;

pub(super) async fn measure(
    plan: &Plan,
    sheets: usize,
    renkei: &Renkei,
    data: &Path,
    report: &mut Report,
) -> Done<()> {
    let address = renkei.address;
    let table = format!("/api/surveys/{CODE}/table.csv");
    let answers = format!("/api/surveys/{CODE}/answers.csv");
    let results = format!("/surveys/{CODE}");
    let matrix = format!("{results}/matrix");
    let line = format!("{matrix}?line=q001");
    let book = format!("{results}/table.xlsx");
    let mut weights = Table::new(&["page or file", "kB"]);
    for path in [&table, &answers, &results, &matrix, &line, &book] {
        let answer = got(address, path).await?;
        weights.row(&[path, &shown(answer.bytes as f64 / 1000.0)]);
        let right = match path {
            _ if path == &table => is_counted(answer.text()?, sheets),
            _ if path == &answers => answer.text()?.lines().count() == sheets * QUESTIONS + 1,
            // Of a workbook, that it is one; what it says is what the two files say.
            _ if path == &book => answer.body.starts_with(b"PK"),
            _ => answer.text()?.contains("計測市0<"),
        };
        if !right && path != &results {
            return Err(format!("{path} says something else").into());
        }
    }
    let mut steps = Steps::default();
    for path in [&table, &answers, &results, &matrix, &line, &book] {
        for _ in 0..plan.rounds {
            let head = ["accept-language: ja", "accept-encoding: gzip"].map(str::to_owned);
            let asked = vec![request("GET", path, &head, b"")];
            let mut clients = vec![Client::new(Connection::open(address).await?, asked, 200)];
            let load = closed(&mut clients, plan.seconds, Client::step).await?;
            steps.push(path, &load);
        }
    }
    managed(plan, address, data, &mut steps).await?;
    report.note("As visitors get it (SQLite), packed where a browser would unpack it; `manage` as the asking officer.\n");
    report.table(&weights);
    report.table(&steps.table("", |_| String::new()));
    for (what, path, wanted) in [
        ("table of everything through HTTP", &table, COUNT_MS),
        ("matrix page", &matrix, MATRIX_MS),
        ("matrix page of one line", &line, MATRIX_MS),
        ("workbook of everything", &book, BOOK_MS),
        ("answers.csv of everything", &answers, BOOK_MS),
    ] {
        let what = format!("survey: {what}");
        report.below(&what, wanted, "ms (p99)", &steps.most(path));
    }
    Ok(())
}

async fn got(address: SocketAddr, path: &str) -> Done<Answer> {
    let head = ["accept-language: ja".to_owned()];
    let mut connection = Connection::open(address).await?;
    let answer = connection.ask(&request("GET", path, &head, b"")).await?;
    match answer.status {
        200 => Ok(answer),
        other => Err(format!("{path}: {other}").into()),
    }
}

/// Whether n and 実施 of each line are those that were answered.
fn is_counted(table: &str, sheets: usize) -> bool {
    let lines = table.lines().skip(1).map(|line| {
        let mut cells = line.split(',').skip(2);
        (cells.next(), cells.next())
    });
    let wanted = (0..QUESTIONS).map(|question| (sheets.to_string(), yes(question, sheets)));
    let wanted: Vec<_> = wanted.map(|(n, yes)| (n, yes.to_string())).collect();
    let wanted = wanted
        .iter()
        .map(|(n, yes)| (Some(n.as_str()), Some(yes.as_str())));
    lines.eq(wanted)
}

/// The page on which the owner sees who has answered.
async fn managed(plan: &Plan, address: SocketAddr, data: &Path, steps: &mut Steps) -> Done<()> {
    let officer: String = bare::open(&data.join("renkei.db"))?.query_row(
        "select a.id from account a join survey s on s.owner = a.institution \
         where s.code = ?1 and a.roles like '%officer%' order by a.id limit 1",
        [CODE],
        |row| row.get(0),
    )?;
    let path = format!("/surveys/{OPEN}/manage");
    for _ in 0..plan.rounds {
        let browser = Browser::be(address, &officer).await?;
        let asked = vec![browser.page(&path, false)];
        let mut clients = vec![Client::new(Connection::open(address).await?, asked, 200)];
        let load = closed(&mut clients, plan.seconds, Client::step).await?;
        steps.push(&path, &load);
    }
    Ok(())
}
