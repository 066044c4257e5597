percent-title = Check of percentages
percent-about = Does a whole number of the stated n give each percentage of a table, rounded half up? Where none does, it says which n would. Nothing that is pasted is kept.
percent-table = Paste the table
percent-table-hint = Straight from a spreadsheet or a document. Where it says “n=53” or has a column “base”, that is taken.
percent-n = n
percent-n-hint = Where the table does not say it.
percent-file = Or a file
percent-file-hint = CSV or Excel (.xlsx), up to 2 MB
percent-check = Check
percent-result = What came out
percent-summary = { $fit } of { $all } percentages fit.
percent-n-unknown = n is not known, so nothing was checked. Fill it in below.
percent-some-unreadable = { $count } values cannot be read as percentages.
percent-unreadable = Cannot be read as a percentage.
percent-some-without-n = { $count } have no n.
percent-cut = The table is large; only its first part was checked.
percent-without-n = No n is stated.
percent-beside = The number beside it ({ $beside }) does not give it; { $count } would.
percent-unfit = No whole number of n={ $n } gives it. { $count } of n={ $other } would.
percent-impossible = No whole number of n={ $n } gives it.
fault-percent-n = n is a whole number from 1 to { $max }.
fault-percent-none = There is no percentage in it: values such as “92.5%”, or numbers with decimals under a heading with %.
fault-percent-large = The file has more than 2 MB.
fault-percent-cells = The table is too large. Send a file with that table alone, of at most 1,000 rows and 60 columns.
percent-api-unreadable = Not a percentage. Write it as “92.5”, with up to six digits before and after the point.
refuse-percent-json = That cannot be read. Send JSON such as { "{" }"n": 53, "percents": ["92.5"]{ "}" }.
fault-percent-many = At most { $max } percentages at once.
fault-percent-text = Send percentages as texts of up to 64 characters in quotes: 34.0 and 34 are not the same claim.
