//! A stable 64-bit hash for index keys: the same text gives the same key on every machine and version.

/// FNV-1a over the bytes, finished with a mix so that near keys spread. Not for secrets.
pub fn key(text: &str) -> i64 {
    let mut h: u64 = 0xcbf2_9ce4_8422_2325;
    for b in text.bytes() {
        h ^= u64::from(b);
        h = h.wrapping_mul(0x0000_0100_0000_01b3);
    }
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 33;
    h.cast_signed()
}
