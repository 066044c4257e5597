reply-first = 初回返書
refuse-already-replied = 初回返書はもう送られています。
refuse-not-replied = 返書がまだ送られていません。
