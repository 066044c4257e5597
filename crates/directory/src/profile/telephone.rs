//! The section of hours in which a doctor may be asked by telephone (医師の相談対応が可能な日時).

use renkei_base::code::telephone;
use renkei_base::{Fault, Id};
use renkei_store::profile::TelephoneHour;
use renkei_store::{Store, StoreError};

use super::hours::{self, Day};
use super::{Edit, Fields, OWN_SOURCE};
use crate::opening::span_text;

const PARTS: [&str; 5] = ["weekday", "time", "doctor", "topic", "phone"];
const MOST: usize = 50;

pub(super) async fn fields(store: &Store, id: &Id) -> Result<Fields, StoreError> {
    let mut fields = Fields::new();
    for row in store.telephone_hours_of(id).await? {
        let time = span_text((minute(row.from), minute(row.until)));
        let values = [
            row.weekday.to_string(),
            time,
            row.doctor,
            row.topic,
            row.phone,
        ];
        for (part, value) in PARTS.into_iter().zip(values) {
            fields.insert(format!("{part}.{}", row.id), value);
        }
    }
    Ok(fields)
}

fn minute(value: i64) -> u16 {
    u16::try_from(value).unwrap_or(0)
}

pub(super) fn edit(edit: &mut Edit<'_>) {
    let rows = edit.rows();
    if rows.len() > MOST {
        edit.faults
            .push(Fault::new("", "fault-profile-rows").with("limit", MOST));
        return;
    }
    for row in rows {
        let names = PARTS.map(|part| format!("{part}.{row}"));
        let known = edit.known(&row);
        // The weekday is a choice that always has a value: it alone says nothing.
        let empty = names
            .iter()
            .skip(1)
            .all(|name| edit.new_value(name).is_empty());
        if let (Some(id), true) = (&known, empty) {
            edit.changes.remove_telephone_hour(edit.institution, id);
        } else if !empty && names.iter().any(|name| edit.differs(name)) {
            put(edit, &names, known);
        }
    }
}

fn put(edit: &mut Edit<'_>, names: &[String; 5], known: Option<Id>) {
    let [weekday, time, doctor, topic, phone] = names;
    let day = edit.new_value(weekday).parse::<i64>().ok();
    let day = day.filter(|day| (1..=8).contains(day)).unwrap_or_else(|| {
        edit.faults
            .push(Fault::new(weekday.as_str(), "fault-profile-weekday"));
        0
    });
    let (from, until) = match hours::parse_day(edit.new_value(time)) {
        Ok(Day::Open(spans)) if spans.len() == 1 => spans
            .first()
            .map_or((0, 0), |span| (i64::from(span.from), i64::from(span.until))),
        _ => {
            edit.faults
                .push(Fault::new(time.as_str(), "fault-profile-time"));
            (0, 0)
        }
    };
    let (doctor, topic) = (edit.line(doctor), edit.line(topic));
    let number = edit.new_value(phone);
    let number = if number.is_empty() {
        String::new()
    } else {
        telephone(number).unwrap_or_else(|fault| {
            edit.faults.push(fault.fault(phone));
            String::new()
        })
    };
    edit.changes.put_telephone_hour(&TelephoneHour {
        id: known.unwrap_or_else(|| edit.ctx.ids.id()),
        institution: edit.institution.clone(),
        weekday: day,
        from,
        until,
        doctor,
        topic,
        phone: number,
        source: OWN_SOURCE.to_owned(),
        source_date: edit.today.clone(),
        updated: edit.ctx.at,
    });
}
