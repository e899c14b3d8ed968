//! Numbers that look random and are the same for the same seed, on every machine and version.

/// SplitMix64. Not for secrets.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number in `from..=to`; `from` when the range is empty.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = to.wrapping_sub(from).max(0).cast_unsigned() + 1;
        from + (self.next() % span).cast_signed()
    }
    /// One of a list.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let at = self.next() % list.len() as u64;
        &list[usize::try_from(at).unwrap_or(0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_within_bounds() {
        let (mut a, mut b) = (Random::new(7), Random::new(7));
        for _ in 0..1000 {
            let n = a.between(-3, 12);
            assert_eq!(n, b.between(-3, 12));
            assert!((-3..=12).contains(&n));
        }
        assert_eq!(a.between(5, 5), 5);
        assert!([1, 2, 3].contains(a.pick(&[1, 2, 3])));
    }
}
