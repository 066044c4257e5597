sex-male = 男
sex-female = 女
sex-other = その他
sex-unknown = 不明
fault-name-signs = 氏名に「<」「>」は使えません。取り除いて、もう一度保存してください。
fault-kana = カナで入力してください（ひらがな・半角カナでもかまいません）。
patient-number-sent = 紹介状の患者番号 { $number } は別の患者のものです（生年月日か氏名が違います）。そのため別の患者として登録されました。患者番号を確かめ、正しい番号を患者の登録に入れてください。
