reply-first = First reply
refuse-already-replied = The first reply has been sent already.
refuse-not-replied = No reply has been sent yet.
