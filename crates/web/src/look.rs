//! How a visitor wants pages: language, easy Japanese, furigana, large print. Kept in the address, never in a cookie: who
//! reads without signing in leaves no trace. Links and forms of a page carry it on.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use renkei_base::Lang;

/// Pages are larger by far than any other file of ours that is HTML.
const MOST: usize = 32 << 20;

/// What the address says. Nothing said is the usual look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub(crate) lang: Option<Lang>,
    /// やさしい日本語
    pub(crate) easy: bool,
    /// Said, or by the wording: easy Japanese has it, other Japanese has not.
    furigana: Option<bool>,
    pub(crate) large: bool,
}

/// One switch of the look: where it leads, its text key, whether it is the present state.
#[derive(Clone, Debug)]
pub(crate) struct Switch {
    pub(crate) href: String,
    pub(crate) key: &'static str,
    /// Of what is written in it, where that is another language than the page's.
    pub(crate) lang: &'static str,
    pub(crate) on: bool,
}

impl Look {
    /// From the query of an address; what is not understood is not said.
    pub(crate) fn of(query: &str) -> Self {
        let mut look = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match (&*name, &*value) {
                ("lang", "ja") => (look.lang, look.easy) = (Some(Lang::Ja), false),
                ("lang", "easy") => (look.lang, look.easy) = (Some(Lang::Ja), true),
                ("lang", "en") => (look.lang, look.easy) = (Some(Lang::En), false),
                ("furigana", "yes") => look.furigana = Some(true),
                ("furigana", "no") => look.furigana = Some(false),
                ("size", "large") => look.large = true,
                _ => {}
            }
        }
        look
    }

    pub(crate) fn furigana(self) -> bool {
        self.furigana.unwrap_or(self.easy)
    }

    /// Names and values in an address.
    pub(crate) fn pairs(self) -> Vec<(&'static str, &'static str)> {
        let lang = match (self.lang, self.easy) {
            (_, true) => Some("easy"),
            (lang, false) => lang.map(Lang::code),
        };
        let furigana = self.furigana.map(|yes| if yes { "yes" } else { "no" });
        let size = self.large.then_some("large");
        let all = [("lang", lang), ("furigana", furigana), ("size", size)];
        let said = all
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        said.collect()
    }

    /// The switches for a page at this address, in the language that it is in.
    pub(crate) fn switches(self, here: &str, now: Lang) -> Vec<Switch> {
        let plain = |lang| Self {
            lang: Some(lang),
            easy: false,
            furigana: None,
            ..self
        };
        let easy = Self {
            easy: true,
            ..plain(Lang::Ja)
        };
        let japanese = now == Lang::Ja;
        let furigana = Self {
            furigana: Some(!self.furigana()),
            ..self
        };
        let large = Self {
            large: !self.large,
            ..self
        };
        let one = |look: Self, key, lang, on| Switch {
            href: look.address(here),
            key,
            lang,
            on,
        };
        let mut switches = vec![
            one(plain(Lang::Ja), "look-ja", "ja", japanese && !self.easy),
            one(easy, "look-easy", "ja", japanese && self.easy),
            one(plain(Lang::En), "look-en", "en", !japanese),
        ];
        if japanese {
            switches.push(one(furigana, "look-furigana", "", self.furigana()));
        }
        switches.push(one(large, "look-large", "", self.large));
        switches
    }

    /// The same page in this look, from the page: its query alone.
    fn address(self, here: &str) -> String {
        let query = here.split_once('?').map_or("", |(_, query)| query);
        let mut new = form_urlencoded::Serializer::new(String::from("?"));
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if !matches!(&*name, "lang" | "furigana" | "size") {
                new.append_pair(&name, &value);
            }
        }
        for (name, value) in self.pairs() {
            new.append_pair(name, value);
        }
        let text = new.finish();
        // The serializer puts a separator after a beginning that it did not write.
        text.replacen("?&", "?", 1)
    }

    /// A place of ours with the look.
    pub(crate) fn carried(self, place: &str) -> String {
        let pairs: Vec<String> = self
            .pairs()
            .into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if pairs.is_empty() || !place.starts_with('/') || place.starts_with("/assets/") {
            return place.to_owned();
        }
        let (address, fragment) = place.split_once('#').map_or((place, ""), |(a, f)| (a, f));
        let joint = if address.contains('?') { '&' } else { '?' };
        let hash = if fragment.is_empty() { "" } else { "#" };
        format!("{address}{joint}{}{hash}{fragment}", pairs.join("&"))
    }
}

/// An answer whose links, forms and way on keep the look.
pub(crate) async fn carry(look: Look, mut response: Response) -> Response {
    if look.pairs().is_empty() {
        return response;
    }
    let headers = response.headers_mut();
    if let Some(place) = headers.get(header::LOCATION).and_then(|to| to.to_str().ok())
        // Who has just signed in is no visitor.
        && !headers.contains_key(header::SET_COOKIE)
        && let Ok(place) = HeaderValue::from_str(&look.carried(place))
    {
        headers.insert(header::LOCATION, place);
    }
    let html = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !html {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    match to_bytes(body, MOST).await {
        Ok(bytes) => {
            // What is no text stays as it is.
            let body = match std::str::from_utf8(&bytes) {
                Ok(page) => Body::from(page_in(look, page)),
                Err(_) => Body::from(bytes),
            };
            Response::from_parts(parts, body)
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be read again");
            Response::from_parts(parts, Body::empty())
        }
    }
}

/// The page with the look in its own links and forms. Templates write both in one way: `href="/` and `<form … action="/`.
fn page_in(look: Look, page: &str) -> String {
    let mut out = String::with_capacity(page.len() + page.len() / 8);
    let mut rest = page;
    while let Some(at) = next(rest) {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(end);
        if tag.starts_with("<form") {
            form(look, tag, &mut out);
        } else {
            attribute(look, tag, " href=\"", &mut out);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where the next link or form begins.
fn next(text: &str) -> Option<usize> {
    let starts = |rest: &str| rest.starts_with("<a ") || rest.starts_with("<form");
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find('<')?;
        if text.get(at..).is_some_and(starts) {
            return Some(at);
        }
        from = at + 1;
    }
}

fn form(look: Look, tag: &str, out: &mut String) {
    if tag.contains("method=\"post\"") {
        return attribute(look, tag, " action=\"", out);
    }
    out.push_str(tag);
    // The query of a form's address is made of its fields alone.
    for (name, value) in look.pairs() {
        out.push_str(&format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"
        ));
    }
}

fn attribute(look: Look, tag: &str, name: &str, out: &mut String) {
    let Some((before, rest)) = tag.split_once(name) else {
        return out.push_str(tag);
    };
    let Some((place, after)) = rest.split_once('"') else {
        return out.push_str(tag);
    };
    out.push_str(before);
    out.push_str(name);
    let own = place.starts_with('/') && !place.starts_with("//");
    if own {
        out.push_str(&escaped(&look.carried(&plain(place))));
    } else {
        out.push_str(place);
    }
    out.push('"');
    out.push_str(after);
}

/// Of an attribute, as templates write it.
fn plain(place: &str) -> String {
    place.replace("&#38;", "&").replace("&amp;", "&")
}

fn escaped(place: &str) -> String {
    place.replace('&', "&#38;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(query: &str) -> Look {
        Look::of(query)
    }

    #[test]
    fn an_address_says_how_pages_look() {
        assert_eq!(look("q=a&page=2"), Look::default());
        assert!(look("lang=easy").furigana() && !look("lang=easy&furigana=no").furigana());
        assert!(look("size=large").large && look("lang=xx&size=huge") == Look::default());
        assert_eq!(look("lang=easy&lang=en").pairs(), [("lang", "en")]);
    }

    #[test]
    fn places_carry_it() {
        let large = look("lang=en&size=large");
        assert_eq!(large.carried("/"), "/?lang=en&size=large");
        assert_eq!(
            large.carried("/map?kind=x#top"),
            "/map?kind=x&lang=en&size=large#top"
        );
        for other in ["/assets/app.css", "https://a.example/", "?page=2"] {
            assert_eq!(large.carried(other), other);
        }
    }

    #[test]
    fn links_and_forms_carry_it() {
        let page = "<a class=\"x\" href=\"/areas?a=1&#38;b=2\">a</a><a href=\"//evil\">b</a><a href=\"?x\">c</a>\
            <link href=\"/assets/x.css\"><form method=\"get\" action=\"/institutions\">d</form>\
            <form method=\"post\" action=\"/login\">e</form><a id=\"y\">é</a>";
        assert_eq!(
            page_in(look("lang=easy"), page),
            "<a class=\"x\" href=\"/areas?a=1&#38;b=2&#38;lang=easy\">a</a><a href=\"//evil\">b</a><a href=\"?x\">c</a>\
            <link href=\"/assets/x.css\"><form method=\"get\" action=\"/institutions\"><input type=\"hidden\" name=\"lang\" \
            value=\"easy\">d</form><form method=\"post\" action=\"/login?lang=easy\">e</form><a id=\"y\">é</a>"
        );
    }

    #[test]
    fn switches_keep_the_rest_of_the_address() {
        let hrefs = |query: &str, lang| {
            let here = format!("/institutions?{query}");
            let switches = look(query).switches(&here, lang);
            switches
                .into_iter()
                .map(|one| (one.href, one.on))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            hrefs("q=%E7%9B%AE&lang=en", Lang::En),
            [
                ("?q=%E7%9B%AE&lang=ja".to_owned(), false),
                ("?q=%E7%9B%AE&lang=easy".to_owned(), false),
                ("?q=%E7%9B%AE&lang=en".to_owned(), true),
                ("?q=%E7%9B%AE&lang=en&size=large".to_owned(), false),
            ]
        );
        let easy = hrefs("lang=easy", Lang::Ja);
        assert_eq!(easy[3], ("?lang=easy&furigana=no".to_owned(), true));
        assert_eq!(hrefs("", Lang::Ja)[4].0, "?size=large");
        assert_eq!(hrefs("size=large", Lang::Ja)[4].0, "?");
    }
}
