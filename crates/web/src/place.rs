//! Names of places and stated times for readers of English: readings in Latin letters, as far as a reading is known.

mod romaji;

use jiff::civil::Date;
use renkei_base::Lang;
use renkei_base::code::Prefecture;
use renkei_base::era::{Era, Meant, Stated};
use renkei_directory::area::{Area, Atlas};
use renkei_gov::count::{FigureLine, Figures};

use crate::visit::Visit;

impl Visit {
    /// A municipality as it is called in a list: `目黒区`, `Meguro-ku`. The name as it is where it is another one than the
    /// atlas has (an institution's), or has no reading.
    pub(crate) fn municipality(&self, atlas: &Atlas, code: &str, name: &str) -> String {
        let known = atlas.municipality(code).filter(|one| one.name == name);
        match known {
            Some(one) if self.lang() == Lang::En && !one.kana.is_empty() => {
                romaji::municipality(&one.name, &one.kana)
            }
            _ => name.to_owned(),
        }
    }

    /// `区西南部`, `Kuseinanbu`.
    pub(crate) fn area_name(&self, area: &Area) -> String {
        match self.lang() {
            Lang::En if !area.kana.is_empty() => romaji::name(&area.kana),
            _ => area.name.clone(),
        }
    }

    /// The group that a municipality's sheet is listed in, key and name: its 圏域, or its prefecture where none is known.
    pub(crate) fn group_of(&self, area: Option<&Area>, municipality: &str) -> (String, String) {
        let prefecture = municipality.get(..2).and_then(Prefecture::parse);
        match (area, prefecture) {
            (Some(area), _) => (area.code.clone(), self.area_name(area)),
            (None, Some(one)) => {
                let name = match self.lang() {
                    Lang::Ja => one.name(),
                    Lang::En => one.english(),
                };
                (format!("p{}", one.code()), name.to_owned())
            }
            (None, None) => ("-".to_owned(), self.t("survey-no-area")),
        }
    }

    /// Names in a sentence.
    pub(crate) fn names(&self, names: &[String]) -> String {
        names.join(if self.lang() == Lang::Ja { "、" } else { ", " })
    }

    /// The heading of a line: `キ③パンフ`; in English a choice is said as the form says it.
    pub(crate) fn heading(&self, line: &FigureLine) -> String {
        let choice = line.choice_text.say(self.lang());
        match self.lang() {
            Lang::En if line.choice.is_some() && !choice.is_empty() => {
                format!("{}{} {choice}", line.item, line.number())
            }
            _ => line.heading(),
        }
    }

    /// A time as its document states it (`27年10月現在`); in English its meaning (`2015-10`). `near`: a day of the document,
    /// whose era holds for a short year.
    pub(crate) fn stated(&self, text: &str, near: Date) -> String {
        if self.lang() == Lang::Ja {
            return text.to_owned();
        }
        let Ok(stated) = Stated::parse(text, Era::of(near)) else {
            return text.to_owned();
        };
        match stated.meant {
            Meant::Day(day) => day.to_string(),
            Meant::Month(month) => month.first_day().strftime("%Y-%m").to_string(),
            Meant::Years(years) => self.t1("stated-fiscal-year", "year", years.first.0),
            Meant::Undetermined => self.t("stated-undetermined"),
        }
    }

    /// The time that a survey's answers are of.
    pub(crate) fn as_of(&self, row: &renkei_store::SurveyRow) -> String {
        self.stated(&row.as_of, renkei_gov::survey::day::last(row.closes))
    }

    /// Names the sheets of figures in the reader's language.
    pub(crate) fn name_sheets(&self, atlas: &Atlas, figures: &mut Figures) {
        if self.lang() == Lang::Ja {
            return;
        }
        for sheet in &mut figures.sheets {
            sheet.name = self.municipality(atlas, &sheet.municipality, &sheet.name);
        }
    }
}
