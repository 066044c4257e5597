sex-male = Male
sex-female = Female
sex-other = Other
sex-unknown = Unknown
fault-kana = Enter kana (hiragana and half-width kana will do).
