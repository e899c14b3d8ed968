use super::*;
use proptest::prelude::*;

fn tier(currency: &str, from: Option<i64>, to: Option<i64>, price: i64) -> Tier {
    Tier {
        currency: currency.into(),
        starting_unit: from.map(Decimal::from),
        ending_unit: to.map(Decimal::from),
        price: Some(Decimal::from(price)),
        ..Tier::default()
    }
}

fn field(result: Result<Vec<Tier>>) -> Option<String> {
    result.err().and_then(|e| e.rejection()?.place.column.clone())
}

#[test]
fn tiers_are_numbered_and_start_where_the_one_before_ends() {
    let given = vec![tier("USD", None, Some(50), 120), tier("EUR", Some(1), None, 110), tier("USD", None, None, 100)];
    let tiers = arrange(ChargeModel::Volume, given).unwrap();
    let shown: Vec<_> = tiers.iter().map(|t| (t.currency.as_str(), t.tier, t.starting_unit.map(|u| u.to_string()))).collect();
    assert_eq!(shown, [("EUR", 1, Some("1".into())), ("USD", 1, Some("0".into())), ("USD", 2, Some("51".into()))]);
    assert!(tiers.iter().all(|t| t.price_format == Some(PriceFormat::PerUnit)));
}

#[test]
fn numbers_decide_the_order() {
    let mut given = vec![tier("USD", Some(51), None, 100), tier("USD", Some(0), Some(50), 120)];
    (given[0].tier, given[1].tier) = (2, 1);
    assert_eq!(arrange(ChargeModel::Tiered, given).unwrap()[0].price, Some(Decimal::from(120)));
}

#[test]
fn gaps_overlaps_and_open_tiers_are_refused() {
    let arranged = |tiers: Vec<Tier>| field(arrange(ChargeModel::Tiered, tiers));
    assert_eq!(arranged(vec![tier("USD", Some(0), Some(50), 1), tier("USD", Some(52), None, 1)]).as_deref(), Some("startingUnit"));
    assert_eq!(arranged(vec![tier("USD", Some(0), Some(50), 1), tier("USD", Some(49), None, 1)]).as_deref(), Some("startingUnit"));
    assert_eq!(arranged(vec![tier("USD", Some(0), None, 1), tier("USD", None, None, 1)]).as_deref(), Some("endingUnit"));
    assert_eq!(arranged(vec![tier("USD", Some(2), None, 1)]).as_deref(), Some("startingUnit"));
    assert_eq!(arranged(vec![Tier { price: None, ..tier("USD", None, None, 1) }]).as_deref(), Some("price"));
    // fractions of a unit: bounds may be shared
    assert_eq!(arranged(vec![tier("USD", Some(1), Some(500), 1), tier("USD", Some(500), Some(1000), 1)]), None);
    assert_eq!(field(arrange(ChargeModel::HighWatermarkVolume, vec![tier("USD", None, Some(9), 1)])).as_deref(), Some("endingUnit"));
}

#[test]
fn overage_follows_tiers_that_end() {
    let overage = || Tier { is_overage_price: true, ..tier("USD", None, None, 9) };
    let arranged = |tiers| arrange(ChargeModel::TieredWithOverage, tiers);
    let tiers = arranged(vec![overage(), tier("USD", None, Some(10), 1), tier("USD", None, Some(20), 2)]).unwrap();
    assert_eq!(tiers.iter().map(|t| (t.tier, t.is_overage_price)).collect::<Vec<_>>(), [(1, false), (2, false), (3, true)]);
    assert_eq!(field(arranged(vec![tier("USD", None, Some(10), 1)])).as_deref(), Some("isOveragePrice"));
    assert_eq!(field(arranged(vec![tier("USD", None, None, 1), overage()])).as_deref(), Some("endingUnit"));
}

#[test]
fn other_models_have_one_price_a_currency() {
    assert_eq!(field(arrange(ChargeModel::FlatFee, vec![tier("USD", None, None, 1), tier("USD", None, None, 2)])).as_deref(), Some("tier"));
    assert!(arrange(ChargeModel::PerUnit, vec![tier("USD", None, None, 1), tier("EUR", None, None, 2)]).is_ok());
    let discount = Tier { currency: "USD".into(), discount_percentage: Some(Decimal::TEN), ..Tier::default() };
    assert!(arrange(ChargeModel::DiscountPercentage, vec![discount.clone()]).is_ok());
    assert_eq!(field(arrange(ChargeModel::DiscountFixedAmount, vec![discount])).as_deref(), Some("discountAmount"));
    assert!(arrange(ChargeModel::MultiAttribute, Vec::new()).is_ok());
}

/// Tiers of one currency: the width of each, and whether the bounds between them are shared.
fn widths() -> impl Strategy<Value = Vec<(i64, bool)>> {
    prop::collection::vec((1_i64..1_000, any::<bool>()), 1..8)
}

fn built(widths: &[(i64, bool)], open: bool) -> Vec<Tier> {
    let mut end = 0;
    let mut tiers = Vec::new();
    for (at, (width, shared)) in widths.iter().enumerate() {
        let start = if at == 0 { 0 } else { end + i64::from(!shared) };
        end = start + width;
        let last = at + 1 == widths.len();
        tiers.push(Tier { tier: i64::try_from(at + 1).unwrap(), ..tier("USD", Some(start), (!(open && last)).then_some(end), 1) });
    }
    tiers
}

proptest! {
    /// Whatever the order they come in, tiers end up in the order of their units, each unit in exactly one of them.
    #[test]
    fn arranged_tiers_cover_every_unit_once(widths in widths(), open: bool, turn in 0_usize..8) {
        let mut shuffled = built(&widths, open);
        let turn = turn % shuffled.len();
        shuffled.rotate_left(turn);
        let tiers = arrange(ChargeModel::Tiered, shuffled).unwrap();
        for pair in tiers.windows(2) {
            let (end, start) = (pair[0].ending_unit.unwrap(), pair[1].starting_unit.unwrap());
            prop_assert!(start == end || start == end + Decimal::ONE);
            prop_assert_eq!(pair[1].tier, pair[0].tier + 1);
        }
        prop_assert_eq!(tiers.last().unwrap().ending_unit.is_none(), open);
        prop_assert_eq!(arrange(ChargeModel::Tiered, tiers.clone()).unwrap(), tiers, "what is in order stays");
    }

    /// A gap or an overlap anywhere is refused.
    #[test]
    fn a_shifted_tier_is_refused(widths in prop::collection::vec((5_i64..1_000, any::<bool>()), 2..8), at in 1_usize..8, forward: bool) {
        let mut tiers = built(&widths, true);
        let at = 1 + (at - 1) % (tiers.len() - 1);
        let end = tiers[at - 1].ending_unit.unwrap();
        tiers[at].starting_unit = Some(if forward { end + Decimal::TWO } else { end - Decimal::ONE });
        prop_assert!(arrange(ChargeModel::Volume, tiers).is_err());
    }
}
