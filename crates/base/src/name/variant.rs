//! Kanji that stand for one another in Japanese names: old and new forms, and the family-name variants of registers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The form that a variant is searched under, or the character itself.
pub(super) fn fold(c: char) -> char {
    static TABLE: LazyLock<BTreeMap<char, char>> = LazyLock::new(|| {
        groups()
            .flat_map(|(form, variants)| variants.map(move |variant| (variant, form)))
            .collect()
    });
    if c < '\u{3400}' {
        return c;
    }
    TABLE.get(&c).copied().unwrap_or(c)
}

/// Each group of the tables: the form, and its variants.
fn groups() -> impl Iterator<Item = (char, std::str::Chars<'static>)> {
    let all = FAMILY
        .split_whitespace()
        .chain(OLD_FORMS.split_whitespace());
    all.filter_map(|group| {
        let mut variants = group.chars();
        Some((variants.next()?, variants))
    })
}

/// Variants that people swap when they type a name. Some are different characters by the dictionary (斉 and 斎, 竜 and 龍):
/// a search that finds too much is better than one that misses the patient.
const FAMILY: &str = "\
    高髙 崎﨑嵜碕㟢 辺邉邊 斎斉齊齋斊亝 浜濵濱 沢澤 島嶋嶌㠀 吉𠮷 富冨 淵渕渊 橋𣘺槗 柳栁桺 柏栢 \
    桑桒 松枩枀 梅楳 野埜 秋穐秌 館舘 鶴靏靍鸖 曽曾 峰峯 岳嶽 土圡 本夲 村邨 園薗 磯礒 枡桝 \
    卯夘 喜㐂 多夛 昇曻 昂昻 晃晄 宜冝 宮宫 船舩 虎乕 雁鴈 釜釡 達逹 珍珎 留畄畱 爾尓 毘毗 \
    迪廸 往徃 庵菴 沖冲 涼凉 萌萠 裏裡 熙煕凞 皐皋 柿柹 蟹蠏 凛凜 亘亙 槙槇 籠篭 仙僊";

/// New forms (新字体 and simplified print forms) with their old ones, each after its new form,
/// as far as names of people, places and institutions use them.
const OLD_FORMS: &str = "\
    亜亞 悦悅 衛衞 栄榮 営營 鋭銳 円圓 縁緣 塩鹽 応應 欧歐 奥奧 桜櫻 鴬鶯 鴎鷗 温溫 穏穩 \
    価價 画畫 会會 絵繪 懐懷 覚覺 学學斈 楽樂 巻卷 歓歡 寛寬 観觀 関關 巌巖巗 顔顏 気氣 帰歸 \
    亀龜 旧舊 拠據 挙擧 峡峽 狭狹 侠俠 教敎 郷鄕鄉 暁曉 尭堯 区區 駆驅 倶俱 勲勳 薫薰 径徑 \
    恵惠 掲揭 渓溪 経經 継繼 蛍螢 軽輕 鶏鷄 芸藝 県縣 研硏 剣劍劒劔剱 圏圈 献獻 顕顯 厳嚴 \
    戸戶 呉吳 効效 広廣 恒恆 鉱鑛 黄黃 号號 国國圀囯 黒黑 麹麴 歳歲 済濟 参參 賛贊 讃讚 産產 \
    糸絲 姉姊 歯齒 児兒 辞辭 実實 舎舍 写寫 釈釋 寿壽 収收 従從 渋澁澀 縦縱 粛肅 処處 叙敍 \
    称稱 将將 蒋蔣 焼燒 奨奬獎 証證 条條 乗乘 浄淨 畳疊 縄繩 壌壤 嬢孃 譲讓 穣穰 醸釀 醤醬 \
    真眞 慎愼 晋晉 尽盡 図圖 粋粹 酔醉 穂穗 随隨 数數 瀬瀨 声聲 青靑 清淸 静靜 摂攝 専專 \
    浅淺 戦戰 潜潛 銭錢 禅禪 双雙 壮壯 荘莊 巣巢 装裝 総總 聡聰 増增 蔵藏 即卽 続續 帯帶 \
    対對 台臺 滝瀧 択擇 騨驒 担擔 胆膽 単單 団團 断斷 弾彈 遅遲 昼晝 鋳鑄 庁廳 聴聽 鎮鎭 \
    壷壺 鉄鐵銕 点點 転轉 伝傳 灯燈 当當 涛濤 祷禱 稲稻 読讀 独獨 徳德 砺礪 呑吞 弐貳 祢禰 \
    麦麥 発發 彦彥 桧檜 姫姬 氷冰 払拂 仏佛 変變 歩步 宝寶寳 豊豐 頬頰 毎每 万萬 満滿 黙默 \
    弥彌 薬藥 薮藪 与與 予豫 余餘 誉譽 揺搖 遥遙 瑶瑤 様樣 横橫 来來 莱萊 頼賴 覧覽 竜龍 \
    緑綠 塁壘 礼禮 霊靈 齢齡 暦曆 歴歷 恋戀 錬鍊 芦蘆 蝋蠟 郎郞 楼樓 禄祿 録錄 湾灣 医醫 \
    壱壹 為爲 隠隱";

#[cfg(test)]
mod tests {
    use super::*;

    /// A form that is itself a variant, or a variant listed twice, would make the key depend on the order of the tables.
    #[test]
    fn every_variant_leads_to_one_form_that_stays() {
        let mut seen = std::collections::BTreeSet::new();
        for (form, variants) in groups() {
            assert_eq!(fold(form), form, "{form} is a form and a variant");
            assert!(variants.clone().next().is_some(), "{form} has no variant");
            for variant in variants {
                assert!(seen.insert(variant), "{variant} is listed twice");
                assert_eq!(fold(variant), form);
            }
        }
        assert!(seen.len() > 300);
    }
}
