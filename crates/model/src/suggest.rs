//! Names that look like a misspelt one.

/// At most three names within a third of their length, nearest first.
pub fn close<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let wrong = plain(wrong);
    let mut near: Vec<(usize, &str)> = names
        .filter_map(|name| {
            let tidy = plain(name);
            let far = distance(&wrong, &tidy);
            let contained = wrong.len() >= 3 && (tidy.contains(&wrong) || (tidy.len() >= 3 && wrong.contains(&tidy)));
            (contained || far <= 1 + tidy.len().min(wrong.len()) / 4).then_some((far, name))
        })
        .collect();
    near.sort_unstable();
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// `a, b, c`
pub fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

/// `a, b or c`
pub fn list_or(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Case and word breaks do not make names different.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let swap = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = swap.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["releaseEvent", "ratableMethod", "retainMethod", "enabled"];
        assert_eq!(close("relaese_event", names.into_iter()), ["releaseEvent"]);
        assert_eq!(close("ratable", names.into_iter()), ["ratableMethod"]);
        assert!(close("colour", names.into_iter()).is_empty());
    }

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(list_or(&["a", "b", "c"]), "a, b or c");
    }
}
