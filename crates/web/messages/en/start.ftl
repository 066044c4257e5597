# The first page, and the steps to try in the sample region
start-title = A region's institutions, joined around the patient
start-about = renkei (連携, working together) lets clinics, hospitals, pharmacies, visiting nurses and public offices share referral, booking and reply as one flow, so that no patient is lost on the way from one institution to the next.
start-go-on = Go on with the work
start-institutions = Institutions in the directory: { $count }
start-try = Try it first (five minutes)
start-try-about = Become the people of the sample region and see one referral go round. Each button takes you to that person's pages. To come back here, open this page's address again.
start-step-write = Write a referral. As the clerk { $person } of { $institution }, choose “New referral”, a patient and the hospital below, and hand the draft to the doctor.
start-step-send = Approve and send. As the doctor { $person }, open the draft that waits in the work list, check it and send it.
start-step-book = Receive and book. As { $person } at the liaison desk of { $institution }, receive the new referral, accept it and choose a slot.
start-step-reply = Note the arrival and reply. As the doctor { $person } of { $institution }, note that the patient came, then write and release the reply.
start-step-end = Read the reply. Back as { $person } of { $institution }, the reply is there. The loop is closed.
start-try-real = A referral can also go to any real hospital that was imported, and you can play its desk:
demo-be = Be { $person }
