# People, sign-in, rights

# Sign-in
fault-signin = You could not be signed in. Please check your login, password and code. A code works only once: wait for the next one before you try again.
fault-signin-passkey = This passkey could not sign you in. It was removed here, or belongs to another device. Please sign in with your password and code.
fault-signin-wait = Several tries failed, so sign-in is paused. Please wait { $seconds } seconds and try again. If you need help, ask the administrator of your institution.

# Password and code
fault-password-short = The password is too short. Use at least { $min } characters; several words in a row are long and easy to remember.
fault-password-long = The password is too long. Use at most { $max } characters.
fault-password-login = The password contains your login. Choose one that does not.
fault-password-common = Many people use this password, so it is easy to guess. Choose another one.
fault-password-again = The two passwords differ. Type the same one twice.
fault-password-current = This is not your current password. Please type it again.
fault-code = The code is wrong. Type the six digits that your app shows now. If they do not work, check the clock of your device.

# Entering people
fault-account-login-missing = Enter a login.
fault-account-login = A login has 3 to 64 characters: small letters, digits and . _ - @
fault-account-login-taken = This login is in use. Choose another one.
fault-account-name-missing = Enter a name.
fault-account-kana-missing = Enter the reading in kana.
fault-account-kana = Write the reading in hiragana or katakana.
fault-account-long = This is too long. Use at most { $max } characters.
fault-account-characters = This contains characters that cannot be used (control characters). Remove them.
fault-account-institution-missing = Choose an institution.
fault-account-institution = This institution was not found. Choose it from the list again.
fault-account-roles-missing = Choose at least one role.
fault-account-roles-mixed = These roles cannot be combined. Roles of the region and of an institution belong to different people, and an auditor has no other role.

# Managing people
refuse-account-own = You cannot do this to your own account. Ask another administrator.
refuse-account-other = Your role does not manage this person. Ask an administrator above them.
refuse-account-role = Your role cannot give this role. Ask the region administrator.
refuse-account-last-admin = This is the last administrator. Make somebody else an administrator first, and try again once they can sign in.
refuse-account-suspended = This person is suspended. Lift the suspension first.
refuse-account-not-suspended = This person is not suspended. Open the page again to see how things are now.

# Enrolment links
refuse-link = This link cannot be used: it was used before, or its time has run out. Ask your administrator for a new one.

# Rights
refuse-role = Your role cannot do this. If you need it, ask your institution's administrator to change your role.
refuse-needs-doctor = Only a doctor approves and sends. Use “Submit for the doctor's approval” to hand it over.
refuse-needs-admin = The institution's administrator does this. Please ask them.
refuse-needs-officer = A survey officer does this. Please ask your administrator about the role.
refuse-needs-approver = A survey approver does this. Please ask the approver.
refuse-needs-region = The region's desk or the region administrator does this. Please ask the desk.
refuse-needs-auditor = Only an auditor sees the audit.
refuse-needs-requester = The referring institution does this. Please contact them if it is needed.
refuse-needs-owner = The institution that received the referral does this. Please contact them if it is needed.
refuse-needs-home = The institution that registered the patient does this.
refuse-other-institution = What belongs to another institution cannot be changed.

# The sample region
refuse-demo-loopback = The sample region runs only inside this computer (localhost).
refuse-demo-real = This data folder has people who are not samples. Give an empty folder for the sample region.
