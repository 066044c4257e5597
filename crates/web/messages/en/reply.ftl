reply-first = First reply
reply-interim = Interim reply
reply-final = Final reply
refuse-already-replied = The first reply has been sent already.
refuse-not-replied = No reply has been sent yet.
