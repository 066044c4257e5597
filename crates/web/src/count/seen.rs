//! Which figures a caller sees.

use renkei_base::{Lang, Refusal};
use renkei_gov::count::{Base, Figures};
use renkei_gov::questionnaire::Words;
use renkei_gov::snapshot::{self, Body, PUBLISHED, SnapshotRow};
use renkei_gov::survey::{Seen, seen};
use renkei_gov::{matrix, publication};
use serde::Deserialize;

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
        let some = [
            &self.area,
            &self.by,
            &self.with,
            &self.kind,
            &self.size,
            &self.ageing,
        ];
        some.iter().any(|one| !one.is_empty())
    }
}

/// Figures as this caller sees them.
pub(crate) struct Viewed {
    pub(crate) code: String,
    pub(crate) body: Body,
    /// Of the version; nothing for the figures as they stand now.
    pub(crate) version: Option<SnapshotRow>,
    /// Whether who said what is seen too.
    pub(crate) names: bool,
    /// Who the caller is inside, where it is anybody.
    pub(crate) inside: Option<Seen>,
    pub(crate) base: Base,
    /// The area that is chosen.
    pub(crate) area: String,
}

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
        let inside = inside(app, v, code).await?;
        let stored = match params.version.as_str() {
            "" => publication::newest(&app.store, code).await?,
            "now" => None,
            number => Some(version(app, code, number, inside.is_some()).await?),
        };
        let viewed = match (stored, inside) {
            (Some(stored), inside) => Self {
                // A presented snapshot is no more than the sheets as they stood: the same eyes.
                names: stored.row.kind == PUBLISHED || inside.as_ref().is_some_and(matrix::names),
                code: code.to_owned(),
                body: stored.body,
                version: Some(stored.row),
                inside,
                base: Base::All,
                area: String::new(),
            },
            (None, Some(inside)) => {
                app.areas.refresh(&app.store).await?;
                Self {
                    names: matrix::names(&inside),
                    code: code.to_owned(),
                    body: snapshot::now(&app.store, &inside.row, &app.areas).await?,
                    version: None,
                    inside: Some(inside),
                    base: Base::All,
                    area: String::new(),
                }
            }
            (None, None) => return Err(Answer::NotFound),
        };
        viewed.narrowed(params)
    }

    fn narrowed(mut self, params: &Params) -> Result<Self, Answer> {
        if !self.names && params.narrows() {
            return Err(Refusal::forbidden("refuse-survey-narrow").into());
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
            area.clone_into(&mut self.area);
        }
        Ok(self)
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
