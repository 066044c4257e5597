# サインイン、見本の人を選ぶ
login-login = ログイン名
login-password = パスワード
login-code = 確認コード
login-code-hint = 認証アプリの6桁の数字。端末がないときは、控えてある回復コード。
login-help = ログイン名がわからないとき、端末を失くしたとき、回復コードもないときは、所属機関の管理者に新しい登録用リンクを作ってもらってください。
login-already = いまは { $institution } の { $person } さんとしてサインインしています。
login-demo = だれになりますか
login-demo-about = 見本の地域です。名前を押すと、その人の画面に入ります。パスワードは要りません。
login-region = 地域（事務局・管理者・監査者）
login-desk = 取り込んだ医療機関の窓口になる
login-desk-about = 一覧にあるどの医療機関でも、連携室の事務になって紹介を受け取れます。
login-desk-search = 医療機関の名前・住所・番号で探す
login-desk-none = 見つかりません。ことばを減らすか、表記を変えてみてください。
login-with-password = パスワードと確認コードでサインイン
