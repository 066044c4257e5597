//! Names without the legal person that stands in front of them.

use renkei_base::name::search_key;

/// A name of fewer characters tells too little without the door.
pub(super) const TELLING_CHARS: usize = 4;
/// Endings shorter than this fit everybody.
const ENDING_CHARS: usize = 3;

/// What a legal person begins with, as search keys; longer ones first.
const LEGAL: &[&str] = &[
    "特定非営利活動法人",
    "地方独立行政法人",
    "特定医療法人",
    "社会医療法人",
    "社団医療法人",
    "財団医療法人",
    "独立行政法人",
    "国立大学法人",
    "公立大学法人",
    "社会福祉法人",
    "公益財団法人",
    "公益社団法人",
    "一般財団法人",
    "一般社団法人",
    "医療法人社団",
    "医療法人財団",
    "医療法人",
    "学校法人",
    "宗教法人",
    "財団法人",
    "社団法人",
    "株式会社",
    "有限会社",
    "合同会社",
    "恩賜財団",
    "日本赤十字社",
    "(医社)",
    "(医財)",
    "(医)",
    "(株)",
    "(有)",
    "(財)",
    "(社)",
    "社団",
    "財団",
];

/// Endings that many institutions share, as search keys.
const GENERIC: &[&str] = &[
    "中央病院",
    "総合病院",
    "記念病院",
    "附属病院",
    "付属病院",
    "第一病院",
    "第二病院",
    "中央総合病院",
    "市民病院",
    "市立病院",
    "町立病院",
    "県立病院",
    "赤十字病院",
    "大学病院",
    "医療せんた-",
    "総合医療せんた-",
    "りはびりて-しょん病院",
    "附属診療所",
    "付属診療所",
    "整形外科病院",
    "脳神経外科病院",
    "眼科病院",
    "こども病院",
    "温泉病院",
    "厚生病院",
    "共立病院",
    "協立病院",
    "共済病院",
    "済生会病院",
    "徳洲会病院",
];

/// A name in the forms that it is compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    key: String,
    forms: Vec<String>,
}

impl Name {
    pub fn new(text: &str) -> Self {
        let key = search_key(text);
        let mut forms = vec![key.clone(), without_legal(&key).to_owned()];
        let words: Vec<&str> = text.split_whitespace().collect();
        for start in 1..words.len() {
            let rest = words.get(start..).unwrap_or_default().concat();
            forms.push(without_legal(&search_key(&rest)).to_owned());
        }
        forms.retain(|form| form.chars().count() >= 2);
        forms.sort_unstable();
        forms.dedup();
        Self { key, forms }
    }

    /// The whole name, without its legal person, and from each word on; as search keys.
    pub fn forms(&self) -> impl Iterator<Item = &str> {
        self.forms.iter().map(String::as_str)
    }

    /// All endings of the whole name that are not too short.
    pub fn endings(&self) -> impl Iterator<Item = &str> {
        let count = self.key.chars().count();
        let starts = self.key.char_indices().map(|(at, _)| at).skip(1);
        starts
            .take(count.saturating_sub(ENDING_CHARS))
            .filter_map(|at| self.key.get(at..))
    }

    /// The forms that both have.
    pub fn shared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        self.forms()
            .filter(|form| other.forms.iter().any(|one| one == form))
    }
}

fn without_legal(key: &str) -> &str {
    let mut rest = key;
    while let Some(shorter) = LEGAL.iter().find_map(|legal| rest.strip_prefix(legal)) {
        rest = shorter;
    }
    rest
}

pub(super) fn is_generic(form: &str) -> bool {
    GENERIC.contains(&form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_persons_go_and_words_stay() {
        let forms = |text| Name::new(text).forms;
        assert!(forms("医療法人社団　慈藻会　平松記念病院").contains(&"平松記念病院".to_owned()));
        assert!(forms("医療法人社団慈藻会平松記念病院").contains(&"慈藻会平松記念病院".to_owned()));
        assert!(forms("（医）髙田病院").contains(&"高田病院".to_owned()));
        assert_eq!(forms("社団"), ["社団"]);
    }

    #[test]
    fn every_list_entry_is_its_own_search_key() {
        for word in LEGAL.iter().chain(GENERIC) {
            assert_eq!(&search_key(word), word);
        }
    }

    #[test]
    fn endings_have_three_characters_at_least() {
        let name = Name::new("南高井病院");
        assert_eq!(name.endings().collect::<Vec<_>>(), ["高井病院", "井病院"]);
        assert_eq!(Name::new("南病院").endings().count(), 0);
    }
}
