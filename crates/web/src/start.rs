//! The first page, open to everybody.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::demo::{self, Cast};
use crate::error::{Answer, page};
use crate::state::App;
use crate::visit::Visit;

#[derive(Template)]
#[template(path = "start.html")]
struct Start<'a> {
    v: &'a Visit,
    institutions: usize,
    /// In the sample region: whom to be for a first round.
    cast: Option<Cast>,
}

/// `GET /`
pub(crate) async fn show(State(app): State<App>, v: Visit) -> Result<Response, Answer> {
    let cast = match app.demo.as_deref() {
        Some(mode) => demo::cast(&app, mode).await?,
        None => None,
    };
    page(&Start {
        v: &v,
        institutions: app.finder.len(),
        cast,
    })
}
