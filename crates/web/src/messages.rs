//! Texts for people, by key, in both languages (Fluent files under `messages/`).

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use renkei_base::{Fault, Lang};
use unic_langid::LanguageIdentifier;

use crate::ruby;

/// Language, file name, text.
pub(crate) const FILES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// All texts. Made once at start.
pub struct Messages {
    ja: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
    /// やさしい日本語 of those texts that have it.
    easy: FluentBundle<FluentResource>,
}

impl std::fmt::Debug for Messages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Messages")
    }
}

impl Default for Messages {
    fn default() -> Self {
        Self::load()
    }
}

impl Messages {
    pub fn load() -> Self {
        Self {
            ja: bundle(Lang::Ja, Lang::Ja.code()),
            en: bundle(Lang::En, Lang::En.code()),
            easy: bundle(Lang::Ja, EASY),
        }
    }

    /// The text of a key; the key itself when there is none (a test keeps that from happening).
    pub fn text(&self, lang: Lang, key: &str, args: &[(&str, &str)]) -> String {
        ruby::plain(self.raw(lang, false, key, args))
    }

    /// As [`Self::text`], in easy Japanese where there is such a text.
    pub(crate) fn easy_text(&self, lang: Lang, key: &str, args: &[(&str, &str)]) -> String {
        ruby::plain(self.raw(lang, true, key, args))
    }

    /// With its readings still in it, for [`ruby`].
    pub(crate) fn raw(&self, lang: Lang, easy: bool, key: &str, args: &[(&str, &str)]) -> String {
        let easy = easy && lang == Lang::Ja && self.easy.has_message(key);
        let bundle = match lang {
            _ if easy => &self.easy,
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::warn!(key, "text key without a text");
            return key.to_owned();
        };
        let mut values = FluentArgs::new();
        for (name, value) in args {
            values.set((*name).to_owned(), value_of(value));
        }
        let mut errors = Vec::new();
        bundle
            .format_pattern(pattern, Some(&values), &mut errors)
            .into_owned()
    }

    pub fn has(&self, lang: Lang, key: &str) -> bool {
        match lang {
            Lang::Ja => self.ja.has_message(key),
            Lang::En => self.en.has_message(key),
        }
    }

    /// The text of a fault of a form.
    pub fn fault(&self, lang: Lang, fault: &Fault) -> String {
        let args: Vec<(&str, &str)> = fault
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        self.text(lang, &fault.key, &args)
    }
}

/// A text; a small number also as such, so that a message can have a form for one and another for many.
fn value_of(text: &str) -> FluentValue<'static> {
    let number = text.parse::<u32>().ok().filter(|n| n.to_string() == text);
    match number {
        Some(number) if number < 1_000_000 => FluentValue::from(number),
        _ => FluentValue::from(ruby::guarded(text).into_owned()),
    }
}

/// The folder of やさしい日本語.
const EASY: &str = "ja-easy";

fn bundle(lang: Lang, folder: &str) -> FluentBundle<FluentResource> {
    let id: LanguageIdentifier = lang.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolation marks around values would show up in copied text and in tests.
    bundle.set_use_isolating(false);
    for (_, name, text) in FILES.iter().filter(|(code, _, _)| *code == folder) {
        let resource =
            FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(partial, errors)| {
                tracing::error!(name, ?errors, "message file has errors");
                partial
            });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(name, ?errors, "message keys given twice");
        }
    }
    bundle
}
