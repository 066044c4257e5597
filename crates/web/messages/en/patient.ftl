sex-male = Male
sex-female = Female
sex-other = Other
sex-unknown = Unknown
fault-name-signs = A name cannot have “<” or “>”. Please remove them and save again.
fault-kana = Enter kana (hiragana and half-width kana will do).
patient-number-sent = The letter gave the number { $number }, which is another patient's (the birthday or the name differs), so this was taken as another patient. Check the number and enter the right one.
