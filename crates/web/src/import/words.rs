//! What imports say of whole files, in words: for pages and for the command line.

use renkei_base::{Fault, Lang};
use renkei_directory::import::Doubt;

use crate::messages::Messages;

/// A column that seems to hold what belongs elsewhere.
pub fn doubt(messages: &Messages, lang: Lang, doubt: &Doubt) -> String {
    let shape = doubt.odd.shape().map(|shape| {
        let key = format!("import-shape-{}", shape.code());
        messages.text(lang, &key, &[])
    });
    let (count, of) = (doubt.count.to_string(), doubt.of.to_string());
    let args = [
        ("heading", doubt.heading.as_str()),
        ("shape", shape.as_deref().unwrap_or_default()),
        ("other", doubt.other.as_deref().unwrap_or_default()),
        ("count", &count),
        ("of", &of),
        ("example", &doubt.example),
    ];
    let key = format!("import-doubt-{}", doubt.odd.code());
    let said = messages.text(lang, &key, &args);
    // Of two that stand the wrong way round the first sentence names both.
    if doubt.other.is_none() || shape.is_none() {
        return said;
    }
    format!(
        "{said} {}",
        messages.text(lang, "import-doubt-other", &args)
    )
}

/// Why a file was refused, one text each.
pub fn refusal(messages: &Messages, lang: Lang, faults: &[Fault]) -> Vec<String> {
    let text = |fault: &Fault| {
        let mut fault = fault.clone();
        for (name, value) in &mut fault.args {
            if name == "kind" {
                *value = messages.text(lang, &crate::say::import_key(value), &[]);
            }
        }
        messages.fault(lang, &fault)
    };
    faults.iter().map(text).collect()
}
