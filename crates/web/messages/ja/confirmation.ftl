# 年に一度の確認
audit-group-confirmation = 掲載内容の確認
audit-do-confirmation-manage = 確認の回の管理
audit-do-confirmation-open = 確認の回を開いた
audit-do-confirmation-close = 確認の回を閉じた
audit-do-confirmation-confirm = 掲載内容を確認した
audit-do-confirmation-note = 確認の電話メモを書いた
