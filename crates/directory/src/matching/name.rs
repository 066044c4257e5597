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

/// Words that say what a place is and not which one, as search keys; longer ones before those that they begin with.
const KINDS: &[&str] = &[
    "脳神経外科",
    "脳神経内科",
    "耳鼻咽喉科",
    "心療内科",
    "整形外科",
    "形成外科",
    "美容外科",
    "口腔外科",
    "循環器",
    "呼吸器",
    "消化器",
    "泌尿器科",
    "産婦人科",
    "放射線科",
    "人工透析",
    "糖尿病",
    "小児科",
    "皮膚科",
    "婦人科",
    "精神科",
    "神経科",
    "麻酔科",
    "胃腸科",
    "胃腸",
    "肛門科",
    "透析",
    "内科",
    "外科",
    "眼科",
    "産科",
    "小児",
    "矯正",
    "歯科",
    "りはびりて-しょん科",
    "りはびりて-しょん",
    "あれるぎ-科",
    "りうまち科",
    "くりにっく",
    "附属診療所",
    "付属診療所",
    "診療所",
    "医院",
    "附属病院",
    "付属病院",
    "病院",
    "分院",
    "本院",
    "健診せんた-",
    "せんた-",
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
        forms.retain(|form| *form == key || tells(form));
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

    /// Whether one name ends with a form of the other that is long enough and not many places' own.
    pub fn tells_of(&self, other: &Self) -> bool {
        let ends = |one: &Self, other: &Self| {
            other.forms().any(|form| {
                form.chars().count() >= TELLING_CHARS
                    && !is_generic(form)
                    && one.key.ends_with(form)
            })
        };
        ends(self, other) || ends(other, self)
    }

    /// The forms that both have.
    pub fn shared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        self.forms()
            .filter(|form| other.forms.iter().any(|one| one == form))
    }
}

/// Whether a form says which place it is: 内科クリニック does not, 山田内科 does.
fn tells(form: &str) -> bool {
    let mut rest = form;
    while let Some(shorter) = KINDS.iter().find_map(|kind| rest.strip_prefix(kind)) {
        rest = shorter;
    }
    !rest.is_empty()
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
        for word in LEGAL.iter().chain(GENERIC).chain(KINDS) {
            assert_eq!(&search_key(word), word);
        }
    }

    #[test]
    fn what_a_place_is_does_not_tell_which_one() {
        let forms = |text| Name::new(text).forms;
        assert_eq!(forms("田中 内科"), ["田中内科"]);
        assert_eq!(forms("山手 内科・小児科 クリニック").len(), 1);
        assert_eq!(forms("医療法人 内科クリニック").len(), 1);
        assert!(forms("佐藤会 山手内科").contains(&"山手内科".to_owned()));
    }

    #[test]
    fn endings_have_three_characters_at_least() {
        let name = Name::new("南高井病院");
        assert_eq!(name.endings().collect::<Vec<_>>(), ["高井病院", "井病院"]);
        assert_eq!(Name::new("南病院").endings().count(), 0);
    }
}
