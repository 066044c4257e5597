# Tags
nav-tags = Tags
tag-about = What institutions can do and offer, in the words of the region. A new name leaves the tag on those that carry it. A retired tag can no longer be given.
tag-new = New tag
tag-edit = Change the tag
tag-family = Group
tag-family-capability = What they can do
tag-family-mental = Mental health
tag-family-time = Times
tag-family-language = Languages
tag-family-access = Access
tag-family-worry = When you…
tag-name = Name
tag-english = English name
tag-english-hint = Empty: the Japanese name is used.
tag-place = Position
tag-place-hint = Its place in its group. Empty: the end.
tag-carried = Institutions with it
tag-state = State
tag-active = In use
tag-retired = Retired
tag-retire = Retire
tag-restore = Use again
tag-own = Defined by this region
tag-retire-about = It is no longer shown on the pages of institutions that carry it. It can be used again later.
fault-tag-family = Choose a group from the list.
fault-tag-name = Enter the name of the tag.
fault-tag-twice = There is a tag of this name in this group.
fault-tag-place = The position is a number from 1.

# Audit
audit-group-tag = Tags
audit-do-tag-manage = Managing tags
audit-do-tag-define = Defined a tag
audit-do-tag-edit = Changed a tag
audit-do-tag-retire = Retired a tag
audit-do-tag-restore = Took a tag into use again
