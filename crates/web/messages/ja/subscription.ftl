# 変更の通知（Subscription）
refuse-subscription-machine = 変更の通知を頼めるのは、患者を見る権利のある機関の接続システムと、紹介状を運ぶ中継システムだけです。
refuse-subscription-other = この通知は、別の接続システムが頼んだものです。読むだけです。
refuse-subscription-many = この接続システムの通知は、もう20件あります。要らないものを止めてから、もう一度送ってください。
fault-subscription-status = 新しく頼むときや再び始めるときは requested、止めるときは off にしてください。ほかの状態は、こちらで付けます。
fault-subscription-end = 今より後の日時（時差つき）で書いてください。期限がなければ、書かないでください。
fault-subscription-channel = 通知の方法は rest-hook だけです。
fault-subscription-payload = application/fhir+json にするか、書かないでください。送るのは参照だけです。
fault-subscription-part = この要素は使えません。送り手は、署名で確かめてください。
fault-subscription-criteria = 「種類」または「種類?条件」の形で、1,000文字までで書いてください。
fault-subscription-type = この種類の変更は通知できません。
fault-subscription-simple = 通知の条件には、その種類そのものの検索の条件だけが使えます。連鎖、_include、_sort、_count などは使えません。
fault-subscription-parameter = この検索の条件は使えません: { $name }
fault-endpoint-shape = https://ホスト名[:ポート]/パス の形で、英数字で書いてください（500文字まで）。
fault-endpoint-https = 通知先は https:// で始まる必要があります。
fault-endpoint-host = このホストは、通知先として許可されていません。地域の管理者が設定ファイルの [subscriptions] hosts に加えると使えます。

# 監査記録
audit-group-subscription = 変更の通知
audit-do-subscription-create = 変更の通知を頼んだ
audit-do-subscription-change = 変更の通知を直した
audit-do-subscription-start = 通知先が応答し、変更の通知を始めた
audit-do-subscription-fail = 変更の通知をやめた（通知先が応答しない、または許されない）
audit-do-subscription-end = 変更の通知を終えた
