//! A survey before it asks anybody: made of a final questionnaire, changed, thrown away.

use renkei_access::policy::Action;
use renkei_base::era::{Era, Stated};
use renkei_base::limits::LINE_CHARS;
use renkei_base::{Ctx, Fault, Id, Refusal, text};
use renkei_store::{Changes, Failure, Note, Store, StoreError, SurveyRow};

use super::{Base, CHECKER, Peers, SurveyState, day, event::event, seen};
use crate::{audit, gate};

/// Days around the deadline on which reminders can be sent.
pub const REMINDERS: [i32; 8] = [-14, -7, -3, -1, 1, 3, 7, 14];
/// What everybody sees: 0, who said what; else counts alone, and no group of fewer sheets.
pub const LEASTS: [i64; 4] = [0, 3, 5, 10];
/// What is proposed.
pub const USUAL_REMINDERS: &str = "-7,-1,1,7";

/// A survey as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// In its address; empty: made of the questionnaire's and the year.
    pub code: String,
    pub title: String,
    pub english: String,
    pub about: String,
    pub about_english: String,
    /// As people write it: `27年10月現在`.
    pub as_of: String,
    /// Code of the asking before it, or empty.
    pub previous: String,
    /// Days as people write them.
    pub opens: String,
    pub closes: String,
    /// Whether a health centre looks at the sheets.
    pub checked: bool,
    /// The code of a [`Peers`].
    pub peers: String,
    /// The code of a [`Base`].
    pub base: String,
    /// Days from the deadline: `-7,-1,1,7`.
    pub reminders: String,
    /// One of [`LEASTS`]; empty is 0.
    pub least: String,
}

impl Typed {
    /// A survey as it stands, to be changed in a form.
    pub fn of(row: &SurveyRow) -> Self {
        Self {
            code: row.code.clone(),
            title: row.title.clone(),
            english: row.english.clone(),
            about: row.about.clone(),
            about_english: row.about_english.clone(),
            as_of: row.as_of.clone(),
            previous: row.previous.clone(),
            opens: day::first(row.opens).to_string(),
            closes: day::last(row.closes).to_string(),
            checked: super::is_checked(&row.chain),
            peers: row.peers.clone(),
            base: row.base.clone(),
            reminders: row.reminders.clone(),
            least: row.least.to_string(),
        }
    }
}

/// Makes a survey of a final questionnaire of the caller's institution. Returns its code. It asks nobody yet.
///
/// # Errors
/// `Invalid` on the fields of [`Typed`] and `questionnaire`; `refuse-survey-code` where another one has the code.
pub async fn create(
    store: &Store,
    ctx: &Ctx,
    questionnaire: &Id,
    version: i64,
    typed: &Typed,
) -> Result<String, Failure> {
    let done = create_tried(store, ctx, questionnaire, version, typed).await;
    let note = Note::new("survey.create").detail(questionnaire.as_str());
    store.noted(ctx, note, done).await
}

async fn create_tried(
    store: &Store,
    ctx: &Ctx,
    questionnaire: &Id,
    version: i64,
    typed: &Typed,
) -> Result<String, Failure> {
    let owner = match store.questionnaire(questionnaire, version).await? {
        Some(found) if found.state == "final" => found.owner,
        Some(found) => {
            gate::own(ctx, Action::SurveyManage, &found.owner)?;
            return Err(Refusal::fault("questionnaire", "fault-survey-questionnaire").into());
        }
        None => return Err(Refusal::NotFound.into()),
    };
    gate::own(ctx, Action::SurveyManage, &owner)?;
    let code = match typed.code.trim() {
        "" => free_code(store, ctx, questionnaire).await?,
        typed => typed.to_owned(),
    };
    let mut row = SurveyRow {
        code: code.clone(),
        owner,
        questionnaire: questionnaire.clone(),
        questionnaire_version: version,
        title: String::new(),
        english: String::new(),
        about: String::new(),
        about_english: String::new(),
        as_of: String::new(),
        previous: String::new(),
        state: SurveyState::Draft.code().to_owned(),
        opens: ctx.at,
        closes: ctx.at,
        chain: String::new(),
        peers: String::new(),
        base: String::new(),
        reminders: String::new(),
        invented: false,
        least: 0,
        created_by: ctx.caller.account.clone(),
        created_at: ctx.at,
        updated_at: ctx.at,
        revision: 1,
    };
    let mut faults = Vec::new();
    if !is_code(&code) {
        faults.push(Fault::new("code", "fault-survey-code"));
    }
    fill(&mut row, typed, ctx, &mut faults);
    previous(store, &row, &mut faults).await?;
    refuse(faults)?;
    let mut changes = Changes::default();
    changes.put_survey(&row, None);
    changes.put_survey_event(&event(ctx, &code, None, "created", ""));
    changes.note(Note::new("survey.create").detail(&code));
    changes.tell.push(row.owner.clone());
    match store.commit(ctx, changes).await {
        Err(renkei_store::StoreError::Conflict(_)) => {
            Err(Refusal::fault("code", "fault-survey-code-taken").into())
        }
        done => {
            done?;
            Ok(code)
        }
    }
}

/// Changes what is said of a survey. Its days only while it is a draft, later they are moved with a reason.
///
/// # Errors
/// `refuse-survey-locked` once it is approved; `Conflict` where somebody else wrote meanwhile.
pub async fn edit(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    revision: i64,
    typed: &Typed,
) -> Result<(), Failure> {
    let done = edit_tried(store, ctx, code, revision, typed).await;
    let note = Note::new("survey.edit").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn edit_tried(
    store: &Store,
    ctx: &Ctx,
    code: &str,
    revision: i64,
    typed: &Typed,
) -> Result<(), Failure> {
    let before = seen::owned(store, ctx, code).await?;
    if seen::state_of(&before) >= SurveyState::Approved {
        return Err(Refusal::not_now("refuse-survey-locked").into());
    }
    let mut row = before.clone();
    let mut faults = Vec::new();
    fill(&mut row, typed, ctx, &mut faults);
    if seen::state_of(&before) != SurveyState::Draft {
        (row.opens, row.closes, row.chain) = (before.opens, before.closes, before.chain);
        faults.retain(|fault| !matches!(fault.field.as_str(), "opens" | "closes"));
        // Who has answered did so on the word that no more is shown than this.
        if row.least < before.least {
            faults.push(Fault::new("least", "fault-survey-least-less"));
        }
    }
    if row.previous != before.previous {
        previous(store, &row, &mut faults).await?;
    }
    refuse(faults)?;
    row.updated_at = ctx.at;
    let mut changes = Changes::default();
    changes.put_survey(&row, Some(revision));
    changes.note(Note::new("survey.edit").detail(code));
    changes.tell.push(row.owner.clone());
    store.commit(ctx, changes).await?;
    Ok(())
}

/// Throws a draft away, with those who were to be asked.
///
/// # Errors
/// `refuse-survey-asked` where it is no draft any more.
pub async fn discard(store: &Store, ctx: &Ctx, code: &str) -> Result<(), Failure> {
    let done = discard_tried(store, ctx, code).await;
    let note = Note::new("survey.discard").detail(audit::plain(code));
    store.noted(ctx, note, done).await
}

async fn discard_tried(store: &Store, ctx: &Ctx, code: &str) -> Result<(), Failure> {
    let row = seen::owned(store, ctx, code).await?;
    if seen::state_of(&row) != SurveyState::Draft {
        return Err(Refusal::not_now("refuse-survey-asked").into());
    }
    let mut changes = Changes::default();
    changes.drop_respondents(code);
    changes.drop_survey(code, row.revision);
    changes.note(Note::new("survey.discard").detail(code));
    store.commit(ctx, changes).await?;
    Ok(())
}

fn refuse(faults: Vec<Fault>) -> Result<(), Refusal> {
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Invalid(faults)),
    }
}

/// Takes over what was typed, as far as it is right.
fn fill(row: &mut SurveyRow, typed: &Typed, ctx: &Ctx, faults: &mut Vec<Fault>) {
    let mut take = |to: &mut String, read: Result<String, Fault>| match read {
        Ok(text) => *to = text,
        Err(fault) => faults.push(fault),
    };
    let title = text::required_line("title", &typed.title, LINE_CHARS);
    take(&mut row.title, title);
    take(
        &mut row.english,
        text::line("english", &typed.english, LINE_CHARS),
    );
    take(&mut row.about, text::long_text("about", &typed.about));
    let english = text::long_text("about_english", &typed.about_english);
    take(&mut row.about_english, english);
    take(&mut row.as_of, as_of(&typed.as_of));
    take(&mut row.reminders, reminders(&typed.reminders));
    match least(&typed.least) {
        Ok(least) => row.least = least,
        Err(fault) => faults.push(fault),
    }
    typed.previous.trim().clone_into(&mut row.previous);
    let chain = if typed.checked {
        "checker,owner"
    } else {
        "owner"
    };
    debug_assert!(super::is_checked(chain) == typed.checked, "{CHECKER}");
    chain.clone_into(&mut row.chain);
    let peers = Peers::from_code(&typed.peers).unwrap_or(Peers::Submitted);
    peers.code().clone_into(&mut row.peers);
    let base = Base::from_code(&typed.base).unwrap_or(Base::All);
    base.code().clone_into(&mut row.base);
    days(row, typed, ctx, faults);
}

/// The time that answers are of, as people write it (`27年10月現在`), or nothing.
fn as_of(typed: &str) -> Result<String, Fault> {
    let text = text::line("as_of", typed, LINE_CHARS)?;
    let stated = Stated::parse(&text, Some(Era::Reiwa));
    match text.is_empty() || stated.is_ok() {
        true => Ok(text),
        false => Err(Fault::new("as_of", "fault-survey-as-of")),
    }
}

fn days(row: &mut SurveyRow, typed: &Typed, ctx: &Ctx, faults: &mut Vec<Fault>) {
    let opens = match typed.opens.trim() {
        "" => Ok(ctx.at.in_japan().date()),
        typed => day::opening("opens", typed, ctx.at),
    };
    let from = opens.as_ref().map_or(ctx.at, |opens| day::start(*opens));
    match (opens, day::closing("closes", &typed.closes, from, ctx.at)) {
        (Ok(opens), Ok(closes)) if day::start(opens) >= closes => {
            faults.push(Fault::new("closes", "fault-survey-days"));
        }
        (Ok(opens), Ok(closes)) => (row.opens, row.closes) = (day::start(opens), closes),
        (opens, closes) => faults.extend([opens.err(), closes.err()].into_iter().flatten()),
    }
}

fn least(typed: &str) -> Result<i64, Fault> {
    let typed = typed.trim();
    let found = LEASTS.into_iter().find(|one| one.to_string() == typed);
    found
        .or((typed.is_empty()).then_some(0))
        .ok_or_else(|| Fault::new("least", "fault-survey-least"))
}

/// Days of reminders as they are kept: in order, each once.
fn reminders(typed: &str) -> Result<String, Fault> {
    let each = typed.split([',', '、', ' ']).filter(|one| !one.is_empty());
    let days: Result<Vec<i32>, _> = each.map(str::parse).collect();
    let fault = || Fault::new("reminders", "fault-survey-reminders");
    let mut days = days.map_err(|_| fault())?;
    days.sort_unstable();
    days.dedup();
    if days.iter().any(|day| *day == 0 || day.abs() > 60) || days.len() > REMINDERS.len() {
        return Err(fault());
    }
    let days: Vec<String> = days.iter().map(ToString::to_string).collect();
    Ok(days.join(","))
}

/// The asking before it must be one of the same owner, of the same questions.
async fn previous(store: &Store, row: &SurveyRow, faults: &mut Vec<Fault>) -> Result<(), Failure> {
    if row.previous.is_empty() {
        return Ok(());
    }
    let found = store.survey(&row.previous).await?;
    let found = found.filter(|found| found.owner == row.owner && found.code != row.code);
    match found {
        None => faults.push(Fault::new("previous", "fault-survey-previous")),
        Some(found) if is_kin(store, row, &found).await? => {}
        Some(_) => faults.push(Fault::new("previous", "fault-survey-previous-other")),
    }
    Ok(())
}

/// Copies of copies that are followed.
const COPIES: usize = 20;

/// Whether two surveys ask the same questions by the same ids: versions of one questionnaire, or a copy of it. Ids of
/// questions are counted up in each questionnaire, so that those of any other one mean other questions.
async fn is_kin(store: &Store, row: &SurveyRow, before: &SurveyRow) -> Result<bool, StoreError> {
    let (now, then) = (&row.questionnaire, &before.questionnaire);
    let now = origins(store, now, row.questionnaire_version).await?;
    let then = origins(store, then, before.questionnaire_version).await?;
    Ok(now.iter().any(|one| then.contains(one)))
}

/// A questionnaire and those that it was copied from.
async fn origins(store: &Store, id: &Id, version: i64) -> Result<Vec<Id>, StoreError> {
    let mut all = vec![id.clone()];
    let mut next = store.questionnaire(id, version).await?;
    while let Some(row) = next.take() {
        let Some((from, version)) = row.copied_from.split_once('/') else {
            break;
        };
        let (Ok(from), Ok(version)) = (from.parse::<Id>(), version.parse()) else {
            break;
        };
        if all.len() < COPIES && !all.contains(&from) {
            next = store.questionnaire(&from, version).await?;
            all.push(from);
        }
    }
    Ok(all)
}

/// Lower-case letters, digits and `-`, so that it can be read out on the telephone.
fn is_code(code: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (3..=60).contains(&code.len())
        && code.bytes().all(fits)
        && !code.starts_with('-')
        && !code.ends_with('-')
        && code != "new"
}

/// The questionnaire's id with the fiscal year, and a number where that is taken.
async fn free_code(store: &Store, ctx: &Ctx, questionnaire: &Id) -> Result<String, Failure> {
    let day = ctx.at.in_japan().date();
    let year = if day.month() < 4 {
        day.year() - 1
    } else {
        day.year()
    };
    let short = questionnaire.as_str().to_ascii_lowercase();
    let short: String = short.chars().filter(|c| *c != '.').take(40).collect();
    let plain = format!("{}-{year}", short.trim_matches('-'));
    let mut code = plain.clone();
    for n in 2..100 {
        if store.survey(&code).await?.is_none() {
            return Ok(code);
        }
        code = format!("{plain}-{n}");
    }
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_reminders_are_kept_in_order() {
        assert_eq!(reminders("7,1,-1, -7,7").unwrap(), "-7,-1,1,7");
        assert_eq!(reminders("").unwrap(), "");
        for wrong in ["0", "a", "-61", "1.5"] {
            assert!(reminders(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_month_that_is_none_is_no_time() {
        for right in [
            "",
            "27年10月現在",
            "令和8年12月現在",
            "2026年11月現在",
            "2026-10-01",
        ] {
            assert_eq!(as_of(right).as_deref(), Ok(right));
        }
        for wrong in ["令和8年13月現在", "2026年0月現在", "そのうち"] {
            assert!(as_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn codes_can_be_read_out() {
        assert!(is_code("home-care-2026") && is_code("a01"));
        for wrong in ["", "ab", "new", "Home", "在宅", "-ab", "ab-", "a b"] {
            assert!(!is_code(wrong), "{wrong}");
        }
    }
}
