percent-title = 割合の検算
percent-about = 表の割合(%)が、書かれた母数(n)の整数で成り立つかを確かめます。端数は四捨五入です。成り立たないときは、成り立つ母数の候補をお知らせします。貼り付けた表は保存されません。
percent-table = 表を貼り付けてください
percent-table-hint = Excel や Word の表をそのまま貼り付けられます。「n=53」や「53団体」、「base」の列が表の中にあれば、それを母数とします。
percent-n = 母数 n
percent-n-hint = 表の中に n がない場合に入れてください。
percent-file = またはファイル
percent-file-hint = CSV か Excel (.xlsx)、2 MB まで
percent-check = 確かめる
percent-result = 検算の結果
percent-summary = { $all } の割合のうち { $fit } が成り立ちます。
percent-n-unknown = 母数 n が分からないため、確かめていません。下の欄に母数を入れてください。
percent-some-unreadable = 割合として読めない値が { $count } あります。
percent-unreadable = 割合として読めません。
percent-some-without-n = 母数が分からない割合が { $count } あります。
percent-cut = 表が大きいため、初めの部分だけを確かめました。
percent-without-n = 母数 n が分かりません。
percent-beside = 左の件数 { $beside } とは合いません(この割合なら { $count })。
percent-unfit = n={ $n } では、この割合になる件数がありません。n={ $other } なら { $count } 件で合います。
percent-impossible = n={ $n } では、この割合になる件数がありません。
fault-percent-n = 母数は1から { $max } までの整数で入れてください。
fault-percent-none = 割合が見つかりません。「92.5%」のように % の付いた値か、「%」「割合」「率」の見出しの下の小数を確かめます。
fault-percent-large = ファイルは 2 MB までです。
fault-percent-cells = 表が大きすぎます。1,000 行、60 列までの表だけのファイルにしてください。
percent-api-unreadable = 割合として読めません。「92.5」のように、小数点の前後6桁までの数で書いてください。
refuse-percent-json = 読めません。{ "{" }"n": 53, "percents": ["92.5"]{ "}" } のような JSON で送ってください。
fault-percent-many = 一度に確かめられるのは { $max } 件までです。
fault-percent-text = 割合は、引用符で囲んだ 64 字までの文字で送ってください（34.0 と 34 は違う主張です）。
