//! Groups that are too small to be shown where versions hold counts alone: of one sheet a count is what that sheet says.

use std::collections::{BTreeMap, BTreeSet};

use super::{Figures, Sheet};

/// The codes of the groups that are not shown, of groups with so many sheets that were handed in. Those with fewer than
/// `least`, and as many others, the smallest first, as it takes that no small group is what is left of the total.
pub fn hidden(groups: &BTreeMap<String, u32>, least: u32) -> BTreeSet<String> {
    let small = |sheets: u32| sheets > 0 && sheets < least;
    let mut hidden: BTreeSet<String> = BTreeSet::new();
    let mut sum = 0;
    let mut by_size: Vec<(u32, &String)> = groups
        .iter()
        .filter(|(_, sheets)| **sheets > 0)
        .map(|(code, sheets)| (*sheets, code))
        .collect();
    by_size.sort_unstable();
    for (sheets, code) in by_size {
        // One group alone, or too few sheets in all, would be the total without those that are shown.
        let open = !hidden.is_empty() && (hidden.len() < 2 || sum < least);
        if small(sheets) || open {
            hidden.insert(code.clone());
            sum += sheets;
        }
    }
    hidden
}

/// How many sheets of each group were handed in.
pub fn handed_in(figures: &Figures, key: impl Fn(&Sheet) -> String) -> BTreeMap<String, u32> {
    let mut groups = BTreeMap::new();
    for sheet in figures.counted() {
        *groups.entry(key(sheet)).or_default() += u32::from(sheet.answered);
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn groups(sizes: &[u32]) -> BTreeMap<String, u32> {
        let codes = (0..sizes.len()).map(|at| format!("{at:02}"));
        codes.zip(sizes.iter().copied()).collect()
    }

    fn places(sizes: &[u32], least: u32) -> Vec<usize> {
        let hidden = hidden(&groups(sizes), least);
        hidden.iter().map(|code| code.parse().unwrap()).collect()
    }

    #[test]
    fn a_small_group_is_hidden_with_the_next_one() {
        assert!(places(&[5, 3, 20], 3).is_empty());
        assert!(places(&[1, 1, 1], 0).is_empty());
        assert_eq!(places(&[5, 2, 20], 3), [0, 1]);
        assert_eq!(places(&[1, 2, 20, 30], 3), [0, 1]);
        assert_eq!(places(&[1, 1, 20, 30], 3), [0, 1, 2]);
        // Nobody answered: nothing is told of nobody.
        assert_eq!(places(&[0, 2, 9, 9], 3), [1, 2]);
        // A group that is all of it is the total.
        assert_eq!(places(&[2], 3), [0]);
    }

    proptest! {
        #[test]
        fn what_is_left_of_the_total_is_never_small(
            sizes in proptest::collection::vec(0u32..12, 1..14),
            least in 2u32..11,
        ) {
            let all = groups(&sizes);
            let hidden = hidden(&all, least);
            for (code, sheets) in &all {
                prop_assert!(hidden.contains(code) || *sheets == 0 || *sheets >= least);
            }
            let left: u32 = hidden.iter().map(|code| all[code]).sum();
            let total: u32 = sizes.iter().sum();
            prop_assert!(hidden.is_empty() || left >= least || left == total);
            let some = sizes.iter().filter(|sheets| **sheets > 0).count();
            prop_assert!(hidden.len() != 1 || some == 1);
        }
    }
}
