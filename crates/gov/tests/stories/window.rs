//! Inside the window ⇔ input is open: for any course of opening, closing, more days for all and for one.

use proptest::prelude::*;
use renkei_base::Micros;
use renkei_base::clock::Span;
use renkei_gov::respondent::{self, SheetState};
use renkei_gov::survey::{SurveyState, Window};

proptest! {
    /// Story 34.
    #[test]
    fn open_inside_the_window_and_nowhere_else(
        opens in 0_i64..50,
        days in 1_i64..50,
        at in -10_i64..120,
        state in 0_usize..7,
    ) {
        let window = Window {
            opens: Micros(0) + Span::days(opens),
            closes: Micros(0) + Span::days(opens + days),
        };
        let at = Micros(0) + Span::days(at);
        let sheet = SheetState::ALL[state];
        let inside = window.opens <= at && at < window.closes;
        let open = respondent::open(SurveyState::Open, sheet, window, at);
        prop_assert_eq!(open, inside && sheet.writable());
        for survey in SurveyState::ALL {
            let open = respondent::open(survey, sheet, window, at);
            prop_assert!(!open || survey == SurveyState::Open);
        }
        // The last moment before the end is open, the end is not.
        let last = Micros(window.closes.0 - 1);
        prop_assert!(respondent::open(SurveyState::Open, SheetState::Unanswered, window, last));
        prop_assert!(!respondent::open(
            SurveyState::Open,
            SheetState::Unanswered,
            window,
            window.closes
        ));
    }
}
