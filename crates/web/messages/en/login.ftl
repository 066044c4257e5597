# Signing in, choosing a sample person
login-login = Login
login-password = Password
login-code = Code
login-code-hint = The six digits of your app. Without your phone: one of the recovery codes that you keep.
login-help = If you do not know your login, or have lost phone and recovery codes, ask your institution's administrator for a new enrolment link.
login-already = You are signed in as { $person } of { $institution }.
login-demo = Who would you like to be?
login-demo-about = This is the sample region. Choose a name to see that person's pages. No password is needed.
login-region = The region (desk, administrator, auditor)
login-desk = Be the desk of any imported institution
login-desk-about = You can become the liaison clerk of any institution in the directory and receive what is referred to it.
login-desk-search = Name, address or code of an institution
login-desk-none = Nothing found. Try fewer words, or another spelling.
login-with-password = Sign in with password and code
