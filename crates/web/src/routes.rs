//! All URLs. One line each: method, path, who may come, handler.
//!
//! The router is built from this table, so a route without a policy cannot exist; `tests/stories/policy.rs` walks every
//! line with every role.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware;
use axum::routing::{MethodFilter, MethodRouter, on};
use renkei_base::Role::{
    self, Approver, Auditor, Doctor, InstitutionAdmin, LiaisonClerk, Nurse, Officer, RegionAdmin,
    RegionDesk,
};
use renkei_base::limits;

use crate::care::{
    addressee, attachment, document, draft, home, medication, patient, referral, reply, slot,
};
use crate::state::App;
use crate::{
    account, answer, api, area, arrival, assets, audit, client, confirm, confirmation, count, demo,
    department, enquiry, enrol, events, fhir, function, guard, guide, health, import, institution,
    language, login, mail, map, matrix, merger, metrics, oauth, opendata, passkey, people, percent,
    publication, questionnaire, shell, start, survey, survey_override, survey_withdrawal, tag,
    theme, tool,
};

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
    /// A program with a bearer token, whose scopes say what it may ask for. No cookie counts here.
    Token,
}

/// Those who work with patients.
pub(crate) const CARING: Policy = Policy::Roles(&[Doctor, Nurse, LiaisonClerk]);
/// Those who keep the institution's own page.
pub(crate) const DESK: Policy = Policy::Roles(&[Doctor, Nurse, LiaisonClerk, InstitutionAdmin]);
pub(crate) const ADMIN: Policy = Policy::Roles(&[InstitutionAdmin, RegionAdmin]);
/// Those who keep the directory: what comes from files, and what waits for a person.
pub(crate) const DIRECTORY: Policy = Policy::Roles(&[RegionDesk, RegionAdmin]);
/// Those who define what the region's words are.
pub(crate) const REGION: Policy = Policy::Roles(&[RegionAdmin]);
/// Those who keep the page of an institution: its administrator, and the region for all.
pub(crate) const PAGES: Policy = Policy::Roles(&[InstitutionAdmin, RegionDesk, RegionAdmin]);
/// Those who say that the page of an institution is right: its desk, and the region for it.
pub(crate) const KEEPERS: Policy = Policy::Roles(&[
    Doctor,
    Nurse,
    LiaisonClerk,
    InstitutionAdmin,
    RegionDesk,
    RegionAdmin,
]);
/// Those whose work is not patients.
pub(crate) const OFFICE: Policy = Policy::Roles(&[
    InstitutionAdmin,
    Officer,
    Approver,
    RegionDesk,
    RegionAdmin,
    Auditor,
]);
/// Those who say where their institution reads what is sent to it.
pub(crate) const READERS: Policy = Policy::Roles(&[InstitutionAdmin, Officer, Approver]);
/// Those who ask and answer surveys for their institution.
pub(crate) const PLANNING: Policy = Policy::Roles(&[Officer, Approver]);
pub(crate) const AUDIT: Policy = Policy::Roles(&[Auditor]);

/// One line of the table.
#[derive(Debug)]
pub struct Route {
    pub method: Method,
    pub path: &'static str,
    pub policy: Policy,
    handler: MethodRouter<App>,
}

impl Route {
    /// For larger bodies than other routes take: a file of this size and the form around it.
    fn taking(self, bytes: usize) -> Self {
        let limit = DefaultBodyLimit::max(bytes + limits::FORM_BYTES);
        Self {
            handler: self.handler.layer(limit),
            ..self
        }
    }
}

#[rustfmt::skip]
pub fn table() -> Vec<Route> {
    vec![
        get("/", Policy::Public, start::show),
        get("/assets/{file}", Policy::Public, assets::file),
        get("/healthz", Policy::Public, health::alive),
        get("/readyz", Policy::Public, health::ready),
        get("/metrics", Policy::Public, metrics::show),
        get("/events", Policy::SignedIn, events::stream),
        post("/language", Policy::Public, language::choose),

        post("/oauth2/token", Policy::Public, oauth::token),
        get("/.well-known/smart-configuration", Policy::Public, oauth::discovery),
        get("/fhir/.well-known/smart-configuration", Policy::Public, oauth::discovery),
        get("/login", Policy::Public, login::show),
        post("/login", Policy::Public, login::enter),
        get("/login/passkey", Policy::Public, passkey::to_sign_in),
        post("/login/passkey", Policy::Public, passkey::enter),
        get("/confirm", Policy::SignedIn, confirm::ask),
        post("/confirm", Policy::SignedIn, confirm::answer),
        get("/confirm/passkey", Policy::SignedIn, passkey::to_confirm),
        get("/account/passkeys", Policy::SignedIn, passkey::list),
        post("/account/passkeys", Policy::SignedIn, passkey::add),
        get("/account/passkeys/options", Policy::SignedIn, passkey::to_make),
        post("/account/passkeys/{id}/remove", Policy::SignedIn, passkey::remove),
        post("/logout", Policy::SignedIn, login::leave),
        post("/demo/be", Policy::Demo, demo::be),
        post("/demo/desk", Policy::Demo, demo::desk),
        get("/enrol/{token}", Policy::Public, enrol::show),
        post("/enrol/{token}", Policy::Public, enrol::set),
        get("/account", Policy::SignedIn, account::show),
        post("/account/password", Policy::SignedIn, account::password),
        post("/account/factors", Policy::SignedIn, account::factors),
        post("/account/recovery-codes", Policy::SignedIn, account::recovery_codes),
        post("/account/sessions/{id}/end", Policy::SignedIn, account::end),
        post("/account/sign-out-everywhere", Policy::SignedIn, account::end_all),
        get("/people", ADMIN, people::list),
        get("/people/new", ADMIN, people::new),
        post("/people/new", ADMIN, people::invite),
        get("/people/{id}", ADMIN, people::show),
        post("/people/{id}/link", ADMIN, people::reset),
        post("/people/{id}/review", ADMIN, people::review),
        post("/people/{id}/roles", ADMIN, people::change_roles),
        post("/people/{id}/suspend", ADMIN, people::suspend),
        post("/people/{id}/unsuspend", ADMIN, people::unsuspend),
        get("/clients", ADMIN, client::list),
        post("/clients/{id}/suspend", ADMIN, client::suspend),
        post("/clients/{id}/unsuspend", ADMIN, client::unsuspend),

        get("/areas", Policy::Public, area::list),
        get("/areas/mergers", DIRECTORY, merger::list),
        post("/areas/mergers", DIRECTORY, merger::record),
        get("/areas/mergers/{id}", DIRECTORY, merger::show),
        post("/areas/mergers/{id}/undo", DIRECTORY, merger::undo),
        get("/areas/{code}", Policy::Public, area::show),
        get("/map", Policy::Public, map::show),
        get("/map.svg", Policy::Public, map::picture),
        get("/institutions", Policy::Public, institution::list),
        get("/institutions.csv", Policy::Public, institution::file::csv),
        get("/institutions.xlsx", Policy::Public, institution::file::xlsx),
        get("/institutions.geojson", Policy::Public, institution::file::geojson),
        get("/institutions/new", DIRECTORY, institution::new::new),
        post("/institutions/new", DIRECTORY, institution::new::register),
        get("/institutions/{id}", Policy::Public, institution::show),
        get("/institutions/{id}/edit", PAGES, institution::edit::show),
        post("/institutions/{id}/edit", PAGES, institution::edit::change),
        get("/institutions/{id}/edit/functions", PAGES, institution::asking::functions),
        post("/institutions/{id}/edit/functions", PAGES, institution::asking::ask),
        get("/institutions/{id}/edit/registered", PAGES, institution::asking::registered),
        post("/institutions/{id}/edit/registered", PAGES, institution::asking::register),
        get("/institutions/{id}/edit/{section}", PAGES, institution::section::show),
        post("/institutions/{id}/edit/{section}", PAGES, institution::section::change),
        get("/institutions/{id}/confirmation", KEEPERS, institution::look),
        post("/institutions/{id}/confirmation", KEEPERS, institution::confirm),
        get("/institutions/{id}/mail", READERS, mail::show),
        post("/institutions/{id}/mail", READERS, mail::change),
        get("/guides", Policy::Public, guide::list),
        get("/guides/new", DIRECTORY, guide::new),
        post("/guides/new", DIRECTORY, guide::make),
        get("/guides/{id}", Policy::Public, guide::show),
        get("/guides/{id}/edit", DIRECTORY, guide::edit),
        post("/guides/{id}/edit", DIRECTORY, guide::change),
        post("/guides/{id}/print", DIRECTORY, guide::issue),
        post("/guides/{id}/retire", DIRECTORY, guide::retire),
        post("/guides/{id}/offer", DIRECTORY, guide::offer),
        get("/guides/{id}/{version}", Policy::Public, guide::pdf),
        get("/tools/new", DIRECTORY, tool::new),
        post("/tools/new", DIRECTORY, tool::add),
        get("/tools/{id}", DIRECTORY, tool::edit),
        post("/tools/{id}", DIRECTORY, tool::change),
        post("/tools/{id}/years", DIRECTORY, tool::note),
        post("/tools/{id}/years/remove", DIRECTORY, tool::forget),
        get("/opendata", Policy::Public, opendata::show),
        post("/opendata", DIRECTORY, opendata::publish),
        get("/opendata/catalog.jsonld", Policy::Public, opendata::catalogue),
        get("/opendata/{file}", Policy::Public, opendata::file),
        get("/opendata/{release}/{file}", Policy::Public, opendata::published),
        get("/tags", REGION, tag::list),
        get("/tags/new", REGION, tag::new),
        post("/tags/new", REGION, tag::add),
        get("/tags/{code}", REGION, tag::edit),
        post("/tags/{code}", REGION, tag::change),
        post("/tags/{code}/retire", REGION, tag::retire),
        get("/functions", Policy::Public, function::list),
        get("/functions/new", REGION, function::new),
        post("/functions/new", REGION, function::add),
        get("/functions/{code}", Policy::Public, function::show),
        get("/functions/{code}/edit", REGION, function::edit),
        post("/functions/{code}/edit", REGION, function::change),
        post("/functions/{code}/assign", DIRECTORY, function::assign),
        get("/confirmations", DIRECTORY, confirmation::list),
        post("/confirmations", DIRECTORY, confirmation::open),
        get("/confirmations/{id}", DIRECTORY, confirmation::show),
        post("/confirmations/{id}/close", DIRECTORY, confirmation::close),
        post("/confirmations/{id}/notes", DIRECTORY, confirmation::note),
        get("/enquiries", KEEPERS, enquiry::list),
        post("/enquiries", DESK, enquiry::note),
        get("/enquiries/counts.csv", KEEPERS, enquiry::export),
        post("/enquiries/{id}/withdraw", DESK, enquiry::withdraw),
        get("/departments", DESK, department::list),
        get("/departments/new", DESK, department::new),
        post("/departments/new", DESK, department::add),
        get("/departments/{id}", DESK, department::edit),
        post("/departments/{id}", DESK, department::change),
        post("/departments/{id}/close", DESK, department::close),
        post("/departments/{id}/reopen", DESK, department::reopen),
        get("/arrivals", DIRECTORY, arrival::list),
        get("/arrivals/{id}", DIRECTORY, arrival::show),
        post("/arrivals/{id}/assign", DIRECTORY, arrival::assign),
        post("/arrivals/{id}/refuse", DIRECTORY, arrival::refuse),

        get("/imports", DIRECTORY, import::list),
        post("/imports", DIRECTORY, import::begin).taking(limits::IMPORT_BYTES),
        post("/imports/codes/{code}", DIRECTORY, import::decide),
        post("/imports/waits/{kind}/{key}", DIRECTORY, import::settle),
        get("/imports/{id}", DIRECTORY, import::show),
        post("/imports/{id}/confirm", DIRECTORY, import::confirm),
        get("/imports/{id}/rejects.csv", DIRECTORY, import::rejects),
        get("/imports/{id}/differences.csv", DIRECTORY, import::differences),
        get("/audit", AUDIT, audit::list),
        get("/audit/rows.csv", AUDIT, audit::export),
        post("/audit/verify", AUDIT, audit::verify),
        get("/audit/verify/{id}", AUDIT, audit::verdict),

        // The care plane.
        get("/home", Policy::SignedIn, home::show),
        get("/patients", CARING, patient::list),
        post("/patients", CARING, patient::find),
        get("/patients/new", CARING, patient::new),
        post("/patients/new", CARING, patient::create),
        get("/patients/{id}", CARING, patient::show),
        get("/patients/{id}/edit", CARING, patient::edit),
        post("/patients/{id}/edit", CARING, patient::change),
        get("/referrals", CARING, referral::list),
        post("/referrals", CARING, referral::find),
        get("/referrals/new", CARING, draft::new),
        post("/referrals/addressee", CARING, addressee::part),
        post("/referrals/medication", CARING, medication::split),
        get("/referrals/{id}", CARING, referral::show),
        get("/referrals/{id}/edit", CARING, draft::edit),
        get("/referrals/{id}/draft", CARING, draft::back),
        post("/referrals/{id}/draft", CARING, draft::save),
        get("/referrals/{id}/steps/{step}", CARING, referral::back),
        post("/referrals/{id}/steps/{step}", CARING, referral::step),
        get("/referrals/{id}/times", CARING, referral::show_times),
        get("/referrals/{id}/messages", CARING, referral::back_from_message),
        post("/referrals/{id}/messages", CARING, referral::write_message),
        get("/referrals/{id}/reply", CARING, reply::edit),
        post("/referrals/{id}/reply", CARING, reply::save),
        post("/referrals/{id}/attachments", CARING, attachment::add),
        get("/referrals/{id}/attachments/{file}", CARING, attachment::open),
        post("/referrals/{id}/attachments/{file}/remove", CARING, attachment::remove),
        get("/referrals/{id}/letter.pdf", CARING, document::letter_pdf),
        get("/referrals/{id}/ticket.pdf", CARING, document::ticket_pdf),
        get("/referrals/{id}/replies/{reply}/reply.pdf", CARING, document::reply_pdf),
        get("/slots", CARING, slot::list),
        post("/slots", CARING, slot::open),
        post("/slots/{id}/withdraw", CARING, slot::withdraw),

        // The governance plane.
        get("/surveys/{code}/themes", PLANNING, theme::list),
        get("/surveys/{code}/themes/{question}", PLANNING, theme::show),
        post("/surveys/{code}/themes/{question}", PLANNING, theme::put),
        get("/percent-check", Policy::Public, percent::show),
        post("/percent-check", Policy::Public, percent::check).taking(percent::FILE_BYTES),
        post("/api/percent-check", Policy::Public, percent::api),
        get("/questionnaires", PLANNING, questionnaire::list),
        get("/questionnaires/new", PLANNING, questionnaire::new),
        post("/questionnaires/new", PLANNING, questionnaire::make).taking(limits::RESOURCE_BYTES),
        get("/questionnaires/{id}", PLANNING, questionnaire::show),
        get("/questionnaires/{id}/preview", PLANNING, questionnaire::preview),
        get("/questionnaires/{id}/compare", PLANNING, questionnaire::compare),
        get("/questionnaires/{id}/fhir.json", PLANNING, questionnaire::fhir),
        post("/questionnaires/{id}/edit", PLANNING, questionnaire::edit),
        post("/questionnaires/{id}/steps/{step}", PLANNING, questionnaire::step),
        get("/questionnaires/{id}/questions/{question}", PLANNING, questionnaire::show_one),
        post("/questionnaires/{id}/questions/{question}", PLANNING, questionnaire::change),
        post("/questionnaires/{id}/questions/{question}/preview", PLANNING, questionnaire::preview_one),
        get("/surveys", Policy::Public, survey::list),
        get("/surveys/new", PLANNING, survey::new),
        post("/surveys/new", PLANNING, survey::create),
        get("/surveys/{code}", Policy::Public, count::show_page),
        get("/surveys/{code}/table.xlsx", Policy::Public, count::xlsx),
        get("/surveys/{code}/table.pdf", Policy::Public, count::pdf),
        get("/surveys/{code}/matrix", Policy::Public, matrix::show),
        get("/surveys/{code}/documents/{blob}", Policy::Public, matrix::document),
        get("/openapi.json", Policy::Public, api::describe),
        get("/api/questionnaires", Policy::Token, api::questionnaire::list),
        post("/api/questionnaires", Policy::Token, api::questionnaire::make).taking(limits::RESOURCE_BYTES),
        get("/api/questionnaires/{id}", Policy::Token, api::questionnaire::read),
        put("/api/questionnaires/{id}", Policy::Token, api::questionnaire::replace).taking(limits::RESOURCE_BYTES),
        post("/api/questionnaires/{id}/final", Policy::Token, api::questionnaire::finish),
        post("/api/questionnaires/{id}/versions", Policy::Token, api::questionnaire::next),
        get("/api/surveys", Policy::Public, api::list),
        get("/api/surveys/{code}", Policy::Public, api::figures),
        get("/api/surveys/{code}/respondents", Policy::Token, api::respondents),
        get("/api/surveys/{code}/respondents/{municipality}", Policy::Token, api::respondent),
        get("/api/surveys/{code}/answers/{municipality}", Policy::Token, api::sheet),
        put("/api/surveys/{code}/answers/{municipality}/{question}", Policy::Token, api::change),
        get("/api/surveys/{code}/table.csv", Policy::Public, count::table_csv),
        get("/api/surveys/{code}/answers.csv", Policy::Public, count::answers_csv),
        get("/surveys/{code}/publication", PLANNING, publication::show),
        post("/surveys/{code}/publication", PLANNING, publication::act),
        get("/surveys/{code}/overrides", PLANNING, survey_override::show),
        post("/surveys/{code}/overrides", PLANNING, survey_override::set),
        post("/surveys/{code}/withdrawals", PLANNING, survey_withdrawal::act),
        get("/surveys/{code}/edit", PLANNING, survey::edit),
        post("/surveys/{code}/edit", PLANNING, survey::change),
        get("/surveys/{code}/universe", PLANNING, survey::universe),
        post("/surveys/{code}/universe", PLANNING, survey::choose),
        get("/surveys/{code}/manage", PLANNING, survey::manage),
        post("/surveys/{code}/manage", PLANNING, survey::act),
        post("/surveys/{code}/respondents", PLANNING, survey::add),
        get("/surveys/{code}/respondents/{id}", PLANNING, survey::show_respondent),
        post("/surveys/{code}/respondents/{id}", PLANNING, survey::act_on_respondent),
        get("/surveys/{code}/answer", PLANNING, answer::own),
        get("/surveys/{code}/answer/{respondent}", PLANNING, answer::show),
        post("/surveys/{code}/answer/{respondent}", PLANNING, answer::save).taking(limits::ATTACHMENT_BYTES),
        post("/surveys/{code}/answer/{respondent}/steps/{step}", PLANNING, answer::step),
        post("/surveys/{code}/answer/{respondent}/handings", PLANNING, answer::hand),
        post("/surveys/{code}/answer/{respondent}/handings/back", PLANNING, answer::give_back),
        post("/surveys/{code}/answer/{respondent}/explanations", PLANNING, answer::ask),
        get("/surveys/{code}/answer/{respondent}/history", PLANNING, answer::history),
        get("/surveys/{code}/answer/{respondent}/files/{blob}", PLANNING, answer::file),
        get("/surveys/{code}/answer/{respondent}/form.xlsx", PLANNING, answer::workbook),
        post("/surveys/{code}/answer/{respondent}/workbook", PLANNING, answer::upload).taking(limits::ATTACHMENT_BYTES),
        post("/surveys/{code}/answer/{respondent}/workbook/take", PLANNING, answer::take_workbook),
        get("/surveys/{code}/answer/{respondent}/receipt.pdf", PLANNING, answer::receipt),
        get("/surveys/{code}/mails", PLANNING, survey::mails),
        post("/surveys/{code}/mails/{id}/again", PLANNING, survey::again),

        // Other programs. What each interaction may do is asked in `fhir::act`.
        get("/fhir/metadata", Policy::Public, fhir::metadata),
        post("/fhir", Policy::Token, fhir::answer),
        post("/fhir/", Policy::Token, fhir::answer),
        get("/fhir/{type}", Policy::Token, fhir::answer),
        post("/fhir/{type}", Policy::Token, fhir::answer),
        put("/fhir/{type}", Policy::Token, fhir::answer),
        delete("/fhir/{type}", Policy::Token, fhir::answer),
        patch("/fhir/{type}", Policy::Token, fhir::answer),
        post("/fhir/{type}/_search", Policy::Token, fhir::answer),
        get("/fhir/{type}/_history", Policy::Token, fhir::answer),
        get("/fhir/{type}/{id}", Policy::Token, fhir::answer),
        put("/fhir/{type}/{id}", Policy::Token, fhir::answer),
        delete("/fhir/{type}/{id}", Policy::Token, fhir::answer),
        patch("/fhir/{type}/{id}", Policy::Token, fhir::answer),
        get("/fhir/{type}/{id}/_history", Policy::Token, fhir::answer),
        get("/fhir/{type}/{id}/$original", Policy::Token, fhir::answer),
        get("/fhir/{type}/{id}/_history/{version}", Policy::Token, fhir::answer),
    ]
}

/// Whether anybody may look at a page of this address.
pub(crate) fn is_public(path: &str) -> bool {
    static PAGES: OnceLock<Vec<&'static str>> = OnceLock::new();
    let pages = PAGES.get_or_init(|| {
        let open = |route: &Route| route.method == Method::GET && route.policy == Policy::Public;
        let paths = table().into_iter().filter(open).map(|route| route.path);
        paths.collect()
    });
    pages.contains(&path)
}

/// The router of the whole program.
pub fn router(app: App) -> Router {
    let mut router = Router::new();
    for route in table() {
        let gate =
            middleware::from_fn_with_state((route.policy, Arc::clone(&app.config)), guard::pass);
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

fn put<H, T>(path: &'static str, policy: Policy, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    line(Method::PUT, MethodFilter::PUT, path, policy, handler)
}

fn delete<H, T>(path: &'static str, policy: Policy, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    line(Method::DELETE, MethodFilter::DELETE, path, policy, handler)
}

fn patch<H, T>(path: &'static str, policy: Policy, handler: H) -> Route
where
    H: Handler<T, App>,
    T: 'static,
{
    line(Method::PATCH, MethodFilter::PATCH, path, policy, handler)
}

fn line<H, T>(
    method: Method,
    filter: MethodFilter,
    path: &'static str,
    policy: Policy,
    handler: H,
) -> Route
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
