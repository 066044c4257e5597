//! Opening slots: a form to many slots at once.

use jiff::ToSpan;
use jiff::civil::{Date, Time, Weekday};
use renkei_base::clock::Span;
use renkei_base::holiday::WorkingDays;
use renkei_base::{Ctx, Fault, Id, Micros, Refusal};
use renkei_fhir::Key;
use renkei_fhir::schedule::Schedule;
use renkei_fhir::slot::Slot;
use renkei_store::{Changes, Failure, Note, Place, StoreError, Stored};

use super::{SLOTS, of_schedule, own_department, slot_place};
use crate::text::Check;
use crate::tries::{TRIES, noted};
use crate::{Care, civil};

/// The form that opens slots, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct OpeningForm {
    /// HealthcareService id.
    pub department: String,
    /// First and last day, typed freely.
    pub from: String,
    pub to: String,
    /// `mon`, `tue`, … `sun`; all days from Monday to Friday when none is given.
    pub weekdays: Vec<String>,
    /// Not empty: on holidays and around New Year too.
    pub holidays: String,
    /// Times or ranges, separated by blanks or commas: `9:00-11:00, 14:30`.
    pub times: String,
    /// Length of one slot, 5–240.
    pub minutes: String,
    /// How many patients at the same time, 1–20; 1 when empty.
    pub capacity: String,
    pub doctor: String,
    pub place: String,
}

/// How many slots an opening made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenedSlots {
    pub made: usize,
    /// Were there already, or lie in the past.
    pub skipped: usize,
}

/// At most this many slots in one opening.
pub const OPENING_SLOTS: usize = 2_000;

/// Opens slots of a department of the caller's institution. The same opening twice makes nothing twice.
///
/// # Errors
/// `Invalid` with faults that name the fields of [`OpeningForm`]; `Forbidden`; `NotFound` for a department of others.
pub async fn open_slots(
    care: &Care,
    ctx: &Ctx,
    form: &OpeningForm,
) -> Result<OpenedSlots, Failure> {
    let opened = tried(care, ctx, form).await;
    noted(care, ctx, Note::new("slot.open"), opened).await
}

async fn tried(care: &Care, ctx: &Ctx, form: &OpeningForm) -> Result<OpenedSlots, Failure> {
    let plan = Plan::read(form, &care.deadlines.working_days())?;
    if let Some(last) = plan.starts.last() {
        super::check_horizon("to", *last, ctx.at)?;
    }
    let (actor, name) = own_department(care, ctx, &plan.department).await?;
    for _ in 0..TRIES {
        // The schedule first: slots that come after this read come with a newer schedule, and the commit meets it.
        // One that is not there yet is no read that was refused.
        let key = Schedule::key(&actor.id);
        let schedule = care.store.read_many(ctx, &[key]).await?.pop();
        let there = existing(care, ctx, &plan).await?;
        let (changes, opened) = plan.changes(ctx, &actor, &name, schedule.as_ref(), &there);
        if opened.made == 0 {
            return Ok(opened);
        }
        match care.store.commit(ctx, changes).await {
            Ok(_) => return Ok(opened),
            Err(StoreError::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Refusal::Conflict.into())
}

/// What a form asks for, read.
#[derive(Debug)]
struct Plan {
    department: Id,
    starts: Vec<Micros>,
    minutes: i64,
    capacity: usize,
    doctor: String,
    place: String,
}

impl Plan {
    fn read(form: &OpeningForm, calendar: &WorkingDays) -> Result<Self, Refusal> {
        let mut check = Check::default();
        let department = form
            .department
            .parse::<Id>()
            .map_err(|_| Fault::new("department", "fault-department-unknown"));
        let department = check.kept(department.map(Some));
        let mut days = days(&mut check, form);
        if form.holidays.is_empty() {
            days.retain(|day| !calendar.is_holiday(*day));
        }
        let minutes = check.kept(civil::number("minutes", &form.minutes, 15, 5..=240));
        let capacity = check.kept(civil::number("capacity", &form.capacity, 1, 1..=20));
        let times = check.kept(times("times", &form.times, minutes));
        let doctor = check.line("doctor", &form.doctor);
        let place = check.line("place", &form.place);
        let capacity = usize::try_from(capacity).unwrap_or(1);
        if days.len() * times.len() * capacity > OPENING_SLOTS {
            check.fault(Fault::new("", "fault-too-many-slots").with("max", OPENING_SLOTS));
        }
        check.done()?;
        let department =
            department.ok_or(Refusal::fault("department", "fault-department-unknown"))?;
        let starts = days.iter().flat_map(|day| {
            times
                .iter()
                .filter_map(|time| Micros::from_japan(day.to_datetime(*time)))
        });
        Ok(Self {
            department,
            starts: starts.collect(),
            minutes,
            capacity,
            doctor,
            place,
        })
    }

    /// The slots that are missing. The schedule moves on with them, so that two openings at once meet.
    fn changes(
        &self,
        ctx: &Ctx,
        actor: &Key,
        name: &str,
        schedule: Option<&Stored>,
        there: &[Slot],
    ) -> (Changes, OpenedSlots) {
        let mut changes = Changes::default();
        let mut opened = OpenedSlots::default();
        let Some(institution) = &ctx.caller.institution else {
            return (changes, opened);
        };
        let place = slot_place(institution);
        for start in &self.starts {
            let same = there
                .iter()
                .filter(|slot| slot.start() == Some(*start) && slot.doctor() == self.doctor);
            let missing = if *start < ctx.at {
                0
            } else {
                self.capacity.saturating_sub(same.count())
            };
            opened.made += missing;
            opened.skipped += self.capacity - missing;
            for _ in 0..missing {
                let mut slot = Slot::new(
                    &ctx.ids.id(),
                    &actor.id,
                    *start,
                    *start + Span::minutes(self.minutes),
                );
                slot.set_doctor(&self.doctor);
                slot.set_place(&self.place);
                changes.create(slot.into_resource(), place.clone());
            }
        }
        let (first, last) = (self.starts.first(), self.starts.last());
        if let Some((first, last)) = first.zip(last) {
            self.extend(
                &mut changes,
                actor,
                name,
                schedule,
                (*first, *last + Span::minutes(self.minutes)),
                place,
            );
        }
        let detail = format!("made {} skipped {}", opened.made, opened.skipped);
        changes.note(
            Note::new("slot.open")
                .what(Schedule::key(&actor.id))
                .detail(detail),
        );
        (changes, opened)
    }

    fn extend(
        &self,
        changes: &mut Changes,
        actor: &Key,
        name: &str,
        schedule: Option<&Stored>,
        span: (Micros, Micros),
        place: Place,
    ) {
        let stored = schedule.filter(|stored| !stored.deleted);
        let view = stored.and_then(|stored| Schedule::from_resource(stored.resource.clone()));
        let mut view = view.unwrap_or_else(|| Schedule::new(actor, name));
        view.extend(span.0, span.1);
        match schedule {
            Some(stored) => changes.update(stored, view.into_resource()),
            None => changes.create(view.into_resource(), place),
        }
    }
}

/// Slots that are there already in the span of a plan. Withdrawn ones do not count.
async fn existing(care: &Care, ctx: &Ctx, plan: &Plan) -> Result<Vec<Slot>, Failure> {
    let (Some(first), Some(last)) = (plan.starts.first(), plan.starts.last()) else {
        return Ok(Vec::new());
    };
    let mut query = of_schedule(&plan.department)
        .with("start", format!("ge{}", first.to_fhir()))
        .with("start", format!("le{}", last.to_fhir()))
        .with_any("status", ["free".to_owned(), "busy".to_owned()])
        .count(SLOTS);
    let mut slots = Vec::new();
    loop {
        let page = care.store.search(ctx, &query).await?;
        slots.extend(
            page.matches
                .into_iter()
                .filter_map(|stored| Slot::from_resource(stored.resource)),
        );
        if page.next.is_none() {
            return Ok(slots);
        }
        query.cursor = page.next;
    }
}

/// The days of an opening.
fn days(check: &mut Check, form: &OpeningForm) -> Vec<Date> {
    let from = check.kept(civil::day("from", &form.from).map(Some));
    let to = if form.to.trim().is_empty() {
        from
    } else {
        check.kept(civil::day("to", &form.to).map(Some))
    };
    let wanted = weekdays(check, &form.weekdays);
    let Some((from, to)) = from.zip(to) else {
        return Vec::new();
    };
    if to < from {
        check.fault(Fault::new("to", "fault-ends-before-it-begins"));
        return Vec::new();
    }
    // Longer than any opening can be; keeps a year of 9999 from being counted out.
    from.series(1.day())
        .take(OPENING_SLOTS)
        .take_while(|day| *day <= to)
        .filter(|day| wanted.contains(&day.weekday()))
        .collect()
}

fn weekdays(check: &mut Check, codes: &[String]) -> Vec<Weekday> {
    const ALL: [(&str, Weekday); 7] = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    if codes.is_empty() {
        return ALL.iter().take(5).map(|(_, day)| *day).collect();
    }
    let mut days = Vec::new();
    for typed in codes {
        match ALL.iter().find(|(name, _)| name == typed) {
            Some((_, day)) => days.push(*day),
            None => check.fault(Fault::new("weekdays", "fault-unknown-code")),
        }
    }
    days
}

/// The times of a day: single ones, and ranges cut into slots. Sorted, each once.
fn times(field: &str, typed: &str, minutes: i64) -> Result<Vec<Time>, Fault> {
    let plain = renkei_base::text::usual_width(typed);
    let plain = plain.replace(['～', '〜', '−', '–', 'ー', '~'], "-");
    let mut list = Vec::new();
    for part in plain
        .split([' ', ',', '、', '\n', '\t'])
        .filter(|part| !part.is_empty())
    {
        match part.split_once('-') {
            None => list.push(civil::clock(field, part)?),
            Some((from, to)) => cut(
                field,
                civil::clock(field, from)?,
                civil::clock(field, to)?,
                minutes,
                &mut list,
            )?,
        }
    }
    if list.is_empty() {
        return Err(Fault::new(field, "fault-required"));
    }
    list.sort_unstable();
    list.dedup();
    Ok(list)
}

fn cut(field: &str, from: Time, to: Time, minutes: i64, list: &mut Vec<Time>) -> Result<(), Fault> {
    if to <= from {
        return Err(Fault::new(field, "fault-ends-before-it-begins"));
    }
    let minute = |time: Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
    let mut at = minute(from);
    while minutes > 0 && at + minutes <= minute(to) {
        let time = i8::try_from(at / 60).ok().zip(i8::try_from(at % 60).ok());
        list.extend(time.and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok()));
        at += minutes;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str, minutes: i64) -> String {
        match times("times", typed, minutes) {
            Ok(list) => list
                .iter()
                .map(|time| time.strftime("%H:%M").to_string())
                .collect::<Vec<_>>()
                .join(" "),
            Err(fault) => fault.key,
        }
    }

    #[test]
    fn times_and_ranges() {
        insta::assert_snapshot!(read("9:00-10:00, 14:30　９：００", 15), @"09:00 09:15 09:30 09:45 14:30");
        insta::assert_snapshot!(read("9時〜10時", 25), @"09:00 09:25");
        insta::assert_snapshot!(read("11:00-9:00", 15), @"fault-ends-before-it-begins");
        insta::assert_snapshot!(read("", 15), @"fault-required");
        insta::assert_snapshot!(read("朝", 15), @"fault-time");
    }

    #[test]
    fn a_plan_has_only_the_days_asked_for() {
        let form = OpeningForm {
            department: "dept-cardiology".to_owned(),
            from: "R8.11.23".to_owned(),
            to: "2026-12-06".to_owned(),
            weekdays: vec!["mon".to_owned(), "thu".to_owned()],
            times: "9:00-10:00".to_owned(),
            minutes: "30".to_owned(),
            ..OpeningForm::default()
        };
        let plan = Plan::read(&form, &WorkingDays::default()).unwrap();
        let days: Vec<String> = plan
            .starts
            .iter()
            .map(|at| at.in_japan().strftime("%m-%d %H:%M").to_string())
            .collect();
        insta::assert_snapshot!(days.join(" "), @"11-26 09:00 11-26 09:30 11-30 09:00 11-30 09:30 12-03 09:00 12-03 09:30");
    }

    #[test]
    fn a_plan_without_sense_names_its_fields() {
        let form = OpeningForm {
            from: "2026-02-30".to_owned(),
            to: "9999-12-31".to_owned(),
            weekdays: vec!["x".to_owned()],
            times: "9-".to_owned(),
            minutes: "4".to_owned(),
            capacity: "0".to_owned(),
            ..OpeningForm::default()
        };
        let Err(Refusal::Invalid(faults)) = Plan::read(&form, &WorkingDays::default()) else {
            panic!()
        };
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "department",
                "from",
                "weekdays",
                "minutes",
                "capacity",
                "times"
            ]
        );
        let huge = OpeningForm {
            from: "2026-01-01".to_owned(),
            times: "0:00-23:55".to_owned(),
            minutes: "5".to_owned(),
            capacity: "20".to_owned(),
            to: "2027-01-01".to_owned(),
            department: "d".to_owned(),
            ..OpeningForm::default()
        };
        assert!(Plan::read(&huge, &WorkingDays::default()).is_err());
    }
}
