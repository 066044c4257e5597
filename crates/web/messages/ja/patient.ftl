sex-male = 男
sex-female = 女
sex-other = その他
sex-unknown = 不明
fault-kana = カナで入力してください（ひらがな・半角カナでもかまいません）。
