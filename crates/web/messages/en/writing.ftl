# Pages that save while one writes: the letter and the reply
draft-not-saved = Not saved yet. It saves itself while you type.
draft-state-unsaved = Not saved
draft-state-saving = Saving…
draft-state-refused = Not saved (see above)
draft-state-offline = Not saved: the server cannot be reached. What you typed is kept in this tab and saved as soon as there is a connection.
draft-state-out = Not saved: please sign in again. What you typed is kept in this tab and offered when you come back.
draft-kept = This tab still holds what you typed and was not saved.
draft-kept-restore = Bring back and save
draft-kept-discard = Discard
draft-conflict = You and somebody else changed the same field
draft-conflict-by = { $name } saved on { $when }. Below each field that both of you changed is what they wrote. Take over what you need and save again. What you typed is still here.
draft-conflict-short = Somebody else changed the same field first. Press "Save draft" to see both texts.
draft-theirs = They wrote:
draft-taken = Changed by the other person
draft-taken-by = Saved together with what { $name } changed on { $when }.
draft-taken-waits = Nothing has been sent yet. Check the text and press again.
reply-closes-not = This reply does not close the referral
