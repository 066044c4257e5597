# 人・サインイン・権限

# サインイン
fault-signin = サインインできませんでした。ログイン名・パスワード・確認コードをもう一度お確かめください。確認コードは一度使うと使えないため、次のコードが出てから入力してください。
fault-signin-passkey = このパスキーではサインインできませんでした。登録が削除されたか、別の端末のものです。パスワードと確認コードでサインインしてください。
fault-signin-wait = 続けて失敗したため、しばらくサインインを受け付けません。あと { $seconds } 秒待ってから、もう一度お試しください。お困りのときは、ご自分の機関の管理者へご連絡ください。

# パスワード・確認コード
fault-password-short = パスワードが短すぎます。{ $min } 文字以上にしてください。覚えやすい言葉をいくつか並べると、長くても使いやすくなります。
fault-password-long = パスワードが長すぎます。{ $max } 文字以内にしてください。
fault-password-login = パスワードにログイン名が入っています。ログイン名を含まないものにしてください。
fault-password-common = このパスワードはよく使われていて、推測されやすいものです。別のものにしてください。
fault-password-again = 2 つのパスワードが違います。同じものを 2 回入力してください。
fault-password-current = 今のパスワードが違います。もう一度入力してください。
fault-code = 確認コードが違います。認証アプリに今出ている 6 桁を入力してください。合わないときは、端末の時刻が正しいかお確かめください。

# 人の登録
fault-account-login-missing = ログイン名を入力してください。
fault-account-login = ログイン名は、半角の英小文字・数字・「.」「_」「-」「@」で、3 文字から 64 文字にしてください。
fault-account-login-taken = このログイン名はもう使われています。別のログイン名にしてください。
fault-account-name-missing = 氏名を入力してください。
fault-account-kana-missing = フリガナを入力してください。
fault-account-kana = フリガナは、ひらがなかカタカナで入力してください。
fault-account-long = 長すぎます。{ $max } 文字以内にしてください。
fault-account-characters = 使えない文字（改行などの制御文字）が入っています。取り除いてください。
fault-account-institution-missing = 機関を選んでください。
fault-account-institution = この機関は見つかりません。一覧から選び直してください。
fault-account-roles-missing = 役割を一つ以上選んでください。
fault-account-roles-mixed = この役割は組み合わせられません。地域の役割と機関の役割は別の人に、監査者は他の役割のない人にお願いします。

# 人の管理
refuse-account-own = ご自分のアカウントには、この操作はできません。ほかの管理者に依頼してください。
refuse-account-other = この人の管理は、あなたの役割ではできません。その人より上の管理者に依頼してください。
refuse-account-role = この役割は、あなたの役割では付けられません。地域管理者に依頼してください。
refuse-account-last-admin = この人は最後の管理者です。先に、ほかの人を管理者にしてください。新しい管理者がサインインできるようになったら、もう一度操作してください。
refuse-account-suspended = この人は利用停止中です。先に停止を解除してください。
refuse-account-not-suspended = この人は利用停止中ではありません。画面を開き直して、今の状態をお確かめください。

# 登録用リンク
refuse-link = このリンクは使えません。使用済みか、期限が切れています。管理者に新しいリンクを発行してもらってください。

# 権限
refuse-role = この操作は、あなたの役割ではできません。必要なときは、機関の管理者に役割の変更を依頼してください。
refuse-needs-doctor = 承認して送ることができるのは医師だけです。「医師の承認に回す」を使って、医師に依頼してください。
refuse-needs-admin = この操作は機関管理者が行います。機関の管理者に依頼してください。
refuse-needs-officer = この操作は調査・計画の担当者が行います。機関管理者に役割を確かめてください。
refuse-needs-approver = この操作は調査・計画の承認者が行います。承認者へご連絡ください。
refuse-needs-region = この操作は地域の窓口または地域管理者が行います。窓口へご連絡ください。
refuse-needs-auditor = 監査記録を見られるのは監査者だけです。
refuse-needs-requester = この操作は紹介元の機関が行います。必要なときは、紹介元へご連絡ください。
refuse-needs-owner = この操作は紹介先の機関が行います。必要なときは、紹介先へご連絡ください。
refuse-needs-home = この操作は、患者を登録した機関が行います。
refuse-other-institution = ほかの機関のものは変えられません。

# 見本の地域
refuse-demo-loopback = 見本の地域は、このコンピューターの中（localhost）でだけ動かせます。
refuse-demo-real = このデータフォルダーには見本ではない利用者がいます。見本の地域には、空のフォルダーを指定してください。
