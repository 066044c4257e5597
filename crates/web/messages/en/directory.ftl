# Kinds of institution
institution-kind-hospital = Hospital
institution-kind-clinic = Clinic
institution-kind-dental-clinic = Dental clinic
institution-kind-maternity-home = Maternity home
institution-kind-pharmacy = Pharmacy
institution-kind-visiting-nurse = Visiting-nurse station
institution-kind-care-manager = Care manager's office
institution-kind-care-service = Care service
institution-kind-care-home = Care home
institution-kind-health-centre = Health centre
institution-kind-ward-office = Ward office
institution-kind-municipal-office = Municipal office
institution-kind-prefecture = Prefecture
institution-kind-region-office = Region office
institution-kind-medical-association = Medical association
institution-kind-consultation-desk = Consultation desk

# Forms of institutions and departments
fault-institution-kind = Choose the kind of institution from the list.
fault-institution-name = Enter the institution's name.
fault-institution-control = There are characters that cannot be used (line breaks and other control characters). Take them out.
fault-institution-too-long = Too long. At most { $limit } characters.
fault-institution-address = Please enter the address.
fault-institution-url = This cannot be read as a web address. Begin with https://.
fault-institution-code-taken = Another institution has this code. Check the code.
fault-department-name = Enter the department's name.
fault-department-code = A department code has two or three digits. Leave it empty if you do not know it.
fault-department-twice = There is a department with this name already. Choose a name that can be told apart.

# Confirming codes
refuse-institution-has-code = This institution has a code already. Choose another one, or choose “None of these” for the code.
refuse-code-taken = Another institution has this code already.

# Imports: the whole file
fault-import-excel = This is an Excel file. Open it in Excel, save it as CSV and import that. See that leading zeros of codes are still there.
fault-import-zip-broken = The zip file is broken or cut off. Get it again.
fault-import-zip-entries = The zip file must hold exactly one CSV. Choose just the CSV to import.
fault-import-too-large = The file is too large (at most 300 MB unpacked).
fault-import-encoding = The encoding cannot be found out. Save the file as UTF-8 or Shift_JIS.
fault-import-heading-missing = These columns are missing: { $heading }. Check the kind of file and its first line.
fault-import-heading-twice = There are several columns “{ $heading }”. Leave one.

# Imports: rows that were not taken
fault-import-row-width = The number of columns differs from the headings. The row is cut off, or a quotation mark is not closed.
fault-import-empty = A value that is needed is empty.
fault-import-too-long = The value is too long.
fault-import-control = There are line breaks or other control characters.
fault-import-id = This is not an ID (up to 20 letters and digits).
fault-import-id-zeros = The ID has lost its leading zero. Import the original file, without opening it in a spreadsheet. IDs are never guessed.
fault-import-id-prefecture = The ID does not fit the prefecture's code. Have columns moved?
fault-import-id-twice = An earlier row has the same ID and says something else. Check which is right.
fault-import-row-kind = The kind of institution is not 1 to 5.
fault-import-prefecture = The prefecture's code is not 01 to 47.
fault-import-municipality = The municipality's code does not fit the prefecture's.
fault-import-code-parts = The nine digits and the seven digits do not fit each other. Have columns moved?
fault-import-code-twice = An earlier row has the same code with another name or address. Check which is right.

# Imports: rows that wait
fault-import-code-nobody = No institution with this name and address yet. It is tried again when institutions come.
fault-import-code-several = It cannot be told which institution this is. Choose among the candidates.

# Imports: taken, but look at it
fault-import-zero-restored = The leading zero of the prefecture's code was missing and was put back.
fault-import-kana-empty = There is no kana reading.
fault-import-position-none = There are no coordinates. It will not be on the map.
fault-import-position-swapped = Latitude and longitude seem to be swapped. The coordinates were not taken.
fault-import-position-outside = The coordinates are outside Japan. They were not taken.
fault-import-position = The coordinates are not numbers. They were not taken.
fault-import-url = This cannot be read as a web address. It was not taken.
fault-import-beds = The number of beds is no number, or too large. It was left blank.
fault-import-beds-total = The total of beds differs from the sum of the kinds. Both were taken as they are.
fault-import-beds-area = The beds of the institutions do not add up to what is stated of the area.
fault-import-beds-no-total = Beds are stated by kind, but the total is blank. It was left blank.
fault-import-beds-blank = The total of beds is blank.
fault-import-older = A newer file has been imported already. This row changed nothing.
fault-import-code-other-table = The check digit is wrong for medical and right for dental. The code is not given automatically.
