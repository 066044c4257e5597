//! 出典: where each value of a page comes from, and since when.

use renkei_base::Id;
use renkei_directory::institution::Institution;
use renkei_directory::profile::MEMBER_FIELDS;
use renkei_store::beds::BedSet;
use renkei_store::opening::OpeningSet;
use renkei_store::position::Position;

use crate::error::Answer;
use crate::state::App;
use crate::visit::Visit;

/// Where some values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// What they are, in words.
    pub(super) values: String,
    pub(super) source: String,
    /// `2025-06-01`, or empty.
    pub(super) date: String,
}

type Lists<'a> = (&'a [OpeningSet], &'a [BedSet], Option<&'a Position>);

/// All origins: those of single values, of hours, beds, position, tags, functions, doctors, and of the rest.
pub(super) async fn origins(
    app: &App,
    v: &Visit,
    institution: &Institution,
    (openings, beds, position): Lists<'_>,
) -> Result<Vec<Origin>, Answer> {
    let mut all = Origins::default();
    for value in &institution.values {
        if !MEMBER_FIELDS.contains(&value.field.as_str()) {
            let key = format!("institution-{}", value.field);
            all.add(v.t(&key), (&value.source, &value.source_date));
        }
    }
    for set in openings {
        let key = v.t("profile-section-hours");
        all.add(key, (&set.source, &set.source_date));
    }
    for set in beds {
        all.add(v.t("profile-beds"), (&set.source, &set.source_date));
    }
    if let Some(place) = position {
        all.add(v.t("profile-position"), (&place.source, &place.source_date));
    }
    rows(app, v, &institution.id, &mut all).await?;
    let row = &institution.row;
    all.add(v.t("profile-rest"), (&row.source, &row.source_date));
    Ok(all.in_words(v))
}

async fn rows(app: &App, v: &Visit, id: &Id, all: &mut Origins) -> Result<(), Answer> {
    for one in app.store.tags_of(id).await? {
        let key = v.t("profile-section-tags");
        all.add(key, (&one.source, &one.source_date));
    }
    for one in app.store.functions_of(id).await? {
        if one.state == "approved" {
            all.add(v.t("nav-functions"), (&one.source, &one.source_date));
        }
    }
    for one in app.store.doctors_of(id).await? {
        let key = v.t("profile-section-doctors");
        all.add(key, (&one.source, &one.source_date));
    }
    for one in app.store.telephone_hours_of(id).await? {
        let key = v.t("profile-section-telephone");
        all.add(key, (&one.source, &one.source_date));
    }
    Ok(())
}

/// Values by source and date.
#[derive(Default)]
struct Origins(Vec<(String, String, Vec<String>)>);

impl Origins {
    fn add(&mut self, value: String, (source, date): (&str, &str)) {
        let found = self
            .0
            .iter_mut()
            .find(|(one, day, _)| one == source && day == date);
        match found {
            Some((_, _, values)) if values.contains(&value) => {}
            Some((_, _, values)) => values.push(value),
            None => self
                .0
                .push((source.to_owned(), date.to_owned(), vec![value])),
        }
    }

    fn in_words(self, v: &Visit) -> Vec<Origin> {
        let each = self.0.into_iter().map(|(source, date, values)| Origin {
            values: v.listed(&values),
            source: v.t(&crate::say::source_key(&source)),
            date,
        });
        each.collect()
    }
}
