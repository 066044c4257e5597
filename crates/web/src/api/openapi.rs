//! `GET /openapi.json`: what `/api` takes and gives (OpenAPI 3.1).

use axum::http::header;
use axum::response::{IntoResponse, Response};

const TEXT: &str = include_str!("openapi.json");

/// `GET /openapi.json`
pub(crate) async fn describe() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, TEXT).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every route of `/api` is described, and nothing else.
    #[test]
    fn the_description_and_the_routes_are_the_same() {
        let described: serde_json::Value = serde_json::from_str(TEXT).unwrap();
        let mut told = Vec::new();
        for (path, item) in described["paths"].as_object().unwrap() {
            let methods = item.as_object().unwrap().keys();
            let methods = methods.filter(|key| *key != "parameters");
            told.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        }
        let routes = crate::routes::table();
        let mut there: Vec<String> = routes
            .iter()
            .filter(|route| crate::api::is_api(route.path))
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        told.sort();
        there.sort();
        assert_eq!(told, there);
    }
}
