//! A whole code list: what it means for the institutions that are there, and what waits.

use std::collections::{BTreeMap, HashMap, HashSet};

use renkei_base::code::InstitutionCode;
use renkei_base::{Ctx, Refusal};
use renkei_store::import::CodeWait;
use renkei_store::institution::InstitutionRow;
use renkei_store::{Changes, Failure, Note, Store, StoreError};

use super::BATCH_ROWS;
use super::code_row::{self, CodeRow};
use super::doubt::{Expected, Judge, LOOKED_AT};
use super::file::Source;
use super::heading;
use super::report::{Change, Level, Remark, Report};
use super::run::{Import, TRIES};
use crate::code::{CODE_SOURCE, give};
use crate::matching::{Party, Verdict, verdicts};
use crate::{Kind, municipality};

/// Waiting rows of one commit: plain inserts, lighter than resources.
const WAIT_ROWS: usize = 500;

/// Imports a code list. Rows that surely mean one institution give it their code; the others wait.
pub(super) async fn institution_codes(import: &mut Import<'_>) -> Result<(), Failure> {
    let (store, ctx) = (import.store, import.ctx);
    // A list has no headings that could be missing.
    let own = super::kind("institution-codes");
    let first = heading::first_row(import.source);
    if let Some(other) = own
        .zip(first)
        .and_then(|(own, row)| heading::other_kind(&row, own))
    {
        return Err(Refusal::Invalid(vec![heading::looks_like(other)]).into());
    }
    if import.ends_here(judged(import)?) {
        return Ok(());
    }
    let rows = read_all(import)?;
    let known = Known::load(store).await?;
    let fresh = known.sort(rows, &mut import.report);
    let decided = decide(store, &fresh).await?;
    let total = import.report.rows() + fresh.len() as u64;
    let mut sure = Vec::new();
    let mut waits = Vec::new();
    for (row, verdict) in fresh.into_iter().zip(decided) {
        match verdict {
            Decision::Give(institution) => sure.push((row, institution)),
            Decision::Wait(candidates) => waits.push(wait_of(row, candidates, import.source, ctx)),
        }
    }
    for batch in sure.chunks(BATCH_ROWS) {
        let codes: Vec<_> = batch
            .iter()
            .map(|(row, id)| (row.code.clone(), id.clone()))
            .collect();
        if !import.is_dry() {
            give_all(store, ctx, &codes, &known.waiting, &import.date).await?;
        }
        for (row, _) in batch {
            let new = row.code.as_str().to_owned();
            let change = Change {
                field: "code",
                old: String::new(),
                new,
            };
            import.report.change(row.line, &row.name, vec![change]);
        }
        import.tell(import.report.rows(), total);
    }
    let changed: Vec<&CodeWait> = waits.iter().filter(|wait| known.is_news(wait)).collect();
    for batch in changed.chunks(WAIT_ROWS).filter(|_| !import.is_dry()) {
        keep_waiting(store, ctx, batch).await?;
    }
    for wait in &waits {
        let reason = if wait.candidates.is_empty() {
            "fault-import-code-nobody"
        } else {
            "fault-import-code-several"
        };
        let line = u64::try_from(wait.line).unwrap_or_default();
        let remark = Remark::new(line, Level::Waiting, "", reason, &wait.code);
        import.report.wait(remark);
    }
    Ok(())
}

/// Tries the codes that wait against the institutions that have none yet. Returns how many found theirs.
pub(crate) async fn settle_waiting(store: &Store, ctx: &Ctx) -> Result<u64, Failure> {
    let waits = store.code_waits().await?;
    let rows: Vec<CodeRow> = waits.iter().filter_map(row_of_wait).collect();
    let decided = decide(store, &rows).await?;
    let waiting: HashMap<String, CodeWait> = waits
        .into_iter()
        .map(|wait| (wait.code.clone(), wait))
        .collect();
    let mut sure = Vec::new();
    let mut changed = Vec::new();
    for (row, decision) in rows.iter().zip(decided) {
        match decision {
            Decision::Give(institution) => sure.push((row.code.clone(), institution)),
            Decision::Wait(candidates) => {
                let known = waiting.get(row.code.as_str());
                changed.extend(
                    known
                        .filter(|wait| wait.candidates != candidates)
                        .map(|wait| CodeWait {
                            candidates,
                            ..wait.clone()
                        }),
                );
            }
        }
    }
    let date = ctx.at.in_japan().date().to_string();
    for batch in sure.chunks(BATCH_ROWS) {
        give_all(store, ctx, batch, &waiting, &date).await?;
    }
    let changed: Vec<&CodeWait> = changed.iter().collect();
    for batch in changed.chunks(WAIT_ROWS) {
        keep_waiting(store, ctx, batch).await?;
    }
    Ok(sure.len() as u64)
}

/// What the columns hold: the list has no headings, they are told by their numbers.
fn judged(import: &Import<'_>) -> Result<Judge, Failure> {
    let expected = code_row::SHAPES.map(|(place, shape)| Expected {
        place,
        heading: (place + 1).to_string(),
        shape: Some(shape),
        ..Expected::default()
    });
    let mut judge = Judge::new(expected.into());
    let mut rows = import.rows()?;
    while rows.advance()?.is_some_and(|line| line <= LOOKED_AT) {
        judge.see(|at| rows.row().get(at).unwrap_or_default());
    }
    Ok(judge)
}

/// Rows that can be taken, each once.
fn read_all(import: &mut Import<'_>) -> Result<Vec<CodeRow>, Failure> {
    let mut table = import.rows()?;
    let report = &mut import.report;
    let mut rows: Vec<CodeRow> = Vec::new();
    let mut seen: HashMap<InstitutionCode, usize> = HashMap::new();
    while let Some(line) = table.advance()? {
        let mut found = match code_row::read(table.row(), line) {
            Ok(found) => found,
            Err(remark) => {
                report.refuse(remark);
                continue;
            }
        };
        report.warn(std::mem::take(&mut found.warnings));
        match seen.get(&found.code).and_then(|at| rows.get(*at)) {
            Some(first) if (&first.name, &first.address) == (&found.name, &found.address) => {
                report.unchanged += 1;
            }
            Some(first) => {
                let first = first.line.to_string();
                report.refuse(Remark::new(
                    line,
                    Level::Refused,
                    "1",
                    "fault-import-code-twice",
                    &first,
                ));
            }
            None => {
                seen.insert(found.code.clone(), rows.len());
                rows.push(found);
            }
        }
    }
    Ok(rows)
}

/// What the tables know of codes.
struct Known {
    /// Codes that institutions have.
    given: HashSet<String>,
    dismissed: HashSet<String>,
    waiting: HashMap<String, CodeWait>,
}

impl Known {
    async fn load(store: &Store) -> Result<Self, Failure> {
        let mut given = HashSet::new();
        each_institution(store, |row| given.extend(row.code)).await?;
        let waits = store.code_waits().await?;
        Ok(Self {
            given,
            dismissed: store.dismissed_codes().await?.into_iter().collect(),
            waiting: waits
                .into_iter()
                .map(|wait| (wait.code.clone(), wait))
                .collect(),
        })
    }

    /// Leaves the rows that nothing has been decided about.
    fn sort(&self, rows: Vec<CodeRow>, report: &mut Report) -> Vec<CodeRow> {
        let before = rows.len();
        let decided = |code: &str| self.given.contains(code) || self.dismissed.contains(code);
        let fresh: Vec<CodeRow> = rows
            .into_iter()
            .filter(|row| !decided(row.code.as_str()))
            .collect();
        report.unchanged += (before - fresh.len()) as u64;
        fresh
    }

    /// Whether a waiting row says anything new.
    fn is_news(&self, wait: &CodeWait) -> bool {
        self.waiting.get(&wait.code).is_none_or(|old| {
            (&old.name, &old.postal, &old.address, &old.candidates)
                != (&wait.name, &wait.postal, &wait.address, &wait.candidates)
        })
    }
}

enum Decision {
    Give(renkei_base::Id),
    Wait(Vec<renkei_base::Id>),
}

/// An institution that a code may belong to: only what is compared, as all of them are held at once.
struct Office {
    id: renkei_base::Id,
    prefecture: Box<str>,
    name: Box<str>,
    address: Box<str>,
    municipality: Box<str>,
    has_code: bool,
}

/// Compares rows with all institutions of the kinds that the list is about, one prefecture after the other: nothing is compared
/// across them. One that has a code already is only a candidate.
async fn decide(store: &Store, rows: &[CodeRow]) -> Result<Vec<Decision>, Failure> {
    let mut decided: Vec<Decision> = rows.iter().map(|_| Decision::Wait(Vec::new())).collect();
    if rows.is_empty() {
        return Ok(decided);
    }
    let offices = offices(store).await?;
    let pairs = offices.iter();
    let cities = municipality::names(pairs.map(|one| (&*one.municipality, &*one.address)));
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        groups.entry(prefecture(row)).or_default().push(place);
    }
    for (prefecture, places) in groups {
        let theirs: Vec<&Office> = offices
            .iter()
            .filter(|one| &*one.prefecture == prefecture)
            .collect();
        let ours: Vec<&CodeRow> = places.iter().filter_map(|place| rows.get(*place)).collect();
        let found = decide_in(prefecture, &ours, &theirs, &cities);
        for (place, decision) in places.into_iter().zip(found) {
            if let Some(one) = decided.get_mut(place) {
                *one = decision;
            }
        }
    }
    Ok(decided)
}

fn decide_in(
    prefecture: &str,
    rows: &[&CodeRow],
    offices: &[&Office],
    cities: &HashMap<String, String>,
) -> Vec<Decision> {
    let city = |one: &Office| cities.get(&*one.municipality).map_or("", String::as_str);
    let theirs: Vec<Party> = offices
        .iter()
        .map(|one| Party::new(prefecture, &one.name, &one.address, city(one)))
        .collect();
    let ours: Vec<Party> = rows
        .iter()
        .map(|row| Party::new(prefecture, &row.name, &row.address, ""))
        .collect();
    let ids = |places: Vec<usize>| {
        let named = places.iter().filter_map(|at| offices.get(*at));
        named.map(|one| one.id.clone()).collect()
    };
    let verdicts = verdicts(&ours, &theirs).into_iter();
    rows.iter()
        .zip(verdicts)
        .map(|(row, verdict)| match verdict {
            Verdict::Sure(place, _) => match offices.get(place) {
                Some(one) if !one.has_code && !row.doubtful => Decision::Give(one.id.clone()),
                _ => Decision::Wait(ids(vec![place])),
            },
            Verdict::Perhaps(places) => Decision::Wait(ids(places)),
            Verdict::Nobody => Decision::Wait(Vec::new()),
        })
        .collect()
}

fn prefecture(row: &CodeRow) -> &str {
    row.code.as_str().get(..2).unwrap_or_default()
}

async fn offices(store: &Store) -> Result<Vec<Office>, Failure> {
    let mut offices = Vec::new();
    each_institution(store, |row| {
        if row.active && is_medical(&row) {
            offices.push(Office {
                id: row.id,
                prefecture: row.prefecture.into(),
                name: row.name.into(),
                address: row.address.into(),
                municipality: row.municipality.into(),
                has_code: row.code.is_some(),
            });
        }
    })
    .await?;
    Ok(offices)
}

/// Shows all institutions, never holding more than a page of them.
async fn each_institution(
    store: &Store,
    mut show: impl FnMut(InstitutionRow),
) -> Result<(), Failure> {
    let mut last: Option<InstitutionRow> = None;
    loop {
        let page = store.institutions_after(last.as_ref()).await?;
        let Some(end) = page.last().cloned() else {
            return Ok(());
        };
        page.into_iter().for_each(&mut show);
        last = Some(end);
    }
}

fn is_medical(row: &InstitutionRow) -> bool {
    matches!(
        Kind::from_code(&row.kind),
        Some(Kind::Hospital | Kind::Clinic)
    )
}

async fn give_all(
    store: &Store,
    ctx: &Ctx,
    batch: &[(InstitutionCode, renkei_base::Id)],
    waiting: &HashMap<String, CodeWait>,
    date: &str,
) -> Result<(), Failure> {
    for attempt in 1.. {
        let mut changes = Changes::default();
        give(store, ctx, batch, (CODE_SOURCE, date), &mut changes).await?;
        for (code, institution) in batch {
            if waiting.contains_key(code.as_str()) {
                changes.end_code_wait(code.as_str(), Some(institution), None, ctx.at);
            }
        }
        changes.note(
            Note::new("institution.import")
                .detail(format!("institution-codes {} codes", batch.len())),
        );
        match store.commit(ctx, changes).await {
            Err(StoreError::Conflict(_)) if attempt < TRIES => {}
            Err(error) => return Err(error.into()),
            Ok(_) => break,
        }
    }
    Ok(())
}

async fn keep_waiting(store: &Store, ctx: &Ctx, batch: &[&CodeWait]) -> Result<(), Failure> {
    let mut changes = Changes::default();
    for wait in batch {
        changes.put_code_wait(wait);
    }
    changes.note(
        Note::new("institution.import")
            .detail(format!("institution-codes {} waiting", batch.len())),
    );
    store.commit(ctx, changes).await?;
    Ok(())
}

fn wait_of(row: CodeRow, candidates: Vec<renkei_base::Id>, source: &Source, ctx: &Ctx) -> CodeWait {
    CodeWait {
        code: row.code.as_str().to_owned(),
        prefecture: row
            .code
            .prefecture()
            .map(|one| one.code())
            .unwrap_or_default(),
        name: row.name,
        postal: row.postal,
        address: row.address,
        candidates,
        source: source.file.clone(),
        line: i64::try_from(row.line).unwrap_or_default(),
        since: ctx.at,
    }
}

fn row_of_wait(wait: &CodeWait) -> Option<CodeRow> {
    let code = InstitutionCode::read(&wait.code).ok()?;
    Some(CodeRow {
        line: u64::try_from(wait.line).unwrap_or_default(),
        doubtful: !code.check_digit_holds(),
        code,
        name: wait.name.clone(),
        postal: wait.postal.clone(),
        address: wait.address.clone(),
        warnings: Vec::new(),
    })
}
