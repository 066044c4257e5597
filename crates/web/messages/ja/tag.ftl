# タグ
nav-tags = タグ
tag-about = 機関ができることなどを、地域のことばで表します。名前を直しても、付けた機関はそのままです。やめたタグは、新しく付けられなくなります。
tag-new = タグを追加
tag-edit = タグを直す
tag-family = 分類
tag-family-capability = できること
tag-family-mental = こころの医療
tag-family-time = 受けられる時間
tag-family-language = ことば
tag-family-access = 来やすさ
tag-family-worry = こんなとき
tag-name = 名前
tag-english = 英語の名前
tag-english-hint = 空欄なら日本語の名前を使います。
tag-place = 順番
tag-place-hint = 分類の中で何番目か。空欄なら最後。
tag-carried = 付けている機関
tag-state = 状態
tag-active = 使用中
tag-retired = やめた
tag-retire = やめる
tag-restore = また使う
tag-own = この地域のタグ
tag-retire-about = 付けている機関のページからは見えなくなります。あとでまた使えます。
fault-tag-family = 分類を一覧から選んでください。
fault-tag-name = タグの名前を入力してください。
fault-tag-twice = 同じ分類に、同じ名前のタグがもうあります。
fault-tag-place = 順番は 1 からの数字で入力してください。

# 監査
audit-group-tag = タグ
audit-do-tag-manage = タグの管理
audit-do-tag-define = タグを追加した
audit-do-tag-edit = タグを直した
audit-do-tag-retire = タグをやめた
audit-do-tag-restore = タグをまた使うことにした
