//! The template ア–ク: 在宅医療・介護連携推進事業の取組状況.
//!
//! The questions that are counted are those of the published table of 27年10月. The numbers ② of ア and キ, which the table
//! leaves out, are free texts here, and so is what a municipality may attach.

use super::{Choice, Class, Condition, Question, QuestionKind, Questionnaire, Section, Words};

const PROGRAMME: &str = "介護保険法 地域支援事業 (在宅医療・介護連携推進事業)";

/// The template, both languages. Counted lines: ア① ア③ イ① ウ① エ① オ① カ① カ② キ① キ③パンフ キ③HP ク①.
pub fn home_care() -> Questionnaire {
    Questionnaire {
        title: Words::new(
            "在宅医療・介護連携推進事業の取組状況",
            "Home care: links between medical and long-term care",
        ),
        about: Words::new(
            "介護保険法の地域支援事業「在宅医療・介護連携推進事業」の(ア)から(ク)について、取組状況をお答えください。\
             全てを実施することが目的ではなく、在宅療養の推進のきっかけとして状況を共有するための調査です。",
            "Where your municipality stands with the items (ア) to (ク) of the programme for home medical and long-term \
             care. The aim is not that everybody does everything, but that all see where they stand.",
        ),
        sections: vec![
            resources(),
            issues(),
            provision(),
            sharing(),
            advice(),
            training(),
            residents(),
            neighbours(),
        ],
    }
}

fn section(label: &str, ja: &str, en: &str, questions: Vec<Question>) -> Section {
    Section {
        label: label.to_owned(),
        title: Words::new(ja, en),
        questions,
    }
}

fn question(id: &str, label: &str, ja: &str, en: &str, kind: QuestionKind) -> Question {
    let counted = matches!(kind, QuestionKind::One { .. } | QuestionKind::Many { .. });
    Question {
        id: id.to_owned(),
        label: label.to_owned(),
        text: Words::new(ja, en),
        definition: Words::default(),
        source: if counted { PROGRAMME } else { "" }.to_owned(),
        kind,
        required: counted,
        when: Vec::new(),
        explain: None,
        counted,
    }
}

impl Question {
    fn meaning(self, ja: &str, en: &str) -> Self {
        Self {
            definition: Words::new(ja, en),
            ..self
        }
    }

    fn only_if(self, question: &str, choice: &str) -> Self {
        Self {
            when: vec![Condition {
                question: question.to_owned(),
                any: vec![choice.to_owned()],
            }],
            ..self
        }
    }

    fn explained(self, ja: &str, en: &str) -> Self {
        Self {
            explain: Some(Words::new(ja, en)),
            ..self
        }
    }
}

fn either(yes: (&str, &str), no: (&str, &str)) -> QuestionKind {
    QuestionKind::One {
        choices: vec![
            Choice::classed("yes", Words::new(yes.0, yes.1), Class::Yes),
            Choice::classed("no", Words::new(no.0, no.1), Class::No),
        ],
    }
}

fn doing() -> QuestionKind {
    either(("行っている", "Done"), ("行っていない", "Not done"))
}

const fn text() -> QuestionKind {
    QuestionKind::Text {
        lines: 4,
        most: 1_000,
    }
}

fn resources() -> Section {
    let list = question(
        "a3",
        "③",
        "(行っている場合)地域の医療・介護の資源のリスト又はマップの作成等行っていますか。",
        "(Where they are) Do you make a list or a map of the medical and long-term care in the area?",
        doing(),
    );
    let how = question(
        "a2",
        "②",
        "(行っている場合)把握及び情報収集の方法を教えてください。",
        "(Where they are) How are they gathered?",
        text(),
    );
    let document = question(
        "a4",
        "④",
        "リスト又はマップがあれば添付してください(任意)。",
        "Attach the list or the map where there is one (optional).",
        QuestionKind::File { most: 3 },
    );
    section(
        "ア",
        "地域の医療・介護サービス資源の把握",
        "Knowing the medical and long-term care in the area",
        vec![
            question(
                "a1",
                "①",
                "地域の医療機関、介護事業者等の住所、連絡先、機能等について把握及び情報収集を行っていますか。",
                "Do you gather addresses, contacts and functions of institutions and care providers in the area?",
                doing(),
            )
            .meaning(
                "地域の医療機関の分布、医療機能を把握し、リスト・マップ化するなど。",
                "For example where institutions are and what they do, as a list or a map.",
            ),
            how.only_if("a1", "yes"),
            list.only_if("a1", "yes").meaning(
                "①で「行っていない」と答えた区市町村には尋ねません(集計では「非該当」)。",
                "Not asked where ① is “not done” (counted as not applicable).",
            ),
            document.only_if("a3", "yes"),
        ],
    )
}

fn issues() -> Section {
    let meeting = question(
        "b1",
        "①",
        "本事業の主旨を満たす会議はありますか。",
        "Is there a meeting that serves the aim of the programme?",
        either(("あり", "Yes"), ("なし", "No")),
    );
    section(
        "イ",
        "在宅医療・介護連携の課題の抽出と対応策の検討",
        "Finding problems and what to do about them",
        vec![
            meeting
                .meaning(
                    "地域の医療・介護関係者等が参画し、現状を把握し、課題の抽出、対応策を検討する会議。",
                    "One where people of medical and long-term care look at the present state, its problems and remedies.",
                )
                .explained("会議の名称と開催回数(あれば)", "Its name and how often it meets"),
        ],
    )
}

fn provision() -> Section {
    let efforts = question(
        "c1",
        "①",
        "体制の構築を目指してどのような取組を行っていますか。",
        "What do you do towards home care without gaps?",
        doing(),
    );
    section(
        "ウ",
        "切れ目のない在宅医療と介護の提供体制の構築推進",
        "Home medical and long-term care without gaps",
        vec![efforts.explained(
            "取組の内容(行っている場合)",
            "What is done, where something is",
        )],
    )
}

fn sharing() -> Section {
    let tool = question(
        "d1",
        "①",
        "情報共有ツールを作成していますか。",
        "Have you made a tool for sharing information?",
        either(("作成している", "Made"), ("していない", "Not made")),
    );
    let form = question(
        "d2",
        "②",
        "ツールの様式等があれば添付してください(任意)。",
        "Attach its form where there is one (optional).",
        QuestionKind::File { most: 3 },
    );
    section(
        "エ",
        "医療・介護関係者の情報共有の支援",
        "Sharing of information among those who care",
        vec![
            tool.meaning(
                "情報共有シート、地域連携パス等。紙かICTかは問いません。",
                "Sheets, regional pathways and the like, on paper or not.",
            )
            .explained("ツールの名称と使い方", "Its name and how it is used"),
            form.only_if("d1", "yes"),
        ],
    )
}

fn advice() -> Section {
    let desk = question(
        "e1",
        "①",
        "地域の在宅医療と介護の連携を支援する相談窓口はありますか。",
        "Is there a desk that helps with links between home medical and long-term care?",
        either(("あり", "Yes"), ("なし", "No")),
    );
    section(
        "オ",
        "在宅医療・介護連携に関する相談支援",
        "Advice on the links",
        vec![desk.explained("窓口の名称と設置場所(ある場合)", "Its name and where it is")],
    )
}

fn training() -> Section {
    section(
        "カ",
        "医療・介護関係者の研修",
        "Training of those who care",
        vec![
            question(
                "f1",
                "①",
                "多職種でのグループワーク等の研修を行っていますか。",
                "Do people of several professions train together, for example in groups?",
                doing(),
            ),
            question(
                "f2",
                "②",
                "医療関係者に対する研修を行っていますか。",
                "Is there training for medical people?",
                doing(),
            ),
        ],
    )
}

fn residents() -> Section {
    let ways = QuestionKind::Many {
        choices: vec![
            Choice {
                label: "パンフ".to_owned(),
                ..Choice::classed(
                    "pamphlet",
                    Words::new("パンフレット等", "Leaflets"),
                    Class::Yes,
                )
            },
            Choice {
                label: "HP".to_owned(),
                ..Choice::classed(
                    "website",
                    Words::new("ホームページ等", "Web pages"),
                    Class::Yes,
                )
            },
        ],
    };
    let about = question(
        "g2",
        "②",
        "(開催している場合)内容を教えてください。",
        "(Where they are held) What are they about?",
        text(),
    );
    section(
        "キ",
        "地域住民への普及啓発",
        "Telling residents",
        vec![
            question(
                "g1",
                "①",
                "在宅医療・介護サービスに関する講演会等開催していますか。",
                "Are there lectures on home medical and long-term care?",
                either(("開催している", "Held"), ("開催していない", "Not held")),
            ),
            about.only_if("g1", "yes"),
            question(
                "g3",
                "③",
                "地域住民向けのパンフレット等の作成やホームページ等で公表していますか。",
                "Are there leaflets or web pages for residents?",
                ways,
            ),
        ],
    )
}

fn neighbours() -> Section {
    let talks = question(
        "h1",
        "①",
        "同一の二次医療圏内にある市区町村や隣接する市区町村が連携して、広域連携が必要な事項について協議していますか。",
        "Do municipalities of the same medical area, or neighbours, discuss together what needs more than one of them?",
        doing(),
    );
    section(
        "ク",
        "在宅医療・介護連携に関する関係市区町村の連携",
        "Working with other municipalities",
        vec![talks.explained("協議の場と内容", "Where, and about what")],
    )
}
