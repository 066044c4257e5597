//! 作業一覧: what needs me now.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use renkei_base::limits;
use renkei_care::work_list::{self, Band, Filter, Group, Row, WorkList};
use serde::Deserialize;

use crate::error::{Answer, page};
use crate::institution::part::{self, Asked};
use crate::state::App;
use crate::visit::Visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Params {
    group: String,
    department: String,
    /// `1` for the longest list there is.
    more: String,
}

#[derive(Template)]
#[template(path = "care/home.html")]
struct Home<'a> {
    v: &'a Visit,
    list: WorkList,
    params: Params,
    /// The round in which the page of the caller's institution waits for a word.
    asked: Option<Asked>,
}

#[derive(Template)]
#[template(path = "care/home_list.html")]
struct HomeList<'a> {
    v: &'a Visit,
    list: WorkList,
    params: Params,
}

/// `GET /home`
pub(crate) async fn show(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<Params>,
) -> Result<Response, Answer> {
    if !v.cares() {
        return crate::overview::show(&app, &v).await;
    }
    let filter = Filter {
        department: params.department.parse().ok(),
        group: Group::from_code(&params.group),
        limit: if params.more == "1" {
            limits::PAGE_ROWS_MAX
        } else {
            limits::PAGE_ROWS
        },
    };
    let _turn = app.turns.take().await;
    let list = work_list::work_list(&app.care, &v.ctx, &filter).await?;
    if v.fragment {
        return page(&HomeList {
            v: &v,
            list,
            params,
        });
    }
    let asked = match v.ctx.caller.institution.clone() {
        Some(own) => part::asked(&app, &v, &own).await?,
        None => None,
    };
    page(&Home {
        v: &v,
        list,
        params,
        asked,
    })
}

impl HomeList<'_> {
    fn band_at(&self, at: &usize) -> Option<&Band> {
        band_at(&self.list, *at)
    }

    fn rest(&self) -> Option<Rest> {
        rest(&self.list, &self.params)
    }

    fn link(&self, group: &str) -> String {
        link(group, &self.params.department)
    }
}

fn link(group: &str, department: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !group.is_empty() {
        query.append_pair("group", group);
    }
    if !department.is_empty() {
        query.append_pair("department", department);
    }
    match query.finish() {
        query if query.is_empty() => "/home".to_owned(),
        query => format!("/home?{query}"),
    }
}

/// How near the deadline is: the row's mark.
pub(crate) fn mark(v: &Visit, row: &Row) -> &'static str {
    match row.due {
        _ if row.overdue => "late",
        Some(due) if due - v.now() < renkei_base::clock::Span::hours(24) => "soon",
        _ => "",
    }
}

/// The band that begins with a row, if one does.
fn band_at(list: &WorkList, at: usize) -> Option<&Band> {
    let band = list.rows.get(at)?.band.as_ref();
    let before = at.checked_sub(1).and_then(|at| list.rows.get(at));
    band.filter(|band| before.is_none_or(|before| before.band != Some(**band)))
}

impl Home<'_> {
    fn band_at(&self, at: &usize) -> Option<&Band> {
        band_at(&self.list, *at)
    }

    fn rest(&self) -> Option<Rest> {
        rest(&self.list, &self.params)
    }

    fn link(&self, group: &str) -> String {
        link(group, &self.params.department)
    }

    /// This list, as it is filtered now.
    fn here(&self) -> String {
        let here = link(&self.params.group, &self.params.department);
        if self.params.more == "1" {
            longer(&here)
        } else {
            here
        }
    }

    fn group_key(&self, group: &Group) -> String {
        group_key(*group)
    }
}

impl HomeList<'_> {
    fn group_key(&self, group: &Group) -> String {
        group_key(*group)
    }
}

fn longer(address: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}more=1")
}

/// What the list leaves out.
struct Rest {
    shown: usize,
    all: usize,
    /// Where more of it is, unless this is the longest list.
    more: Option<String>,
}

fn rest(list: &WorkList, params: &Params) -> Option<Rest> {
    let wanted = Group::from_code(&params.group);
    let all = match wanted {
        Some(wanted) => {
            let group = list.groups.iter().find(|(group, _)| *group == wanted);
            group.map_or(0, |(_, count)| *count)
        }
        None => list.total,
    };
    let shown = list.rows.len();
    let more = (params.more != "1").then(|| longer(&link(&params.group, &params.department)));
    (shown < all).then_some(Rest { shown, all, more })
}

fn group_key(group: Group) -> String {
    format!("group-{}", group.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_said_with_a_way_to_it() {
        let list = WorkList {
            groups: vec![(Group::Receive, 2), (Group::Reply, 1)],
            total: 3,
            ..WorkList::default()
        };
        let mut params = Params {
            group: "receive".to_owned(),
            ..Params::default()
        };
        let left = rest(&list, &params).unwrap();
        assert_eq!((left.shown, left.all), (0, 2));
        assert_eq!(left.more.unwrap(), "/home?group=receive&more=1");
        params.more = "1".to_owned();
        assert!(rest(&list, &params).unwrap().more.is_none());
        assert!(rest(&WorkList::default(), &Params::default()).is_none());
    }
}
