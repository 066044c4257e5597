reply-first = 初回返書
reply-interim = 経過報告
reply-final = 最終返書
refuse-already-replied = 初回返書はもう送られています。続きの返書は、紹介の画面から書けます。
refuse-not-replied = 返書がまだ送られていません。
refuse-reply-needs-doctor = 返書は医師が承認して送ります。送られていません。「下書きを保存」を押すと、医師の作業一覧に表示されます。
