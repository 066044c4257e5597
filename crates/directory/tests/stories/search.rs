//! Searching: what is typed with any keyboard finds what is written in any form, the likeliest first.

use renkei_directory::{Filter, Finder, Kind, Search};
use renkei_store::institution::InstitutionRow;

fn row(
    id: &str,
    kind: Kind,
    name: &str,
    kana: &str,
    municipality: &str,
    address: &str,
) -> InstitutionRow {
    InstitutionRow {
        id: id.parse().unwrap(),
        kind: kind.code().to_owned(),
        prefecture: municipality.chars().take(2).collect(),
        municipality: municipality.to_owned(),
        registry_id: Some(format!(
            "{}9{id}",
            municipality.chars().take(2).collect::<String>()
        )),
        code: None,
        name: name.to_owned(),
        kana: kana.to_owned(),
        short: String::new(),
        other_names: String::new(),
        address: address.to_owned(),
        active: true,
        source: String::new(),
        source_date: String::new(),
        fingerprint: String::new(),
        updated: renkei_base::Micros(0),
    }
}

fn finder() -> Finder {
    let mut rows = vec![
        row(
            "1",
            Kind::Hospital,
            "医療法人社団　中央会　中央病院",
            "チュウオウビョウイン",
            "131105",
            "東京都目黒区中町１",
        ),
        row(
            "2",
            Kind::Hospital,
            "中央病院",
            "チュウオウビョウイン",
            "011011",
            "北海道札幌市中央区北１",
        ),
        row(
            "3",
            Kind::Hospital,
            "中央病院附属目黒分院",
            "チュウオウビョウインフゾクメグロブンイン",
            "131105",
            "東京都目黒区中町２",
        ),
        row(
            "4",
            Kind::Hospital,
            "札幌中央病院",
            "サッポロチュウオウビョウイン",
            "011011",
            "北海道札幌市中央区南９",
        ),
        row(
            "5",
            Kind::Clinic,
            "髙﨑メンタルクリニック",
            "タカサキメンタルクリニック",
            "131121",
            "東京都世田谷区上町３",
        ),
        row(
            "6",
            Kind::Pharmacy,
            "閉じた薬局",
            "トジタヤッキョク",
            "131121",
            "東京都世田谷区上町４",
        ),
    ];
    rows[3].registry_id = Some("011BYJtx01".to_owned());
    rows[1].code = Some("0110112489".to_owned());
    rows[5].active = false;
    Finder::of(rows, &[])
}

fn found(words: &str, near: Option<&str>) -> Vec<String> {
    let search = Search {
        words: words.to_owned(),
        near: near.map(str::to_owned),
        ..Default::default()
    };
    let found = finder().search(&search);
    assert_eq!(found.total, found.hits.len());
    found.hits.iter().map(|hit| hit.id.to_string()).collect()
}

#[test]
fn the_likeliest_and_nearest_come_first() {
    assert_eq!(
        found("中央病院", None),
        ["1", "2", "3", "4"],
        "exact, exact, prefix, inside"
    );
    assert_eq!(
        found("中央病院", Some("011011")),
        ["2", "1", "4", "3"],
        "exact, then near"
    );
    assert_eq!(
        found("中央病院", Some("131121")),
        ["1", "2", "3", "4"],
        "the same prefecture"
    );
    assert_eq!(
        found("中央 病院", Some("011011")),
        ["2", "1", "4", "3"],
        "typed apart"
    );
}

#[test]
fn every_way_to_type_it() {
    for words in [
        "高崎メンタル",
        "髙﨑",
        "ﾀｶｻｷ",
        "たかさき　クリニック",
        "世田谷区上町",
        "東京都世田谷区上町３",
        "診療所",
        "世田谷 クリニック",
        "たかさき 東京",
    ] {
        assert_eq!(found(words, None), ["5"], "{words}");
    }
    assert_eq!(found("0110112489", None), ["2"]);
    assert_eq!(found("1391", None), ["1"], "医療情報ネット ID");
    assert_eq!(found("011BYJtx01", None), ["4"], "IDs may have letters");
    assert_eq!(found("たかさき 北海道", None), Vec::<String>::new());
    assert_eq!(found("薬局", None), Vec::<String>::new(), "closed");
    assert_eq!(found("", None).len(), 5);
    assert_eq!(found("\u{7}", None).len(), 5, "nothing to look for");
}

#[test]
fn filters_pages_and_names() {
    let finder = finder();
    let search = |filter: Filter, offset, limit| {
        finder.search(&Search {
            words: "病院".to_owned(),
            filter,
            offset,
            limit,
            ..Default::default()
        })
    };
    let meguro = Filter {
        municipality: Some("131105".to_owned()),
        ..Default::default()
    };
    assert_eq!(search(meguro, 0, 0).total, 2);
    let page = search(Filter::default(), 3, 2);
    assert_eq!((page.total, page.hits.len()), (4, 1));
    assert_eq!(search(Filter::default(), 9, 2).hits.len(), 0);
    let unknown = Filter {
        municipality: Some("999999".to_owned()),
        ..Default::default()
    };
    assert_eq!(search(unknown, 0, 0).total, 0);
    let hokkaido = Filter {
        prefecture: Some("01".to_owned()),
        kinds: vec![Kind::Hospital],
        ..Default::default()
    };
    assert_eq!(search(hokkaido, 0, 0).total, 2);
    assert_eq!(finder.municipality_name("131105"), "目黒区");
    assert_eq!(
        finder.municipality_name("011011"),
        "札幌市中央区",
        "read off the addresses"
    );
    assert_eq!(finder.municipality_name("999999"), "999999");
    assert_eq!(finder.by_code("0110112489").unwrap().id.as_str(), "2");
    assert_eq!(finder.by_code("0000000000"), None);
    assert!(!finder.by_id(&"6".parse().unwrap()).unwrap().active);
}
