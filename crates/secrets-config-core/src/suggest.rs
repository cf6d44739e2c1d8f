//! Names that are nearly the one that was meant.

/// Returns the candidate nearest to `name`, if it is so near that it may be a slip of the hand.
pub(crate) fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = (name.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Returns how many characters must be put in, taken out, replaced or swapped with their neighbour; case is ignored.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.to_lowercase().chars().collect();
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut before = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut least = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                let swapped: &Vec<usize> = &before;
                least = least.min(swapped[j - 1] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_found() {
        let names = ["DATABASE_URL", "PORT", "DB_PASSWORD"];
        assert_eq!(closest("DATABSE_URL", names), Some("DATABASE_URL"));
        assert_eq!(closest("PROT", names), Some("PORT"));
        assert_eq!(closest("db_passwrd", names), Some("DB_PASSWORD"));
    }

    #[test]
    fn another_name_is_not() {
        assert_eq!(closest("HOST", ["PORT"]), None);
        assert_eq!(closest("X", ["PORT"]), None);
    }
}
