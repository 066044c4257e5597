# The first page, open to everybody
start-title = Find care and advice near you
start-about = Find hospitals, clinics, pharmacies and consultation desks of the region: by place, by what troubles you, by opening hours. No registration, no sign-in.
start-emergency = If a life is in danger, call 119 at once.
start-words = Trouble, name or department
start-words-hint = For example: cannot sleep, back pain, 小児科, a hospital's name
start-place = Place
start-time = Time
start-time-any = Any time
start-find = Find
start-by-worry = By what troubles you
start-by-place = By place
start-others = Other prefectures
start-by-time = By time
start-by-kind = By kind
start-now = Open now
start-saturday = Open on Saturdays
start-sunday = Open on Sundays
start-holiday = Open on public holidays
start-night = Open in the evening (after 18:00)
start-desks = Consultation desks
start-desks-about = They listen when you do not know where to go.
start-places = Know the region
start-empty = Nothing is registered yet. Once the region is prepared, you can search from here.
start-privacy = This page keeps no record of who reads it (and uses no cookies).
start-staff = For institutions and public offices
start-go-on = Go on with the work
start-institutions = Institutions in the directory: { $count }

# Where the first page leads
place-institutions = Institutions
place-institutions-about = By name, place, department and what they can do
place-map = Map
place-map-about = Municipalities and areas on a map
place-areas = Areas
place-areas-about = Which municipalities form an area, and what there is in it
place-guides = Guides
place-guides-about = Maps and guidebooks
place-opendata = Open data
place-opendata-about = The lists as files

# How pages look
look = How pages look
look-ja = 日本語
look-easy = やさしい日本語
look-en = English
look-furigana = Furigana
look-large = Large print

# Troubles in plain words
worry-cold = Cold, fever, cough
worry-stomach = Stomach ache
worry-bones = Back, knee or shoulder pain
worry-teeth = Toothache
worry-eyes = Eye trouble
worry-ears = Ears, nose, hay fever
worry-skin = Skin, itching
worry-child = A sick child
worry-pregnancy = Pregnancy, birth, women's health
worry-chest = Chest pain, palpitations
worry-diabetes = Diabetes
worry-sleep = Cannot sleep, anxious
worry-mood = Feeling low
worry-memory = Forgetting things, dementia
worry-drinking = Cannot stop drinking
worry-childmind = Not going to school, development
worry-home = Somebody should come to the home

# The steps to try in the sample region
start-try = Try it first (five minutes)
start-try-about = Become the people of the sample region and see one referral go round. Each button takes you to that person's pages; “What to try” in the yellow bar brings you back here.
start-step-write-title = Write a referral
start-step-write = As the clerk { $person } of { $institution }, choose “New referral”, a patient and the addressee { $other }, and hand the draft to the doctor.
start-step-send-title = Approve and send
start-step-send = As the doctor { $person }, open the draft that waits in the work list, check it and send it.
start-step-book-title = Receive and book
start-step-book = As { $person } at the liaison desk of { $institution }, receive the new referral, accept it and choose a slot.
start-step-reply-title = Note the arrival and reply
start-step-reply = As the doctor { $person } of { $institution }, note that the patient came (before the day of the appointment: “Record an arrival before the appointment”), then write and release the reply.
start-step-end-title = Read the reply
start-step-end = Back as { $person } of { $institution }, the reply is there. The loop is closed.
start-try-real = A referral can also go to any real hospital that was imported, and you can play its desk:
demo-be = Be { $person }
