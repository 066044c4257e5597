# Enquiries
audit-group-enquiry = Enquiries
audit-do-enquiry-note = Noted an enquiry
audit-do-enquiry-withdraw = Took back an enquiry
