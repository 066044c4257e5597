# メール（人の名前と回答の内容は書かない）
mail-survey-before-subject = 【{ $title }】締切は { $day } です
mail-survey-before-body =
    { $owner }からのお知らせです。
    「{ $title }」の締切は { $day }（あと { $days } 日）です。
    まだ提出されていません。次のページから回答してください。
    
    { $link }
    
    このメールは自動で送っています。行き違いのときはお許しください。
mail-survey-after-subject = 【{ $title }】回答をお待ちしています
mail-survey-after-body =
    { $owner }からのお願いです。
    「{ $title }」の締切は { $day } でした（{ $days } 日過ぎています）。
    まだ提出されていません。提出できないときや期間の延長が要るときは、{ $owner }に連絡してください。
    
    { $link }
    
    このメールは自動で送っています。行き違いのときはお許しください。
mail-confirmation-before-subject = 【{ $title }】掲載内容を確認してください（締切 { $day }）
mail-confirmation-before-body =
    「{ $title }」の締切は { $day }（あと { $days } 日）です。
    次のページで掲載内容を確かめ、正しい項目に印を付けてください。
    
    { $link }
    
    このメールは自動で送っています。行き違いのときはお許しください。
mail-confirmation-after-subject = 【{ $title }】掲載内容の確認をお待ちしています
mail-confirmation-after-body =
    「{ $title }」の締切は { $day } でした（{ $days } 日過ぎています）。
    いまからでも確認できます。
    
    { $link }
    
    このメールは自動で送っています。行き違いのときはお許しください。

# 送り先
mail-place = お知らせの送り先
mail-place-about = 調査の督促や、年に一度の掲載内容の確認のお知らせが届くメールアドレスです。担当の係のアドレスを書いてください。公開されません。空にすると送られません。
mail-address = メールアドレス
audit-do-survey-mail-place = お知らせの送り先を直した
mail-own-title = 自分あてのお知らせ
mail-own-about = 同僚から調査の質問を頼まれたときのお知らせが届くメールアドレスです。ほかの人には見えません。空にすると、回答の連絡先か、上の送り先に送られます。
mail-own = 自分のメールアドレス
mail-kind-handing = 質問の引継ぎ
mail-handing-subject = 【{ $title }】回答を頼まれています
mail-handing-body =
    「{ $title }」の回答の一部を頼まれた人がいます。
    締切は { $day }（あと { $days } 日）です。サインインすると、ホームに「同僚から頼まれた質問」として出ます。
    
    { $link }
    
    このメールは自動で送っています。
