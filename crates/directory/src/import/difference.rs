//! What a row changes of an institution, value by value, for people to look at before it is written.

use renkei_fhir::{Location, Organization};
use renkei_store::opening::{Hours, Opening, What};

use super::medical_days::DAYS;
use super::report::Change;
use crate::opening::span_text;

const BEDS: [(&str, &str); 8] = [
    ("beds-general", "general"),
    ("beds-long-term", "long-term"),
    ("beds-psychiatric", "psychiatric"),
    ("beds-tuberculosis", "tuberculosis"),
    ("beds-infectious", "infectious"),
    ("beds-long-term-medical", "long-term-medical"),
    ("beds-long-term-care", "long-term-care"),
    ("beds-total", "total"),
];

/// The values of an institution that imports write, in the order of the page.
pub(super) fn values(
    organization: &Organization,
    location: &Location,
) -> Vec<(&'static str, String)> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let position = location.position();
    let mut values = vec![
        ("name", organization.name().to_owned()),
        ("kana", text(organization.kana())),
        ("short", text(organization.short_name())),
        ("latin", text(organization.latin_name())),
        ("kind", text(organization.kind())),
        ("municipality", text(organization.municipality())),
        ("address", text(organization.address())),
        ("url", text(organization.telecom("url"))),
        ("phone", text(organization.telecom("phone"))),
        ("fax", text(organization.telecom("fax"))),
        (
            "position",
            position.map_or_else(String::new, |(lat, lon)| format!("{lat}, {lon}")),
        ),
        ("closed-note", text(location.closed_note())),
    ];
    values.extend(BEDS.map(|(field, kind)| {
        let beds = organization.beds(kind);
        (field, beds.map_or_else(String::new, |n| n.to_string()))
    }));
    values
}

/// The values that differ.
pub(super) fn changes(
    old: &[(&'static str, String)],
    new: &[(&'static str, String)],
) -> Vec<Change> {
    let both = old.iter().zip(new);
    let differ = both.filter(|((field, old), (other, new))| field == other && old != new);
    differ
        .map(|((field, old), (_, new))| Change {
            field,
            old: old.clone(),
            new: new.clone(),
        })
        .collect()
}

/// Hours as people read them: `内科 月火木 9:00～12:00`, one stretch after the other.
pub(super) fn hours_text(hours: &Hours) -> String {
    let mut rows: Vec<&Opening> = hours.openings.iter().collect();
    rows.sort_by(|a, b| key(a).cmp(&key(b)).then(a.weekday.cmp(&b.weekday)));
    let groups = rows.chunk_by(|a, b| key(a) == key(b));
    let texts: Vec<String> = groups.map(|group| stretch_text(hours, group)).collect();
    let without: Vec<&str> = hours
        .departments
        .iter()
        .filter(|one| !hours.openings.iter().any(|row| row.department == one.code))
        .map(|one| one.name.as_str())
        .collect();
    [texts, without.into_iter().map(str::to_owned).collect()]
        .concat()
        .join("; ")
}

fn key(one: &Opening) -> (&str, What, u8, u16, u16) {
    (&one.department, one.what, one.week, one.from, one.until)
}

fn stretch_text(hours: &Hours, group: &[&Opening]) -> String {
    let Some(first) = group.first() else {
        return String::new();
    };
    let name = hours
        .departments
        .iter()
        .find(|one| one.code == first.department)
        .map_or(first.department.as_str(), |one| one.name.as_str());
    let days: String = group.iter().filter_map(|one| sign(one.weekday)).collect();
    let week = match first.week {
        0 => String::new(),
        week => format!("第{week}"),
    };
    let span = match first.what {
        What::Closed => "休".to_owned(),
        What::Reception => format!("{} 受付", span_text((first.from, first.until))),
        What::Consultation | What::Open => span_text((first.from, first.until)),
    };
    format!("{name} {week}{days} {span}").trim().to_owned()
}

fn sign(weekday: u8) -> Option<&'static str> {
    let at = usize::from(weekday).checked_sub(1)?;
    DAYS.get(at).map(|(_, sign)| *sign)
}

#[cfg(test)]
mod tests {
    use renkei_store::opening::Department;

    use super::*;

    #[test]
    fn hours_are_readable() {
        let row = |weekday, week, what| Opening {
            department: "01001".to_owned(),
            weekday,
            week,
            from: 540,
            until: 720,
            what,
        };
        let hours = Hours {
            departments: vec![
                Department {
                    code: "01001".to_owned(),
                    name: "内科".to_owned(),
                },
                Department {
                    code: "02001".to_owned(),
                    name: "外科".to_owned(),
                },
            ],
            openings: vec![
                row(2, 0, What::Consultation),
                row(1, 0, What::Consultation),
                row(6, 2, What::Closed),
            ],
        };
        assert_eq!(
            hours_text(&hours),
            "内科 月火 9:00～12:00; 内科 第2土 休; 外科"
        );
    }
}
