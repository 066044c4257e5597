//! Parts that the page of an institution and its forms share.

use renkei_base::Id;
use renkei_directory::confirmation::{self, Due, Progress};
use renkei_directory::institution;
use renkei_store::position::Position;
use renkei_store::profile::TelephoneHour;

use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// Where it lies, for the map.
pub(super) struct Place {
    pub(super) latitude: f64,
    pub(super) longitude: f64,
}

impl Place {
    pub(super) fn of(position: &Position) -> Option<Self> {
        let known = position.latitude != 0.0 && position.longitude != 0.0;
        known.then_some(Self {
            latitude: position.latitude,
            longitude: position.longitude,
        })
    }

    /// `35.65000, 139.70000`
    pub(super) fn text(&self) -> String {
        format!("{:.5}, {:.5}", self.latitude, self.longitude)
    }
}

/// A round in which a page waits for a word.
pub(crate) struct Asked {
    pub(crate) name: String,
    /// `2026-12-20`
    pub(crate) deadline: String,
    pub(crate) due: Due,
    pub(crate) progress: Progress,
}

/// The open round, for those who may confirm this page, until it is confirmed as a whole.
pub(crate) async fn asked(app: &App, v: &Visit, id: &Id) -> Result<Option<Asked>, Answer> {
    let own = v.ctx.caller.institution.as_ref() == Some(id);
    if !own || !institution::may_confirm(&v.ctx, id) {
        return Ok(None);
    }
    let Some(round) = confirmation::open_round(&app.store).await? else {
        return Ok(None);
    };
    let done = confirmation::of(&app.store, &round.id, id).await?;
    let progress = confirmation::progress_of(done.len());
    let asked = Asked {
        due: confirmation::due(&round.deadline, v.now().in_japan().date()),
        name: round.name,
        deadline: round.deadline,
        progress,
    };
    Ok((progress != Progress::Whole).then_some(asked))
}

/// An hour for questions by telephone in words, without its number: `月 13:00～14:00 精神科の当番医（薬の調整）`.
pub(super) fn telephone(v: &Visit, row: &TelephoneHour) -> String {
    let minute = |value: i64| u16::try_from(value).unwrap_or(0);
    let time = v.stretch(minute(row.from), minute(row.until));
    let day = v.t(&format!("profile-day-{}", row.weekday));
    let topic = match (row.topic.as_str(), v.lang()) {
        ("", _) => String::new(),
        (topic, renkei_base::Lang::Ja) => format!("（{topic}）"),
        (topic, renkei_base::Lang::En) => format!(" ({topic})"),
    };
    format!("{day} {time} {}{topic}", row.doctor)
}
