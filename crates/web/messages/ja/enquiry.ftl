# 相談の記録
audit-group-enquiry = 相談の記録
audit-do-enquiry-note = 相談を記録した
audit-do-enquiry-withdraw = 相談の記録を取り消した
