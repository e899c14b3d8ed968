//! Text ids of the billing objects.
//!
//! An id is a UUIDv7 (RFC 9562 section 5.7) written as 32 hexadecimal digits. It is made from what the unit of work
//! already holds: its one time, the object, and the number of the row, which comes from the object's sequence. So ids
//! are unique without a source of randomness, sort in the order of creation, and a test that runs twice sees the same
//! ones. They are names, not secrets: what may be read is decided by roles alone.

use accrual_base::{Instant, hash};

/// The id of a row: 48 bits of milliseconds, 34 bits of the object's name, 40 bits of the row's number.
pub fn of_row(at: Instant, table: &str, row: i64) -> String {
    let millis = at.0.div_euclid(1_000).cast_unsigned() & 0xffff_ffff_ffff;
    let name = hash::key(table).cast_unsigned();
    let high = millis << 16 | 0x7000 | name & 0xfff;
    let low = 0x8000_0000_0000_0000 | (name >> 12 & 0x3f_ffff) << 40 | row.cast_unsigned() & 0xff_ffff_ffff;
    format!("{high:016x}{low:016x}")
}

/// The id by which billing objects name a user (`createdById`): the same for a user name everywhere, so that no
/// look-up is needed to write it. A UUIDv8, made of the name.
pub fn of_user(name: &str) -> String {
    let high = hash::key(name).cast_unsigned() & !0xf000 | 0x8000;
    let low = hash::key(&format!("user {name}")).cast_unsigned() >> 2 | 0x8000_0000_0000_0000;
    format!("{high:016x}{low:016x}")
}

/// Whether a text has the form of an id: 32 lower-case hexadecimal digits.
pub fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_are_uuids_of_version_seven_in_the_order_of_creation() {
        let ids: Vec<String> = (1..2_000).map(|n| of_row(Instant(1_700_000_000_000_000 + n / 100 * 1_000), "account", n)).collect();
        assert!(ids.is_sorted());
        for id in &ids {
            assert!(is_id(id) && id.as_bytes()[12] == b'7' && matches!(id.as_bytes()[16], b'8'..=b'b'), "{id}");
        }
    }

    #[test]
    fn rows_of_one_moment_differ_by_object_and_by_number() {
        let tables = ["account", "contact", "product", "invoice", "invoice_item", "product_rate_plan"];
        let ids: BTreeSet<String> = tables.iter().flat_map(|t| (1..500).map(|n| of_row(Instant(0), t, n))).collect();
        assert_eq!(ids.len(), tables.len() * 499);
    }

    #[test]
    fn a_user_has_one_id() {
        assert_eq!(of_user("ada"), of_user("ada"));
        assert_ne!(of_user("ada"), of_user("bob"));
        assert!(is_id(&of_user("ada")) && of_user("ada").as_bytes()[12] == b'8');
        assert!(!is_id("A00000001") && !is_id(&"G".repeat(32)));
    }
}
