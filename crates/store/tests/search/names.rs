//! Japanese names: found however they are typed.

use renkei_testkit::{Backend, each_backend};

use crate::world::{World, patient};

each_backend!(
    a_name_is_found_however_it_is_typed,
    people_are_listed_in_the_order_of_kana
);

async fn people(backend: Backend) -> World {
    let world = World::open(backend).await;
    for (id, family, given, kana) in [
        ("a", "山田", "太郎", ("ヤマダ", "タロウ")),
        ("b", "山﨑", "花子", ("ヤマサキ", "ハナコ")),
        ("c", "𠮷野", "一", ("ヨシノ", "ハジメ")),
        ("d", "髙橋", "ミツ", ("タカハシ", "ミツ")),
        ("e", "林", "太郎", ("ハヤシ", "タロウ")),
        ("f", "小山田", "次郎", ("オヤマダ", "ジロウ")),
    ] {
        world.record(id, &patient(id, family, given, kana)).await;
    }
    let spaced = r#"{"resourceType":"Patient","id":"g","name":[{"text":"森　　蘭丸"}]}"#;
    world.record("g", spaced).await;
    let latin =
        r#"{"resourceType":"Patient","id":"h","name":[{"family":"O'Brien","given":["Mary Ann"]}]}"#;
    world.record("h", latin).await;
    world
}

async fn a_name_is_found_however_it_is_typed(backend: Backend) {
    let world = people(backend).await;
    let ctx = world.program();
    for (address, found) in [
        ("name=山田太郎", "a"),
        ("name=山田 太郎", "a"),
        ("name=山田　太郎", "a"),
        ("name=ﾔﾏﾀﾞ", "a"),
        ("name=やまだ", "a"),
        ("name=ヤマダタロウ", "a"),
        ("name=山", "a b"),
        ("name=山崎", "b"),
        ("name=山﨑", "b"),
        ("family=山崎", "b"),
        ("name=吉野", "c"),
        ("name=𠮷", "c"),
        ("name=一", "c"),
        ("name=高橋", "d"),
        ("name=ミツ", "d"),
        ("given=太郎", "a e"),
        ("name=太郎", "a e"),
        ("name=林", "e"),
        ("name:contains=山田", "a f"),
        ("name:contains=田太", "a"),
        ("name:exact=山田", "a"),
        ("name:exact=山", ""),
        ("phonetic=ヤマ", "a b"),
        ("phonetic=山田", ""),
        ("name=森", "g"),
        ("name=蘭丸", "g"),
        ("name=森蘭丸", "g"),
        ("name=o'brien", "h"),
        ("name=maryann", "h"),
        ("name=MARY", "h"),
        ("name=山田,林", "a e"),
        ("name=山田&given=太郎", "a"),
        ("name=山田&given=次郎", ""),
        ("name=だ", ""),
        ("name:missing=true", ""),
        ("phonetic:missing=true", "g h"),
        ("phonetic:missing=false", "a b c d e f"),
    ] {
        assert_eq!(
            world.finds(&ctx, &format!("Patient?{address}")).await,
            found,
            "{address}"
        );
    }
}

async fn people_are_listed_in_the_order_of_kana(backend: Backend) {
    let world = people(backend).await;
    let ctx = world.program();
    // オ タ ハ ヤマサ ヤマダ ヨ, then what is not in kana, by code point.
    assert_eq!(
        world
            .finds(&ctx, "Patient?_sort=phonetic&phonetic:missing=false")
            .await,
        "f d e b a c"
    );
    assert_eq!(
        world
            .finds(&ctx, "Patient?_sort=-name&phonetic:missing=false")
            .await,
        "c a b e d f"
    );
    assert_eq!(
        world.finds(&ctx, "Patient?_sort=phonetic&_count=3").await,
        "h f d"
    );
}
