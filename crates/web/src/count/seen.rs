//! Which figures a caller sees.

use std::collections::BTreeSet;

use renkei_base::{Lang, Refusal};
use renkei_gov::count::{Base, Figures, Sheet, small};
use renkei_gov::questionnaire::Words;
use renkei_gov::snapshot::{self, Body, PUBLISHED, SnapshotRow};
use renkei_gov::survey::{Seen, SurveyState, seen};
use renkei_gov::{Status, matrix, publication};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// What an address says of figures.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    /// `all`, `asked`, `answered`; the survey's own if empty.
    pub(crate) base: String,
    /// The code of a 二次保健医療圏.
    pub(crate) area: String,
    /// The number of a version; the newest if empty. `now`: as the sheets stand.
    pub(crate) version: String,
    /// `area`, `kind`, `size`, `ageing`.
    pub(crate) by: String,
    /// A line, for what is asked of one: `d1`.
    pub(crate) line: String,
    /// A line to cross it with.
    pub(crate) with: String,
    /// What sheets say to the line: `yes` …
    pub(crate) status: String,
    /// 区市町村: `ward` …
    pub(crate) kind: String,
    /// The lower limit of a band of inhabitants or ageing.
    pub(crate) size: String,
    pub(crate) ageing: String,
    /// Of the municipalities, from 1; the first if empty.
    pub(crate) page: String,
}

impl Params {
    /// Whether some of the sheets are asked for. A few of them are somebody's answers.
    fn narrows(&self) -> bool {
        self.splits() || [&self.area, &self.by].iter().any(|one| !one.is_empty())
    }

    /// Whether sheets are asked for that have several things in common, or are of no group that is looked at whole.
    fn splits(&self) -> bool {
        let some = [&self.with, &self.kind, &self.size, &self.ageing];
        some.iter().any(|one| !one.is_empty())
    }
}

/// How far a caller may look at some of the sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Narrow {
    /// Who sees who said what.
    Free,
    /// Groups of at least so many sheets: a version that holds counts alone.
    Groups(u32),
    /// Only all of them.
    Not,
}

/// Figures as this caller sees them.
pub(crate) struct Viewed {
    pub(crate) code: String,
    pub(crate) body: Body,
    /// Of the version; nothing for the figures as they stand now.
    pub(crate) version: Option<SnapshotRow>,
    /// Whether who said what is seen too.
    pub(crate) names: bool,
    pub(crate) narrow: Narrow,
    /// Who the caller is inside, where it is anybody.
    pub(crate) inside: Option<Seen>,
    pub(crate) base: Base,
    /// The area that is chosen.
    pub(crate) area: String,
    /// Too few sheets were handed in for counts alone: none of them is counted here.
    pub(crate) few: bool,
    /// A version is a large text that is read and held against its digest each time: not by everybody at once.
    _turn: Option<OwnedSemaphorePermit>,
}

/// Sheets that were handed in, at least, before counts alone are shown: of one sheet they are what it says.
pub(crate) const FEWEST: i64 = 3;

impl Viewed {
    /// # Errors
    /// `refuse-survey-narrow` where some sheets are asked for by whoever sees only counts; `NotFound` where there is no survey
    /// for this caller, no such version, or no such area.
    pub(crate) async fn of(
        app: &App,
        v: &Visit,
        code: &str,
        params: &Params,
    ) -> Result<Self, Answer> {
        let turn = app.turns.take().await;
        let inside = inside(app, v, code).await?;
        let stored = match params.version.as_str() {
            "" => publication::newest(&app.store, code).await?,
            "now" => None,
            number => Some(version(app, code, number, inside.is_some()).await?),
        };
        let viewed = match (stored, inside) {
            (Some(stored), inside) => Self {
                narrow: Self::narrow(&stored, inside.as_ref()),
                names: Self::narrow(&stored, inside.as_ref()) == Narrow::Free,
                code: code.to_owned(),
                body: stored.body,
                version: Some(stored.row),
                inside,
                base: Base::All,
                area: String::new(),
                few: false,
                _turn: turn,
            },
            (None, Some(inside)) => {
                app.areas.refresh(&app.store).await?;
                Self {
                    narrow: match matrix::names(&inside) {
                        true => Narrow::Free,
                        false => Narrow::Not,
                    },
                    names: matrix::names(&inside),
                    code: code.to_owned(),
                    body: snapshot::figures(&app.store, &inside.row, &app.areas).await?,
                    version: None,
                    inside: Some(inside),
                    base: Base::All,
                    area: String::new(),
                    few: false,
                    _turn: turn,
                }
            }
            (None, None) => return Err(Answer::NotFound),
        };
        viewed.veiled().narrowed(params)
    }

    /// [`Self::of`] with what respondents explained and attached, for whoever sees who said what: as they stand now, that is
    /// looked for in all answers.
    pub(crate) async fn with_examples(
        app: &App,
        v: &Visit,
        code: &str,
        params: &Params,
    ) -> Result<Self, Answer> {
        let mut viewed = Self::of(app, v, code, params).await?;
        if let (None, true, Some(inside)) = (&viewed.version, viewed.names, &viewed.inside) {
            viewed.body.examples = matrix::examples(&app.store, &inside.row).await?;
        }
        Ok(viewed)
    }

    /// Without what was said, where that is of too few for who sees only counts.
    fn veiled(mut self) -> Self {
        let handed_in = self.body.figures.counted().filter(|sheet| sheet.answered);
        let handed_in = i64::try_from(handed_in.count()).unwrap_or(i64::MAX);
        self.few = self.narrow == Narrow::Not && (1..self.fewest()).contains(&handed_in);
        if self.few {
            for sheet in &mut self.body.figures.sheets {
                sheet.answered = false;
                sheet.marks.clear();
                sheet.overrides.clear();
            }
        }
        self
    }

    /// These are the figures of now, of a survey that still asks: who has not answered may do so.
    pub(crate) fn is_open(&self) -> bool {
        let asks = |inside: &Seen| inside.state == SurveyState::Open;
        self.version.is_none() && self.inside.as_ref().is_some_and(asks)
    }

    /// What it is called that a line has no answer, a text key.
    pub(crate) fn no_answer(&self) -> &'static str {
        match self.is_open() {
            true => "count-not-answered",
            false => "count-no-answer",
        }
    }

    /// The word of a status here.
    pub(crate) fn word(&self, v: &Visit, status: Status) -> String {
        match status {
            Status::NoAnswer => v.t(self.no_answer()),
            other => v.t(&super::show::status_key(other)),
        }
    }

    /// From how many sheets on counts alone are shown.
    pub(crate) fn fewest(&self) -> i64 {
        self.body.least.max(FEWEST)
    }

    /// A version says who said what, unless it holds counts alone. What was presented is no more than the sheets as they
    /// stood: the same eyes.
    fn narrow(stored: &snapshot::Snapshot, inside: Option<&Seen>) -> Narrow {
        let least = u32::try_from(stored.body.least).unwrap_or(u32::MAX);
        match stored.row.kind == PUBLISHED {
            _ if inside.is_some_and(matrix::names) => Narrow::Free,
            true if least == 0 => Narrow::Free,
            true => Narrow::Groups(least),
            false => Narrow::Not,
        }
    }

    fn narrowed(mut self, params: &Params) -> Result<Self, Answer> {
        let refused = match self.narrow {
            Narrow::Free => None,
            Narrow::Groups(_) => params.splits().then_some("refuse-survey-small"),
            Narrow::Not => params.narrows().then_some("refuse-survey-narrow"),
        };
        if let Some(key) = refused {
            return Err(Refusal::forbidden(key).into());
        }
        let base = match params.base.as_str() {
            "" => self.body.base.as_str(),
            base => base,
        };
        self.base = Base::from_code(base).ok_or(Answer::Request)?;
        if !params.area.is_empty() {
            let area = params.area.as_str();
            let all = &self.body.figures;
            if !all.sheets.iter().any(|sheet| sheet.area == area) {
                return Err(Answer::NotFound);
            }
            if self.small_areas().contains(area) {
                return Err(Refusal::forbidden("refuse-survey-small").into());
            }
            area.clone_into(&mut self.area);
        }
        Ok(self)
    }

    /// The areas that are too small to be looked at, and those that would tell of them.
    pub(crate) fn small_areas(&self) -> BTreeSet<String> {
        self.small(|sheet| sheet.area.clone())
    }

    /// Codes of groups that are not shown to this caller.
    pub(crate) fn small(&self, key: impl Fn(&Sheet) -> String) -> BTreeSet<String> {
        match self.narrow {
            Narrow::Groups(least) => {
                small::hidden(&small::handed_in(&self.body.figures, key), least)
            }
            Narrow::Free | Narrow::Not => BTreeSet::new(),
        }
    }

    /// The least number of sheets of a group that is shown; 0 where that is no question.
    pub(crate) const fn least(&self) -> u32 {
        match self.narrow {
            Narrow::Groups(least) => least,
            Narrow::Free | Narrow::Not => 0,
        }
    }

    /// Whether areas, kinds and sizes can be looked at.
    pub(crate) fn divides(&self) -> bool {
        self.narrow != Narrow::Not
    }

    /// The same with its sheets named in the reader's language. Files for programs have the names as they were asked.
    pub(crate) fn named(mut self, app: &App, v: &Visit) -> Self {
        v.name_sheets(&app.areas.atlas(), &mut self.body.figures);
        self
    }

    /// The time that the answers are of, in the reader's language.
    pub(crate) fn as_of(&self, v: &Visit) -> String {
        v.stated(&self.body.as_of, self.day())
    }

    /// The figures of the chosen area, or all.
    pub(crate) fn figures(&self) -> Figures {
        let all = &self.body.figures;
        match self.area.as_str() {
            "" => all.clone(),
            area => all.only(|sheet| sheet.area == area),
        }
    }

    /// Whether the caller runs the survey.
    pub(crate) fn owner(&self) -> bool {
        self.inside.as_ref().is_some_and(|inside| inside.owner)
    }

    pub(crate) fn title(&self, v: &Visit) -> String {
        words(v, &self.body.title, &self.body.english).to_owned()
    }

    pub(crate) fn about(&self, v: &Visit) -> String {
        words(v, &self.body.about, &self.body.about_english).to_owned()
    }

    /// The day whose areas hold.
    pub(crate) fn day(&self) -> jiff::civil::Date {
        self.body.day.parse().unwrap_or_default()
    }
}

/// The caller's side of the survey, nothing where it has none.
async fn inside(app: &App, v: &Visit, code: &str) -> Result<Option<Seen>, Answer> {
    match seen::seen(&app.store, &v.ctx, code).await {
        Ok(seen) => {
            let has = seen.owner || seen.checker || seen.own.is_some();
            Ok(has.then_some(seen))
        }
        Err(renkei_store::Failure::Refused(renkei_base::Refusal::NotFound)) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

/// A published version; for those inside a presented one too.
async fn version(
    app: &App,
    code: &str,
    number: &str,
    inside: bool,
) -> Result<snapshot::Snapshot, Answer> {
    let number: i64 = number.parse().map_err(|_| Answer::NotFound)?;
    let found = if inside {
        snapshot::read(&app.store, code, number).await?
    } else {
        publication::version(&app.store, code, number).await?
    };
    found.ok_or(Answer::NotFound)
}

/// The text in the reader's language, where there is one.
pub(crate) fn words<'a>(v: &Visit, ja: &'a str, en: &'a str) -> &'a str {
    match v.lang() {
        Lang::En if !en.is_empty() => en,
        _ => ja,
    }
}

pub(crate) fn said<'a>(v: &Visit, text: &'a Words) -> &'a str {
    words(v, &text.ja, &text.en)
}
