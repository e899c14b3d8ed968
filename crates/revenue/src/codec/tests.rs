use super::*;
use crate::contract::{Leg, LegKind, Rates};
use accrual_base::{Currency, Decimal, PeriodId};

fn leg(number: u16, kind: LegKind, amounts: Vec<i64>) -> Leg {
    let start = PeriodId(202_401);
    Leg {
        number,
        kind,
        reversal: number == 3,
        bill: (number == 2).then_some(77),
        sequence: 12,
        created: PeriodId(202_402),
        currency: Currency::USD,
        rates: if number > 1 { Rates { functional: Decimal::new(-11_000_001, 7), reporting: Decimal::MAX } } else { Rates::UNIT },
        start,
        amounts,
        posted_through: (number == 1).then_some(PeriodId(202_312)),
    }
}

#[test]
fn legs_come_back_as_they_were() {
    let jpy = Currency::named("JPY").unwrap();
    let legs = vec![
        leg(1, LegKind::Unbilled, vec![10_265, 9272, 10_265, 9934, 10_264]),
        leg(2, LegKind::Billed, vec![i64::MAX, i64::MIN, 0, -1, 1]),
        Leg { currency: jpy, ..leg(3, LegKind::Allocation, vec![]) },
    ];
    let mut blob = Vec::new();
    encode_legs(&legs, Currency::USD, &mut blob);
    assert_eq!(decode_legs(&blob, Currency::USD).unwrap(), legs);
}

fn next(state: &mut u64) -> u8 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    state.to_le_bytes()[7]
}

#[test]
fn a_broken_blob_is_a_fault_and_never_a_panic() {
    let legs = vec![leg(1, LegKind::Unbilled, vec![1, 2, 3]), leg(2, LegKind::Billed, vec![5])];
    let mut blob = Vec::new();
    encode_legs(&legs, Currency::USD, &mut blob);
    for cut in 0..blob.len() {
        assert!(decode_legs(&blob[..cut], Currency::USD).is_err(), "cut at {cut}");
    }
    blob.push(0);
    assert!(decode_legs(&blob, Currency::USD).is_err());
    let mut state = 1u64;
    for round in 0..20_000 {
        let noise: Vec<u8> = (0..round % 40).map(|_| next(&mut state)).collect();
        let mut noise_legs = vec![1];
        noise_legs.extend(&noise);
        let _ = decode_legs(&noise_legs, Currency::USD);
        let columns = BillColumns { id: 1, kind: crate::contract::TransactionType::Invoice, amount: 1, period: PeriodId(202_401) };
        let _ = decode_bill(&columns, &noise_legs);
    }
}

#[test]
fn an_ordinary_leg_takes_about_two_and_a_half_bytes_an_amount() {
    let days = [31i64, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let amounts: Vec<i64> = days.iter().cycle().take(36).map(|d| 1_200_000 * d / 365).collect();
    let mut blob = Vec::new();
    encode_legs(&[leg(1, LegKind::Unbilled, amounts)], Currency::USD, &mut blob);
    assert!(blob.len() < 36 * 5 / 2 + 20, "{} bytes", blob.len());
}
