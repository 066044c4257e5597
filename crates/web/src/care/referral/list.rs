//! The long lists, and finding a case in them.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_care::referral::Side;
use renkei_care::work_list::{self, Listing, Row, Span};
use serde::Deserialize;

use crate::error::{Answer, page};
use crate::form::Form;
use crate::state::App;
use crate::visit::Visit;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ListParams {
    side: String,
    over: String,
    after: String,
}

#[derive(Template)]
#[template(path = "care/referrals.html")]
struct Referrals<'a> {
    v: &'a Visit,
    side: Side,
    over: bool,
    list: Listing,
    /// What was looked for; empty for the lists.
    q: String,
}

/// `POST /referrals`: by a patient's name or a number, which so stay out of addresses.
pub(crate) async fn find(State(app): State<App>, v: Visit, form: Form) -> Result<Response, Answer> {
    let q = form.get("q").trim().to_owned();
    if q.is_empty() {
        return Ok(Redirect::to("/referrals").into_response());
    }
    let rows = work_list::find(&app.care, &v.ctx, &q).await?;
    page(&Referrals {
        v: &v,
        side: Side::Sender,
        over: false,
        list: Listing { rows, next: None },
        q,
    })
}

/// `GET /referrals?side=receiver&over=1`
pub(crate) async fn list(
    State(app): State<App>,
    v: Visit,
    Query(params): Query<ListParams>,
) -> Result<Response, Answer> {
    let side = if params.side == "receiver" {
        Side::Receiver
    } else {
        Side::Sender
    };
    let over = params.over == "1";
    let span = if over { Span::Over } else { Span::Running };
    let cursor = Some(params.after.as_str()).filter(|text| !text.is_empty());
    let list = work_list::list(&app.care, &v.ctx, side, span, None, cursor).await?;
    page(&Referrals {
        v: &v,
        side,
        over,
        list,
        q: String::new(),
    })
}

impl Referrals<'_> {
    fn link(&self, side: &str, over: bool) -> String {
        format!("/referrals?side={side}&over={}", u8::from(over))
    }

    fn next(&self, cursor: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("side", self.side.code());
        query.append_pair("over", if self.over { "1" } else { "0" });
        query.append_pair("after", cursor);
        format!("/referrals?{}", query.finish())
    }

    fn rows(&self) -> &[Row] {
        &self.list.rows
    }

    fn current(&self, side: &str, over: bool) -> bool {
        self.q.is_empty() && self.side.code() == side && self.over == over
    }
}
