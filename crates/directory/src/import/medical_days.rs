//! Days without consultation. In the file 0 is closed and 1 is open, although the heading says 休診.

/// Codes of the weekdays, with the sign in the headings.
const WEEKDAYS: [(&str, &str); 7] = [
    ("mon", "月"),
    ("tue", "火"),
    ("wed", "水"),
    ("thu", "木"),
    ("fri", "金"),
    ("sat", "土"),
    ("sun", "日"),
];

/// Code and heading of the 43 columns: weekly, first to fifth week of the month, holidays.
pub(super) fn columns() -> Vec<(String, String)> {
    let weekly = WEEKDAYS.iter().map(|(code, sign)| {
        (
            (*code).to_owned(),
            format!("毎週決まった曜日に休診（{sign}）"),
        )
    });
    let nth = (1..=5).flat_map(|week| {
        WEEKDAYS.iter().map(move |(code, sign)| {
            (
                format!("{week}-{code}"),
                format!("決まった週に休診（定期週）第{week}週（{sign}）"),
            )
        })
    });
    let holiday = ("holiday".to_owned(), "祝日に休診".to_owned());
    weekly.chain(nth).chain([holiday]).collect()
}

/// The codes of the closed days: `None` where no cell says anything. A weekday that is always closed is named once.
pub(super) fn closed<'a>(
    cells: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Option<Vec<String>> {
    let mut said = false;
    let mut days: Vec<String> = Vec::new();
    for (code, cell) in cells {
        said |= matches!(cell, "0" | "1");
        let weekly = code.split_once('-').map_or(code, |(_, day)| day);
        if cell == "0" && !days.iter().any(|day| day == weekly) {
            days.push(code.to_owned());
        }
    }
    said.then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_closed() {
        assert_eq!(columns().len(), 43);
        let days = closed([
            ("sat", "1"),
            ("sun", "0"),
            ("1-sat", "1"),
            ("2-sat", "0"),
            ("2-sun", "0"),
            ("holiday", "0"),
        ]);
        assert_eq!(
            days,
            Some(vec![
                "sun".to_owned(),
                "2-sat".to_owned(),
                "holiday".to_owned()
            ])
        );
        assert_eq!(closed([("sun", "1")]), Some(vec![]));
        assert_eq!(closed([("sun", "")]), None);
    }
}
