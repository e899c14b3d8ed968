//! Aging buckets: open documents by days past due (reference section 5.2).

use accrual_base::Day;

/// A bucket with its first and last day past due, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    pub name: String,
    pub from: i32,
    pub to: i32,
}

/// The buckets of a new tenant. The last one is open-ended whatever its upper limit says.
pub fn default_buckets() -> Vec<Bucket> {
    [("Current", 0, 0), ("1 to 30", 1, 30), ("31 to 60", 31, 60), ("61 to 90", 61, 90), ("91 to 120", 91, 120), ("more than 120", 121, 151)]
        .map(|(name, from, to)| Bucket { name: name.to_owned(), from, to })
        .to_vec()
}

/// The position of the bucket that so many days past due fall into; documents not yet due are in the first.
pub fn bucket_of(buckets: &[Bucket], days_past_due: i32) -> Option<usize> {
    let days = days_past_due.max(0);
    let inside = buckets.iter().position(|b| b.from <= days && days <= b.to);
    inside.or_else(|| buckets.len().checked_sub(1).filter(|last| days > buckets[*last].to))
}

/// Days from the due date to the reporting day; negative when not yet due.
pub fn days_past_due(due: Day, at: Day) -> i32 {
    at.epoch() - due.epoch()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_due_is_current() {
        let (due, early, late) = (Day::from_ymd(2024, 2, 29), Day::from_ymd(2024, 2, 1), Day::from_ymd(2024, 3, 31));
        assert_eq!(bucket_of(&default_buckets(), days_past_due(due, early)), Some(0));
        assert_eq!(bucket_of(&default_buckets(), days_past_due(due, late)), Some(2));
        assert_eq!(bucket_of(&[], 1), None);
    }
}
