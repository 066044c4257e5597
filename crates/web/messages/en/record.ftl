# When writes of outside programs (FHIR) are refused
refuse-fhir-not-kept = This type of resource is not kept here.
refuse-fhir-stays = Resources of this type cannot be deleted through FHIR. Change their status instead.
refuse-fhir-message = A message (Communication) cannot be changed or deleted. Send a new one.
refuse-fhir-directory = Institutions and departments come from imports and from each institution's page. FHIR reads them only.
refuse-fhir-people = Doctors and staff are registered by the administrator of each institution. FHIR reads them only.
refuse-fhir-document = Send documents (Bundle) one by one to POST /fhir/Bundle, outside a transaction. A document that arrived is not changed.
refuse-fhir-version = The current version is not the one that If-Match names. Read it again, then send again.
refuse-fhir-several = More than one resource fits the condition. Narrow the condition.
refuse-fhir-no-condition = A conditional write needs a condition. Add search parameters.
refuse-fhir-twice = One transaction cannot write the same resource twice. Send the changes one after the other.
refuse-fhir-file = A file of a referral cannot be rewritten. Delete it and attach it again.
refuse-fhir-letter = Send the letter (Composition) in one transaction with its ServiceRequest, or change it by PUT once the draft is there.
refuse-fhir-reply = A change of this element does not send a reply. Send a Composition whose type is a kind of reply, or the document of the reply.
refuse-fhir-reference = A reference by search (such as Patient?identifier=…) does not fit exactly one resource.
fault-fhir-answers = Say in relatesTo which letter the reply answers: code appends, targetReference the Composition of the letter.
fault-fhir-final-only = Send a reply as final. Drafts are written on the pages.
refuse-fhir-book = Appointments are booked by an Appointment. A Task alone cannot become booked.
refuse-fhir-no-step = This Task is not the work of a referral.

fault-fhir-concept = A coding or a text is required.
fault-fhir-date = Not a date or time. A time needs its offset as well, such as +09:00.
fault-fhir-list = This element repeats: send an array.
fault-fhir-empty = Empty elements cannot be sent. Give a value, or leave the element out.
fault-fhir-one-only = Send only one of this element.
fault-fhir-status-in-error = What was entered in error has no clinical status.
fault-fhir-status-over = With a date of its end, the status is inactive, remission or resolved.
fault-fhir-patient = Point to a patient: Patient/id.
fault-fhir-patient-fixed = It cannot be moved to another patient.
fault-fhir-reference-type = A { $type } cannot be pointed to from here.
fault-fhir-reference-unknown = What this points to is not there, cannot be seen by you, or belongs to another patient.
fault-fhir-reference-contained = No contained resource has this name.
fault-fhir-reference-shape = Write references as type/id. Other servers, and what is not stored yet, cannot be pointed to.
fault-fhir-bytes = This address is internal. Send the content in data.
fault-fhir-base64 = This cannot be read as base64.
fault-fhir-other-type = The address and the resource name different types.
fault-fhir-other-id = The address and the resource carry different ids.
fault-fhir-read-only = This element cannot be changed here.
fault-fhir-no-step = No step stands for this change.
fault-fhir-status-differs = status and businessStatus do not fit together. Send one step at a time.
fault-fhir-own-only = You cannot write in the name of another institution.
fault-fhir-number-taken = Another patient has this patient number.
fault-fhir-number-two = This patient has two patient numbers of your institution. Send one, or the same in both.
fault-fhir-draft-first = It cannot be made in this status. Send a draft (ServiceRequest draft, Composition preliminary); a Task with the status requested in the same transaction sends it.
fault-fhir-section = A letter or a reply has no such section. It would be lost, so it is not accepted.
fault-fhir-letter-only = From here only the letter (Composition) of this referral can be pointed to.
fault-fhir-slot-time = Not the time of the slot. Send the slot's time, or leave the time out.
fault-fhir-slot-status = A slot is free or busy-unavailable (withdrawn). It becomes busy by an Appointment.
fault-fhir-schedule-actor = Point to one department of your institution, or to the institution if it has none.
fault-fhir-said = The status of a message is completed.
fault-fhir-recipient = A message goes only to the other institution of this referral.
fault-fhir-words-only = A message is text (contentString) and nothing else.
fault-fhir-booked-only = A new appointment has the status booked.

# The audit
audit-do-record-write = Write in the clinical record
audit-do-record-create = Wrote in the clinical record
audit-do-record-update = Changed the clinical record
audit-do-record-delete = Deleted from the clinical record
audit-do-referral-update = Sent a step of a referral
audit-do-slot-change = Changed a slot
audit-do-resource-write = Wrote a resource
audit-do-message-send = Sent a message to the other institution
audit-group-record = Clinical record
audit-group-message = Messages

# History
event-message = Sent a message to the other institution
event-correct = Corrected the letter
