# Mails (no names of people, no answers)
mail-survey-before-subject = [{ $title }] Last day { $day }
mail-survey-before-body =
    A notice of { $owner }.
    "{ $title }" can be answered until { $day } ({ $days } days left).
    Your sheet has not been submitted yet. Answer it here:
    
    { $link }
    
    This mail was sent by a program. If you have just submitted, please ignore it.
mail-survey-after-subject = [{ $title }] Your answers are awaited
mail-survey-after-body =
    A request of { $owner }.
    The last day of "{ $title }" was { $day } ({ $days } days ago).
    Your sheet has not been submitted. If you need more days, tell { $owner }.
    
    { $link }
    
    This mail was sent by a program. If you have just submitted, please ignore it.
mail-confirmation-before-subject = [{ $title }] Please confirm your page until { $day }
mail-confirmation-before-body =
    "{ $title }" ends on { $day } ({ $days } days left).
    Look at your institution's page and mark what is right:
    
    { $link }
    
    This mail was sent by a program. If you have just done so, please ignore it.
mail-confirmation-after-subject = [{ $title }] Your page is still to be confirmed
mail-confirmation-after-body =
    The last day of "{ $title }" was { $day } ({ $days } days ago).
    It can still be done:
    
    { $link }
    
    This mail was sent by a program. If you have just done so, please ignore it.

# Where to
mail-place = Where notices go
mail-place-about = Reminders of surveys and of the yearly confirmation of your page go to this mail address. Write that of a section, not of a person. It is not published. Empty: nothing is sent.
mail-address = Mail address
audit-do-survey-mail-place = changed where notices go
mail-own-title = Notices to yourself
mail-own-about = Where you read that a colleague handed you questions of a survey. Nobody else sees it. Left empty, the notice goes to the contact of the sheet, or to the address above.
mail-own = Your own address
mail-kind-handing = questions handed over
mail-handing-subject = [{ $title }] Questions were handed over
mail-handing-body =
    Somebody was asked to answer a part of “{ $title }”.
    The last day is { $day } ({ $days } days left). After signing in, the questions are on the first page.
    
    { $link }
    
    This mail was sent automatically.
