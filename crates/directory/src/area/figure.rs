//! Figures that maps and pages of areas show, each with its date.

use super::Population;
use super::tally::{BEDS, Counts, Tally};
use crate::Kind;
use crate::municipal_figure::{MunicipalFigures, OVER_65};

const PER: f64 = 100_000.0;
const PER_CODE: &str = "-per-100000";

/// Kinds whose number says nothing.
const OFFICES: [Kind; 5] = [
    Kind::WardOffice,
    Kind::MunicipalOffice,
    Kind::Prefecture,
    Kind::RegionOffice,
    Kind::MedicalAssociation,
];

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Institutions(Kind),
    PsychiatricHospitals,
    /// Of one of [`BEDS`].
    Beds(&'static str),
    Population,
    /// 65歳以上
    Over65,
    /// 高齢化率, in percent.
    Ageing,
}

/// What is known of people without institutions.
const PEOPLE: [(Measure, &str); 3] = [
    (Measure::Population, "population"),
    (Measure::Over65, "population-65"),
    (Measure::Ageing, "ageing"),
];

/// What a map shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figure {
    pub measure: Measure,
    /// For 100,000 people.
    pub per: bool,
}

impl Figure {
    /// All that can be shown of what was counted: kinds of which there is any, and who lives there as far as it is known.
    pub fn all(tally: &Tally, figures: &MunicipalFigures) -> Vec<Self> {
        let kinds = tally.kinds().filter(|kind| !OFFICES.contains(kind));
        let mut measures: Vec<Measure> = kinds.map(Measure::Institutions).collect();
        if tally.has_beds("psychiatric") {
            measures.push(Measure::PsychiatricHospitals);
        }
        let beds = BEDS.into_iter().filter(|kind| tally.has_beds(kind));
        measures.extend(beds.map(Measure::Beds));
        let plain = measures.iter().map(|measure| (*measure, false));
        let per = measures.iter().map(|measure| (*measure, true));
        let mut all: Vec<Self> = plain
            .chain(per)
            .map(|(measure, per)| Self { measure, per })
            .collect();
        let aged = figures.has(OVER_65);
        let people = PEOPLE.map(|(measure, _)| measure).into_iter();
        let people = people.filter(|measure| aged || *measure == Measure::Population);
        all.extend(people.map(|measure| Self {
            measure,
            per: false,
        }));
        all
    }

    /// Whether it is a share, whose sum means nothing.
    pub fn is_rate(self) -> bool {
        self.per || self.measure == Measure::Ageing
    }

    /// What a share is made of.
    #[must_use]
    pub fn counted(self) -> Self {
        let measure = match self.measure {
            Measure::Ageing => Measure::Over65,
            measure => measure,
        };
        Self {
            measure,
            per: false,
        }
    }

    /// Whether it is about people, not institutions.
    pub fn is_people(self) -> bool {
        PEOPLE.iter().any(|(measure, _)| *measure == self.measure)
    }

    /// `hospital`, `psychiatric-beds`, `psychiatric-beds-per-100000` …
    pub fn code(self) -> String {
        let measure = match self.measure {
            Measure::Institutions(kind) => kind.code().to_owned(),
            Measure::PsychiatricHospitals => "psychiatric-hospitals".to_owned(),
            Measure::Beds(kind) => format!("{kind}-beds"),
            people => {
                let known = PEOPLE.iter().find(|(measure, _)| *measure == people);
                known
                    .map(|(_, code)| (*code).to_owned())
                    .unwrap_or_default()
            }
        };
        format!("{measure}{}", if self.per { PER_CODE } else { "" })
    }

    pub fn parse(code: &str) -> Option<Self> {
        let (measure, per) = match code.strip_suffix(PER_CODE) {
            Some(measure) => (measure, true),
            None => (code, false),
        };
        let beds = |code: &str| {
            BEDS.into_iter()
                .find(|kind| *kind == code)
                .map(Measure::Beds)
        };
        let measure = match measure {
            "psychiatric-hospitals" => Some(Measure::PsychiatricHospitals),
            code if PEOPLE.iter().any(|(_, one)| *one == code) => {
                let known = PEOPLE.iter().find(|(_, one)| *one == code && !per);
                known.map(|(measure, _)| *measure)
            }
            other => Kind::from_code(other)
                .map(Measure::Institutions)
                .or_else(|| beds(other.strip_suffix("-beds")?)),
        };
        measure.map(|measure| Self { measure, per })
    }

    /// Its value for a place; `None` where it is not known. A rate needs the population.
    pub fn value(self, counts: &Counts, population: Option<&Population>) -> Option<f64> {
        let people = population.map(|one| f64::from(one.people));
        let number = match self.measure {
            Measure::Institutions(kind) => Some(f64::from(counts.of_kind(kind))),
            Measure::PsychiatricHospitals => Some(f64::from(counts.psychiatric_hospitals)),
            // No hospital, no beds; of hospitals that state beds of other kinds alone, none of this. Where all are silent
            // nothing is known.
            Measure::Beds(kind) => match counts.beds(kind) {
                None if counts.of_kind(Kind::Hospital) == 0 || counts.states_beds() => Some(0.0),
                beds => beds.map(f64::from),
            },
            Measure::Population => people,
            Measure::Over65 => population.and_then(|one| one.over_65).map(f64::from),
            Measure::Ageing => population.and_then(Population::ageing),
        };
        if self.per {
            let people = people.filter(|people| *people > 0.0)?;
            number.map(|number| number / people * PER)
        } else {
            number
        }
    }

    /// The day that the number is of, or empty.
    pub fn date(self, tally: &Tally) -> &str {
        match self.measure {
            Measure::Institutions(kind) => tally.date(kind),
            Measure::PsychiatricHospitals | Measure::Beds(_) => tally.beds_date(),
            Measure::Population | Measure::Over65 | Measure::Ageing => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for measure in [
            Measure::Institutions(Kind::Hospital),
            Measure::PsychiatricHospitals,
            Measure::Beds("psychiatric"),
        ] {
            for per in [false, true] {
                let figure = Figure { measure, per };
                assert_eq!(Figure::parse(&figure.code()), Some(figure));
            }
        }
        assert_eq!(
            Figure::parse("population").unwrap().measure,
            Measure::Population
        );
        for (measure, code) in PEOPLE {
            let figure = Figure::parse(code).unwrap();
            assert_eq!((figure.measure, figure.code()), (measure, code.to_owned()));
        }
        for bad in [
            "",
            "beds",
            "population-per-100000",
            "ageing-per-100000",
            "hospital-",
            "x-beds",
        ] {
            assert_eq!(Figure::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_blank_is_not_nought() {
        let beds = Figure::parse("psychiatric-beds").unwrap();
        assert_eq!(
            beds.value(&Counts::default(), None),
            Some(0.0),
            "no hospital, no beds"
        );
        let silent = Counts {
            institutions: [(Kind::Hospital, 2)].into(),
            ..Counts::default()
        };
        assert_eq!(beds.value(&silent, None), None);
        let stated = Counts {
            beds: [None, None, Some(1184), None, None, None],
            ..silent
        };
        let people = Population {
            people: 1_475_635,
            date: "2020-10-01".to_owned(),
            ..Population::default()
        };
        let per = Figure::parse("psychiatric-beds-per-100000").unwrap();
        assert_eq!(
            format!("{:.1}", per.value(&stated, Some(&people)).unwrap()),
            "80.2"
        );
        assert_eq!(per.value(&stated, None), None);
    }
}
