# 外のプログラム（FHIR）からの書き込みを断るとき
refuse-fhir-not-kept = この種類のリソースは、ここでは扱っていません。
refuse-fhir-stays = この種類のリソースは、FHIR からは消せません。要らなくなったら、状態を変えてください。
refuse-fhir-message = 連絡（Communication）は、書き換えたり消したりできません。新しく送ってください。
refuse-fhir-directory = 医療機関・診療科の情報は、取り込みと各機関のページから直します。FHIR からは読むだけです。
refuse-fhir-people = 医師・職員の情報は、各機関の管理者が登録します。FHIR からは読むだけです。
refuse-fhir-document = 文書（Bundle）は、トランザクションの外で、POST /fhir/Bundle に一つずつ送ってください。届いた文書は書き換えられません。
refuse-fhir-version = いまの版は、If-Match で示された版ではありません。読み直してから、もう一度送ってください。
refuse-fhir-several = 条件に合うものが二つ以上あります。条件を絞ってください。
refuse-fhir-no-condition = 条件のない条件付きの書き込みはできません。検索の条件を付けてください。
refuse-fhir-twice = 一つのトランザクションで、同じリソースを二度書くことはできません。別々に送ってください。
refuse-fhir-file = 紹介に付けたファイルは書き換えられません。消して、付け直してください。
refuse-fhir-letter = 紹介状（Composition）は、ServiceRequest と一つのトランザクションで送るか、下書きができたあとに PUT で直してください。
refuse-fhir-reply = 返書は、この要素の変更では送れません。type に返書の種類を持つ Composition か、返書の文書を送ってください。
refuse-fhir-reference = 検索による参照（Patient?identifier=… など）に合うものが、ちょうど一つではありません。
fault-fhir-answers = どの紹介状への返書かを、relatesTo（code は appends、targetReference は紹介状の Composition）に書いてください。
fault-fhir-final-only = 返書は final で送ってください。下書きは画面で書けます。
refuse-fhir-book = 予約は Appointment で行います。Task の状態だけを予約済みにすることはできません。
refuse-fhir-no-step = この Task は、紹介の手続きではありません。

fault-fhir-concept = コードか文字（coding または text）が要ります。
fault-fhir-date = 日付・時刻として読み取れません。時刻には時差（+09:00 など）も要ります。
fault-fhir-list = この要素は繰り返し（配列）です。
fault-fhir-empty = 空の要素は送れません。値を入れるか、要素を省いてください。
fault-fhir-one-only = この要素は一つだけにしてください。
fault-fhir-status-in-error = 誤りとして取り消したものには、臨床上の状態を付けられません。
fault-fhir-status-over = 終わりの日があるときは、状態を inactive・remission・resolved のどれかにしてください。
fault-fhir-patient = 患者（Patient/id）を指してください。
fault-fhir-patient-fixed = ほかの患者へ移すことはできません。
fault-fhir-reference-type = ここから { $type } を指すことはできません。
fault-fhir-reference-unknown = 参照先がないか、見ることができないか、ほかの患者のものです。
fault-fhir-reference-contained = 含まれているリソースに、この名前のものがありません。
fault-fhir-reference-shape = 参照は「種類/id」の形で書いてください。ほかのサーバーや、まだ保存されていないものは指せません。
fault-fhir-bytes = この場所はプログラムの内部のものです。中身は data に入れて送ってください。
fault-fhir-base64 = base64 として読み取れません。
fault-fhir-other-type = 宛先と、送られたリソースの種類が違います。
fault-fhir-other-id = 宛先と、送られたリソースの id が違います。
fault-fhir-read-only = この要素は、ここでは変えられません。
fault-fhir-no-step = この変更に当たる手続きがありません。
fault-fhir-status-differs = status と businessStatus が合っていません。手続きは一度に一つずつ送ってください。
fault-fhir-own-only = ほかの機関の名前では書けません。
fault-fhir-number-taken = この患者番号は、ほかの患者が使っています。
fault-fhir-number-two = この機関の患者番号が二つあります。一つにするか、同じ番号にしてください。
fault-fhir-draft-first = この状態では作れません。下書き（ServiceRequest は draft、Composition は preliminary）として送り、同じトランザクションの Task を requested にすると送信されます。
fault-fhir-section = この節は紹介状や返書にありません。保存すると失われるため、受け取れません。
fault-fhir-letter-only = ここから指せるのは、この紹介の紹介状（Composition）だけです。
fault-fhir-slot-time = 予約枠の時刻と違います。予約枠と同じ時刻にするか、時刻を省いてください。
fault-fhir-slot-status = 予約枠は free（空き）か busy-unavailable（取り下げ）にしてください。予約済みにするのは Appointment です。
fault-fhir-schedule-actor = 自機関の診療科（診療科がなければ機関）を一つだけ指してください。
fault-fhir-said = 連絡の状態は completed です。
fault-fhir-recipient = この紹介の相手の機関だけに送れます。
fault-fhir-words-only = 連絡は文字（contentString）だけです。
fault-fhir-booked-only = 新しい予約の状態は booked です。

# 監査記録
audit-do-record-write = 診療の記録を書く
audit-do-record-create = 診療の記録を書いた
audit-do-record-update = 診療の記録を直した
audit-do-record-delete = 診療の記録を消した
audit-do-referral-update = 紹介の手続きを送った
audit-do-slot-change = 予約枠を直した
audit-do-resource-write = リソースを書いた
audit-do-message-send = 相手の機関へ連絡した
audit-group-record = 診療の記録
audit-group-message = 連絡

# 経過
event-message = 相手の機関へ連絡しました
event-correct = 紹介状を訂正しました
