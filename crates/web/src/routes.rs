//! All URLs. One line each: method, path, who may come, handler.
//!
//! The router is built from this table, so a route without a policy cannot exist; `tests/policy.rs` walks every
//! line with every role.

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware;
use axum::routing::{MethodFilter, MethodRouter, on};
use renkei_base::Role::{self, Auditor, Doctor, InstitutionAdmin, LiaisonClerk, Nurse, RegionAdmin};

use crate::state::App;
use crate::{assets, guard, shell};

/// Who may come to a route at all. What they may do there is decided by the use case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Anybody, signed in or not.
    Public,
    /// Anybody who is signed in.
    SignedIn,
    /// Who is signed in and has one of these roles; for others the page does not exist.
    Roles(&'static [Role]),
    /// Only in the sample region.
    Demo,
}

/// Those who work with patients.
pub(crate) const CARING: Policy = Policy::Roles(&[Doctor, Nurse, LiaisonClerk]);
/// Those who keep the institution's own page.
pub(crate) const DESK: Policy = Policy::Roles(&[Doctor, Nurse, LiaisonClerk, InstitutionAdmin]);
pub(crate) const ADMIN: Policy = Policy::Roles(&[InstitutionAdmin, RegionAdmin]);
pub(crate) const REGION: Policy = Policy::Roles(&[RegionAdmin]);
pub(crate) const AUDIT: Policy = Policy::Roles(&[Auditor]);

/// One line of the table.
#[derive(Debug)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub policy: Policy,
    handler: MethodRouter<App>,
}

#[rustfmt::skip]
pub fn table() -> Vec<Route> {
    vec![
        get("/assets/{file}", Policy::Public, assets::file),
    ]
}

/// The router of the whole program.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for route in table() {
        let gate = middleware::from_fn_with_state(route.policy, guard::pass);
        router = router.route(route.path, route.handler.route_layer(gate));
    }
    shell::around(router, app)
}

fn get<H, T>(path: &'static str, policy: Policy, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    line(Method::GET, MethodFilter::GET, path, policy, handler)
}

fn post<H, T>(path: &'static str, policy: Policy, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    line(Method::POST, MethodFilter::POST, path, policy, handler)
}

fn line<H, T>(method: Method, filter: MethodFilter, path: &'static str, policy: Policy, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    Route {
        method,
        path,
        policy,
        handler: on(filter, handler),
    }
}
