# 書きながら保存する画面：紹介状と返書
draft-not-saved = まだ保存されていません。入力すると自動で保存されます。
draft-state-unsaved = 未保存
draft-state-saving = 保存中…
draft-state-refused = 未保存（上の内容を確かめてください）
draft-state-offline = 未保存：サーバーに届きません。入力はこのタブに控えてあり、つながると自動で保存します。
draft-state-out = 未保存：サインインし直してください。入力はこのタブに控えてあり、戻ったときに取り戻せます。
draft-kept = このタブに、保存されていない入力が残っています。
draft-kept-restore = 取り戻して保存
draft-kept-discard = 捨てる
draft-conflict = ほかの人と同じ項目を書き換えました
draft-conflict-by = { $name } さんが { $when } に保存しました。二人とも書き換えた項目の下に、相手の内容を表示しています。必要な部分を取り込んでから、もう一度保存してください。あなたの入力は消えていません。
draft-conflict-short = ほかの人が同じ項目を先に書き換えました。「下書きを保存」を押すと、両方の内容を見比べられます。
draft-theirs = 相手が書いた内容：
draft-taken = 相手の変更を取り込みました
draft-taken-by = { $name } さんが { $when } に保存した変更を取り込んで、保存しました。
draft-taken-waits = まだ送信していません。内容を確かめてから、もう一度押してください。
reply-closes-not = この返書では終了しない
