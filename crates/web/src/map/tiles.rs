//! 地理院タイル: where the operator allows it, a map may be looked at on the tiles of the Geospatial Information Authority.
//! Only the pages that offer it may ask its server, and only for pictures.

use axum::http::{HeaderValue, header};
use axum::response::Response;

/// As everywhere, and pictures of one host more.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self' data: https://cyberjapandata.gsi.go.jp; connect-src 'self'; form-action 'self'; \
     frame-ancestors 'none'; base-uri 'none'",
);

/// A page that may show the tiles.
pub(crate) fn opened(mut page: Response) -> Response {
    page.headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, POLICY);
    page
}
