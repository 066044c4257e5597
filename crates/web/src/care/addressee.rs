//! The choice of the addressee: by name, then its department.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use renkei_base::Id;
use renkei_base::name::search_key;
use renkei_directory::{Kind, department};

use crate::error::{Answer, page};
use crate::form::Form;
use crate::institution::wanted;
use crate::state::App;
use crate::visit::Visit;

/// Institutions that a search offers.
const OFFERED: usize = 12;
/// Institutions among which the search looks for those to offer.
const LOOKED_AT: usize = 48;

/// What the part of the form shows.
#[derive(Debug, Default)]
pub(crate) struct Addressee {
    /// The one that is chosen.
    pub(crate) chosen: Option<Choice>,
    /// Nobody of the one that is chosen can sign in: a letter would lie there unseen.
    pub(crate) absent: bool,
    /// Its departments.
    pub(crate) departments: Vec<Choice>,
    /// What the search found.
    pub(crate) found: Vec<Choice>,
    /// How many it found besides these.
    pub(crate) more: usize,
    pub(crate) searched: bool,
    /// Just chosen: what comes next is the department.
    pub(crate) fresh: bool,
}

#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) note: String,
}

#[derive(Template)]
#[template(path = "care/addressee_part.html")]
struct Part<'a> {
    v: &'a Visit,
    form: Form,
    faults: crate::form::Faults,
    addressee: Addressee,
}

/// `POST /referrals/addressee`: the part again, for what was typed or chosen.
pub(crate) async fn part(
    State(app): State<App>,
    v: Visit,
    mut form: Form,
) -> Result<Response, Answer> {
    let addressee = of(&app, &v, &form).await?;
    if addressee.fresh {
        if let Some(id) = addressee.meant(form.get("department"), form.get("q")) {
            form.set("department", id.to_string());
        }
        form.set("q", "");
    }
    page(&Part {
        v: &v,
        form,
        faults: crate::form::Faults::default(),
        addressee,
    })
}

/// The part for a form, as text.
pub(super) async fn part_of(app: &App, v: &Visit, form: Form) -> Result<String, Answer> {
    let addressee = of(app, v, &form).await?;
    let part = Part {
        v,
        form,
        faults: crate::form::Faults::default(),
        addressee,
    };
    Ok(part.render()?)
}

impl Part<'_> {
    fn is_chosen(&self, id: &Id) -> bool {
        self.addressee.is(id)
    }
}

pub(crate) async fn of(app: &App, v: &Visit, form: &Form) -> Result<Addressee, Answer> {
    let fresh = !form.get("choose").is_empty();
    // Once one is chosen, the others are in the way.
    let words = if fresh { "" } else { form.get("q") };
    let (found, more) = search(app, v, words);
    let mut shown = Addressee {
        searched: !words.is_empty(),
        found,
        more,
        fresh,
        ..Addressee::default()
    };
    if let Ok(id) = chosen(form).parse::<Id>() {
        shown.chosen = app.finder.by_id(&id).as_ref().map(choice);
        shown.absent = shown.chosen.is_some() && !app.access.has_desk(&id).await?;
        shown.departments = departments(app, v, &id).await?;
    }
    Ok(shown)
}

/// What is chosen now: a row of the search that was just clicked, else the one from before.
pub(crate) fn chosen(form: &Form) -> &str {
    match form.get("choose") {
        "" => form.get("addressee"),
        clicked => clicked,
    }
}

impl Addressee {
    pub(crate) fn is(&self, id: &Id) -> bool {
        self.chosen.as_ref().is_some_and(|chosen| chosen.id == *id)
    }

    /// The chosen institution by name.
    pub(super) fn name(&self) -> String {
        let chosen = self.chosen.as_ref();
        chosen.map(|chosen| chosen.name.clone()).unwrap_or_default()
    }

    /// A department of it by name.
    pub(super) fn department(&self, id: &str) -> String {
        let mut all = self.departments.iter();
        let found = all.find(|choice| choice.id.as_str() == id);
        found.map(|choice| choice.name.clone()).unwrap_or_default()
    }

    /// The department that the words of the search name, where it is one alone and none is chosen yet: the most words, then
    /// its whole name. Words of the institution's own name are about it, unless a department is called so.
    fn meant(&self, chosen: &str, words: &str) -> Option<&Id> {
        if self.departments.iter().any(|one| one.id.as_str() == chosen) {
            return None;
        }
        let own = search_key(&self.name());
        let names: Vec<String> = self
            .departments
            .iter()
            .map(|one| search_key(&one.name))
            .collect();
        let mut words: Vec<String> = words.split_whitespace().map(search_key).collect();
        words.retain(|word| {
            word.chars().count() > 1 && (!own.contains(word.as_str()) || names.contains(word))
        });
        let fits = |name: &String| {
            let said = words.iter().filter(|word| name.contains(word.as_str()));
            (said.count(), words.contains(name))
        };
        let best = names.iter().map(fits).max().filter(|best| best.0 > 0)?;
        let mut all = self.departments.iter().zip(&names);
        let (found, _) = all.find(|(_, name)| fits(name) == best)?;
        let is_alone = !all.any(|(_, name)| fits(name) == best);
        is_alone.then_some(&found.id)
    }

    /// What the chosen department asks of those who refer to it.
    pub(crate) fn note(&self, department: &str) -> Option<&str> {
        let chosen = self
            .departments
            .iter()
            .find(|choice| choice.id.as_str() == department)?;
        Some(chosen.note.as_str()).filter(|note| !note.is_empty())
    }
}

/// The open departments of an institution, with how to refer to them.
async fn departments(app: &App, v: &Visit, institution: &Id) -> Result<Vec<Choice>, Answer> {
    let list = department::list(&app.store, &v.ctx, institution).await?;
    let open = list.iter().filter(|department| department.active());
    Ok(open
        .filter_map(|department| {
            Some(Choice {
                id: department.id()?,
                name: department.name().to_owned(),
                note: department.note().unwrap_or_default().to_owned(),
            })
        })
        .collect())
}

/// Those to offer, one's own municipality, area and prefecture first, and how many more there are.
fn search(app: &App, v: &Visit, words: &str) -> (Vec<Choice>, usize) {
    if words.trim().is_empty() {
        return (Vec::new(), 0);
    }
    let place = wanted::own_place(app, v);
    let search = renkei_directory::Search {
        words: words.to_owned(),
        around: place
            .as_deref()
            .map(|place| wanted::around(app, v, place))
            .unwrap_or_default(),
        near: place,
        limit: LOOKED_AT,
        ..renkei_directory::Search::default()
    };
    let own = v.ctx.caller.institution.as_ref();
    let mut found = app.finder.search(&search);
    let looked_at = found.hits.len();
    found.hits.retain(|hit| own != Some(&hit.id));
    found.hits.sort_by_key(|hit| !treats(hit.kind));
    let total = found.total - (looked_at - found.hits.len());
    let offered: Vec<Choice> = found.hits.iter().take(OFFERED).map(choice).collect();
    let more = total.saturating_sub(offered.len());
    (offered, more)
}

/// Whether a referral usually goes to this kind; those come first.
fn treats(kind: Option<Kind>) -> bool {
    matches!(
        kind,
        Some(Kind::Hospital | Kind::Clinic | Kind::DentalClinic | Kind::MaternityHome)
    )
}

fn choice(hit: &renkei_directory::finder::Hit) -> Choice {
    Choice {
        id: hit.id.clone(),
        name: hit.name.clone(),
        note: hit.address.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_search_choose_a_department() {
        let choice = |id: &str, name: &str| Choice {
            id: id.parse().unwrap(),
            name: name.to_owned(),
            note: String::new(),
        };
        let shown = Addressee {
            chosen: Some(choice("h", "見本内科外科病院")),
            departments: vec![
                choice("1", "内科"),
                choice("2", "循環器内科"),
                choice("3", "消化器外科"),
                choice("4", "脳神経外科"),
            ],
            ..Addressee::default()
        };
        let meant = |words| shown.meant("", words).map_or("", Id::as_str);
        for (words, id) in [
            ("見本内科外科病院 循環器", "2"),
            ("見本　循環器内科", "2"),
            ("循環器 内科", "2"),
            ("内科", "1"),
            ("見本 内科", "1"),
            ("見本 外科", ""),
            ("循環器 消化器", ""),
            ("見本 科", ""),
            ("見本内科外科病院", ""),
            ("", ""),
        ] {
            assert_eq!(meant(words), id, "{words}");
        }
        assert_eq!(shown.meant("3", "循環器"), None);
        assert_eq!(shown.meant("of-another", "循環器").unwrap().as_str(), "2");
    }
}
