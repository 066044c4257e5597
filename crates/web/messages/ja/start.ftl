# 最初の画面（だれでも見られる入口）
start-title = 医療《いりょう》と相談《そうだん》の場所《ばしょ》をさがす
start-about = 地域《ちいき》の病院《びょういん》・診療所《しんりょうじょ》・薬局《やっきょく》・相談窓口《そうだんまどぐち》を、場所《ばしょ》・困《こま》りごと・時間《じかん》からさがせます。登録《とうろく》もサインインもいりません。
start-emergency = 命《いのち》にかかわるときは、すぐに 119 番《ばん》へ。
start-words = 困りごと・名前・診療科
start-words-hint = 例：眠れない、腰が痛い、小児科、○○病院
start-place = 場所
start-time = 時間
start-time-any = いつでも
start-find = さがす
start-by-worry = 困《こま》りごとから
start-by-place = 場所《ばしょ》から
start-others = ほかの都道府県
start-by-time = 時間《じかん》から
start-by-kind = 種類《しゅるい》から
start-now = いま開《あ》いているところ
start-saturday = 土曜《どよう》に開《あ》いているところ
start-sunday = 日曜《にちよう》に開《あ》いているところ
start-holiday = 祝日《しゅくじつ》に開《あ》いているところ
start-night = 夜《よる》（18時《じ》から後《あと》）も開《あ》いているところ
start-desks = 相談窓口《そうだんまどぐち》
start-desks-about = どこに行けばよいか分からないときに、話を聞くところです。
start-places = 地域《ちいき》を知《し》る
start-empty = まだ登録がありません。運用の準備が終わると、ここから探せます。
start-privacy = このページは、見る人の記録をのこしません（Cookie も使いません）。
start-staff = 医療機関・行政の方
start-go-on = 作業を続ける
start-institutions = 登録されている医療機関：{ $count } 件

# 入口から行けるところ
place-institutions = 医療機関
place-institutions-about = 名前・場所・診療科・できることでさがす
place-map = 地図
place-map-about = 市区町村と圏域の地図
place-areas = 圏域
place-areas-about = どの市区町村が同じ圏域か、そこに何があるか
place-guides = ガイド
place-guides-about = 連携マップとガイドブック
place-opendata = オープンデータ
place-opendata-about = 一覧をファイルで受け取る

# 見え方
look = 見え方
look-ja = 日本語
look-easy = やさしい日本語
look-en = English
look-furigana = ふりがな
look-large = 大きな字

# ことばにした困りごと
worry-cold = かぜ・熱《ねつ》・せき
worry-stomach = おなかが痛《いた》い
worry-bones = 腰《こし》・ひざ・肩《かた》が痛《いた》い
worry-teeth = 歯《は》が痛《いた》い
worry-eyes = 目《め》の調子《ちょうし》が悪《わる》い
worry-ears = 耳《みみ》・鼻《はな》・花粉症《かふんしょう》
worry-skin = 皮《ひ》ふ・かゆみ
worry-child = 子《こ》どもの病気《びょうき》
worry-pregnancy = 妊娠《にんしん》・出産《しゅっさん》・婦人科《ふじんか》
worry-chest = 胸《むね》が苦《くる》しい・動悸《どうき》
worry-diabetes = 糖尿病《とうにょうびょう》
worry-sleep = 眠《ねむ》れない・不安《ふあん》
worry-mood = 気分《きぶん》が落《お》ち込《こ》む
worry-memory = もの忘《わす》れ・認知症《にんちしょう》
worry-drinking = お酒《さけ》がやめられない
worry-childmind = 学校《がっこう》に行《い》けない・発達《はったつ》
worry-home = 家《いえ》に来《き》てほしい

# 見本の地域で試す手順
start-try = まず試してみる（5分）
start-try-about = 見本の人になって、紹介がひとまわりするところを見ます。ボタンを押すと、その人の画面に切り替わります。上の黄色い帯の「試す手順」で、いつでもここに戻れます。
start-step-write-title = 紹介を書く
start-step-write = { $institution }の事務 { $person } さんになり、「新しい紹介」で患者を選び、紹介先に{ $other }を選んで、医師の承認に回します。
start-step-send-title = 承認して送信
start-step-send = 同じ診療所の医師 { $person } さんになり、作業一覧の「承認待ち」を開いて、内容を確かめて送ります。
start-step-book-title = 受け取って予約する
start-step-book = { $institution }の連携室の { $person } さんになります。作業一覧に届いた紹介を受け付け、受け入れ、予約枠を選びます。
start-step-reply-title = 来院を記録し、返書を返す
start-step-reply = { $institution }の医師 { $person } さんになり、来院を記録して（予約の日より前なので「予約より早い来院を記録」から）、返書を書いて送ります。
start-step-end-title = 返書を読む
start-step-end = { $institution }の { $person } さんに戻ると、返書が届いています。これで紹介がひとまわりしました。
start-try-real = 紹介先には、取り込んだ本物の病院も選べます。その病院の窓口役にもなれます：
demo-be = { $person } さんになる
