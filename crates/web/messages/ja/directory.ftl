# 機関の種類
institution-kind-hospital = 病院
institution-kind-clinic = 診療所
institution-kind-dental-clinic = 歯科診療所
institution-kind-maternity-home = 助産所
institution-kind-pharmacy = 薬局
institution-kind-visiting-nurse = 訪問看護ステーション
institution-kind-care-manager = 居宅介護支援事業所
institution-kind-care-service = 介護サービス事業所
institution-kind-care-home = 介護施設・住まい
institution-kind-health-centre = 保健所・保健センター
institution-kind-ward-office = 区役所
institution-kind-municipal-office = 市町村役場
institution-kind-prefecture = 都道府県
institution-kind-region-office = 地域連携の事務局
institution-kind-medical-association = 医師会
institution-kind-consultation-desk = 相談窓口

# 機関と診療科の入力
fault-institution-kind = 機関の種類を一覧から選んでください。
fault-institution-name = 機関の名前を入力してください。
fault-institution-control = 使えない文字（改行などの制御文字）が入っています。取り除いてください。
fault-institution-too-long = 長すぎます。{ $limit } 文字以内にしてください。
fault-institution-address = 住所を入力してください。
fault-institution-url = ホームページのアドレスとして読み取れません。https:// から始まる形で入力してください。
fault-institution-code-taken = この医療機関コードは、ほかの機関に付いています。コードをお確かめください。
fault-department-name = 診療科の名前を入力してください。
fault-department-code = 診療科コードは数字 2 桁か 3 桁です。分からなければ空のままにしてください。
fault-department-twice = 同じ名前の診療科がもうあります。区別できる名前にしてください。

# コードの確認
refuse-institution-has-code = この機関にはもう医療機関コードが付いています。ほかの機関を選ぶか、このコードを「どれでもない」にしてください。
refuse-code-taken = このコードはもうほかの機関に付いています。

# 取り込み: ファイル全体
fault-import-excel = Excel のファイルです。Excel で開き、「CSV（コンマ区切り）」で保存し直してから取り込んでください。コードの先頭の 0 が消えていないかもお確かめください。
fault-import-zip-broken = zip ファイルが壊れているか、途中までしかありません。もう一度入手してください。
fault-import-zip-entries = zip ファイルの中に CSV がちょうど 1 つ必要です。取り込む CSV だけを選んでください。
fault-import-too-large = ファイルが大きすぎます（展開して 300 MB まで）。
fault-import-encoding = 文字コードを判別できません。UTF-8 か Shift_JIS で保存し直してください。
fault-import-heading-missing = 次の見出しの列がありません：{ $heading }。ファイルの種類と 1 行目をお確かめください。
fault-import-heading-twice = 見出し「{ $heading }」の列が 2 つ以上あります。1 つにしてください。

# 取り込み: 取り込まなかった行
fault-import-row-width = 列の数が見出しと合いません。行が途中で切れているか、引用符が閉じていません。
fault-import-empty = 必要な値が空です。
fault-import-too-long = 値が長すぎます。
fault-import-control = 改行などの制御文字が入っています。
fault-import-id = ID の形が正しくありません（半角英数字 20 文字まで）。
fault-import-id-zeros = ID の先頭の 0 が消えています。表計算ソフトで開かず、元のファイルを取り込んでください。ID は推測で補いません。
fault-import-id-prefecture = ID が都道府県コードと合いません。列がずれていないかお確かめください。
fault-import-id-twice = 同じ ID の行が前にもあり、内容が違います。どちらが正しいかお確かめください。
fault-import-row-kind = 機関区分が 1～5 ではありません。
fault-import-prefecture = 都道府県コードが 01～47 ではありません。
fault-import-municipality = 市区町村コードが都道府県コードと合いません。
fault-import-code-parts = 9 桁のコードと 7 桁のコードが合いません。列がずれていないかお確かめください。
fault-import-code-twice = 同じコードの行が前にもあり、名前か住所が違います。どちらが正しいかお確かめください。

# 取り込み: 確認を待つ行
fault-import-code-nobody = 名前と住所の合う機関がまだありません。機関が登録されると、もう一度照合します。
fault-import-code-several = 一つに決められません。候補から選んでください。

# 取り込み: 取り込んだが、確かめたい値
fault-import-zero-restored = 都道府県コードの先頭の 0 が消えていたので補いました。
fault-import-kana-empty = フリガナがありません。
fault-import-position-none = 座標がありません。地図には出ません。
fault-import-position-swapped = 緯度と経度が逆のようです。座標は取り込みませんでした。
fault-import-position-outside = 座標が日本の外です。取り込みませんでした。
fault-import-position = 座標が数字ではありません。取り込みませんでした。
fault-import-url = ホームページのアドレスとして読み取れません。取り込みませんでした。
fault-import-beds = 病床数が数字ではないか、大きすぎます。空のままにしました。
fault-import-beds-total = 合計病床数が、種類ごとの病床数の合計と合いません。どちらも元のまま取り込みました。
fault-import-beds-area = 医療機関の病床を足した数が、この区域の数と合いません。
fault-import-beds-no-total = 種類ごとの病床数があるのに、合計病床数が空です。空のままにしました。
fault-import-beds-blank = 合計病床数が空です。
fault-import-older = もっと新しいファイルがすでに取り込まれています。この行では変えませんでした。
fault-import-code-other-table = 検査数字が医科としては合わず、歯科としては合います。自動では付けません。
