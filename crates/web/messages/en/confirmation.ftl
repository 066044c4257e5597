# The yearly confirmation
audit-group-confirmation = Confirmation of pages
audit-do-confirmation-manage = Managing rounds of confirmation
audit-do-confirmation-open = Opened a round of confirmation
audit-do-confirmation-close = Closed a round of confirmation
audit-do-confirmation-confirm = Confirmed a page
audit-do-confirmation-note = Noted a call about a confirmation
