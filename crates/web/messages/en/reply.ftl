reply-first = First reply
reply-interim = Interim reply
reply-final = Final reply
refuse-already-replied = The first reply has been sent already.
refuse-not-replied = No reply has been sent yet.
refuse-reply-needs-doctor = Replies are approved and sent by a doctor; nothing was sent. Save the draft, and it appears on the work list of the doctors.
