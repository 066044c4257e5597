# やさしい日本語の、％を確かめるページ
percent-title = ％ が 正《ただ》しいか 見《み》る
percent-about = 表《ひょう》の ％ が、全部《ぜんぶ》の 数《かず》（n）と 合《あ》うか 見《み》ます。入《い》れた 表《ひょう》は、どこにも 残《のこ》りません。
percent-table = 表《ひょう》を ここに 入《い》れて ください
percent-table-hint = Excel や Word の 表《ひょう》を そのまま 入《い》れる ことが できます。
percent-n = 全部《ぜんぶ》の 数《かず》（n）
percent-n-hint = 表《ひょう》の 中《なか》に n が ない とき、入《い》れて ください。
percent-file = ファイルでも できます
percent-file-hint = CSV か Excel（.xlsx）。大《おお》きさは 2 MB まで。
percent-check = 見《み》る
percent-result = わかった こと
percent-summary = { $all } の ％ の うち { $fit } が 合《あ》って います。
percent-n-unknown = 全部《ぜんぶ》の 数《かず》（n）が わかりません。下《した》に 入《い》れて ください。
percent-without-n = 全部《ぜんぶ》の 数《かず》（n）が わかりません。
percent-unfit = n={ $n } では、この ％ に なりません。n={ $other } なら { $count } で 合《あ》います。
percent-impossible = n={ $n } では、この ％ に なりません。
