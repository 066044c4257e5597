# The yearly confirmation
audit-group-confirmation = Confirmation of pages
audit-do-confirmation-manage = Managing rounds of confirmation
audit-do-confirmation-open = Opened a round of confirmation
audit-do-confirmation-close = Closed a round of confirmation
audit-do-confirmation-confirm = Confirmed a page
audit-do-confirmation-note = Noted a call about a confirmation

# Rounds
nav-confirmations = Confirmation
confirmation-title = Confirm the page
confirmation-about = This is what the page says now. Tick what is right and press “Confirmed”. What is wrong can be changed first. You may confirm again, and after the deadline too.
confirmation-please = Please confirm your page
confirmation-go = Look and confirm
confirmation-until = Deadline { $date }
confirmation-due-later = { $days ->
    [one] ({ $days } day left)
   *[other] ({ $days } days left)
    }
confirmation-due-soon = { $days ->
    [one] (soon: { $days } day left)
   *[other] (soon: { $days } days left)
    }
confirmation-due-today = (today)
confirmation-due-past = { $days ->
    [one] (since { $days } day; you can still confirm)
   *[other] (since { $days } days; you can still confirm)
    }
confirmation-begun = Some parts are still missing.
confirmation-part = Part
confirmation-now = What it says now
confirmation-right = Confirm
confirmation-is-right = right
confirmation-done = confirmed { $when }
confirmation-change = Change
confirmation-confirm = Confirmed
confirmation-no-round = There is no round of confirmation now.
confirmation-part-contact = Contact
confirmation-part-hours = Hours
confirmation-part-departments = Departments
confirmation-part-tags = What it can do
confirmation-part-doctors = Doctors
confirmation-part-telephone = Asking a doctor by telephone
confirmation-part-functions = Functions
confirmations-about = Once a year every institution confirms its page. Institutions with people see it in their overview and on their page.
confirmation-open = Open a round
confirmation-name = Name
confirmation-name-hint = e.g. Confirmation 2026
confirmation-deadline = Deadline
confirmation-deadline-hint = Like 2026-12-20 or 令和8年12月20日.
confirmation-close = Close this round
confirmation-close-about = Institutions are no longer asked and cannot confirm any more.
confirmation-rounds = Rounds
confirmation-opened = opened { $when }
confirmation-closed = closed { $when }
confirmation-running = open
confirmation-counts = { $whole } confirmed, { $begun } begun, { $nothing } not yet (of { $total } institutions)
confirmation-progress = State
confirmation-progress-nothing = not yet
confirmation-progress-begun = begun
confirmation-progress-whole = confirmed
confirmation-all = all
confirmation-by-area = Area
confirmation-by-kind = Kind
confirmation-outside = outside these areas
confirmation-phone = Telephone
confirmation-calls = Calls
confirmation-call = Keep a note
confirmation-call-note = What you heard (nothing about patients)
confirmation-none-here = No such institution.
confirmation-waiting = Confirmation of pages
confirmation-see = See who has confirmed
fault-confirmation-name = Enter a name.
fault-confirmation-deadline = The deadline is a day from today on, at most 30 years ahead.
fault-confirmation-parts = Tick the parts that you have looked at.
refuse-confirmation-open = A round is open. Close it before you open the next.
refuse-confirmation-closed = This round is closed.
