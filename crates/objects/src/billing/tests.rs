use super::*;
use accrual_base::{Day, Decimal};
use accrual_model::{Value, validate};

/// Every field of the billing API's data sources, with its REST and query spelling.
const NAMES: &str = include_str!("names.tsv");

#[test]
fn every_field_is_spelt_as_the_api_spells_it() {
    let registry = registry().unwrap();
    let mut checked = 0;
    for line in NAMES.lines().skip(1) {
        let parts: Vec<&str> = line.split('\t').collect();
        let [object, field, rest, query] = parts[..] else { panic!("{line}") };
        let descriptor = registry.get(object).unwrap_or_else(|| panic!("no {object}"));
        let found = descriptor.fields.iter().find(|f| f.names.object == field);
        let names = &found.unwrap_or_else(|| panic!("{object} has no {field}")).names;
        assert!(rest.is_empty() || names.rest == rest, "{object}.{field} is {} in REST, not {rest}", names.rest);
        assert_eq!(names.query, query, "{object}.{field}");
        checked += 1;
    }
    assert_eq!(checked, 627);
}

#[test]
fn every_declaration_is_documented_and_has_text_ids() {
    for descriptor in registry().unwrap().iter() {
        assert!(descriptor.text_id && !descriptor.doc.is_empty(), "{}", descriptor.names.table);
    }
}

#[test]
fn seeds_fit_their_rules_and_do_not_clash() {
    let seeds = defaults().unwrap();
    let mut keys: Vec<String> = seeds
        .iter()
        .map(|s| format!("{} {:?}", s.descriptor.names.table, s.descriptor.key().map(|at| s.draft.values[at].clone())))
        .collect();
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), count);
}

/// Codes and fields of what is wrong with a noun.
fn wrong<T: Object>(data: &T) -> Vec<(&'static str, String)> {
    let wrong = validate(T::descriptor(), &data.to_values().unwrap());
    wrong.into_iter().map(|r| (r.code, r.place.column.unwrap_or_default())).collect()
}

fn account() -> Account {
    Account {
        name: "Initech".into(),
        currency: "USD".into(),
        payment_term: "Net 30".into(),
        tax_exempt_status: "No".into(),
        ..Account::default()
    }
}

#[test]
fn an_account_bills_in_a_currency_on_a_day_to_a_contact() {
    assert_eq!(wrong(&account()), []);
    assert_eq!(wrong(&Account { currency: "usd".into(), ..account() }), [("account.currency", "currency".into())]);
    assert_eq!(wrong(&Account { bill_cycle_day: 32, ..account() }), [("object.range", "billCycleDay".into())]);
    assert_eq!(wrong(&Account { status: AccountStatus::Active, ..account() }), [("account.bill_to", "billToId".into())]);
    let exempt = Account { tax_exempt_status: "Yes".into(), ..account() };
    assert_eq!(wrong(&exempt).first().map(|w| w.0), Some("account.tax_exempt"));
    let dates = (Day::try_ymd(2024, 2, 1), Day::try_ymd(2024, 1, 1));
    let ends = Account { tax_exempt_effective_date: dates.0, tax_exempt_expiration_date: dates.1, ..account() };
    assert_eq!(wrong(&ends).first().map(|w| w.0), Some("account.tax_exempt_dates"));
    assert_eq!(wrong(&Account { notes: Some("x".repeat(65_536)), ..account() }), [("object.length", "notes".into())]);
}

#[test]
fn batches_have_names() {
    let at = Account::descriptor().position("Batch").unwrap();
    let mut values = account().to_values().unwrap();
    for (name, fits) in [("Batch50", true), ("Batch51", false), ("batch1", false)] {
        values.set(at, Value::from(name));
        assert_eq!(validate(Account::descriptor(), &values).is_empty(), fits, "{name}");
    }
}

#[test]
fn countries_have_names_and_codes() {
    for country in
        ["Germany", "germany", "DE", "deu", "United Kingdom", "UK", "Korea, Republic of", "South Korea", "Côte d'Ivoire", "Kosovo"]
    {
        assert!(regions::is_country(country), "{country}");
    }
    for nowhere in ["Atlantis", "", "D", "|", "Germany|DE"] {
        assert!(!regions::is_country(nowhere), "{nowhere}");
    }
    let contact = Contact { first_name: "Ada".into(), last_name: "L".into(), country: Some("Atlantis".into()), ..Contact::default() };
    assert_eq!(wrong(&contact), [("contact.country", "country".to_owned())]);
}

#[test]
fn contacts_of_two_countries_have_a_state_that_exists() {
    let contact = |country: &str, state: Option<&str>| Contact {
        first_name: "Ada".into(),
        last_name: "L".into(),
        country: Some(country.into()),
        state: state.map(Into::into),
        ..Contact::default()
    };
    for (country, state, fits) in [
        ("US", Some("CA"), true),
        ("United States", Some("california"), true),
        ("Canada", Some("Ontario"), true),
        ("Canada", Some("California"), false),
        ("USA", None, false),
        ("France", None, true),
        ("France", Some("Bretagne"), true),
    ] {
        let found = wrong(&contact(country, state));
        assert_eq!(found.is_empty(), fits, "{country} {state:?}");
        assert!(fits || found == [("contact.state", "state".to_owned())]);
    }
}

fn charge(charge_type: ChargeType, charge_model: ChargeModel) -> ProductRatePlanCharge {
    ProductRatePlanCharge {
        name: "Fee".into(),
        product_rate_plan_id: "0".repeat(32),
        charge_type,
        charge_model,
        bill_cycle_type: "DefaultFromCustomer".into(),
        billing_period: Some("Month".into()),
        trigger_event: "ContractEffective".into(),
        end_date_condition: "SubscriptionEnd".into(),
        uom: Some("Each".into()),
        included_units: Some(Decimal::TEN),
        ..ProductRatePlanCharge::default()
    }
}

#[test]
fn a_charge_says_what_its_model_needs() {
    use ChargeModel::{DiscountPercentage, FlatFee, Overage, PerUnit, Tiered};
    use ChargeType::{OneTime, Recurring, Usage};
    let codes = |c: &ProductRatePlanCharge| wrong(c).into_iter().map(|(code, field)| format!("{code} {field}")).collect::<Vec<_>>();
    assert!(codes(&charge(Recurring, FlatFee)).is_empty());
    assert!(codes(&charge(Usage, Overage)).is_empty());
    assert_eq!(codes(&charge(Recurring, Overage)), ["product_rate_plan_charge.model chargeModel"]);
    let needs = |c: ProductRatePlanCharge, field: &str| {
        assert_eq!(codes(&c), [format!("product_rate_plan_charge.required {field}")]);
    };
    needs(ProductRatePlanCharge { included_units: None, ..charge(Usage, Overage) }, "includedUnits");
    needs(ProductRatePlanCharge { uom: None, ..charge(Usage, Tiered) }, "uOM");
    needs(ProductRatePlanCharge { billing_period: None, ..charge(Recurring, PerUnit) }, "billingPeriod");
    needs(ProductRatePlanCharge { bill_cycle_type: "SpecificDayofMonth".into(), ..charge(Recurring, FlatFee) }, "billCycleDay");
    needs(ProductRatePlanCharge { billing_period: Some("Specific Weeks".into()), ..charge(Recurring, FlatFee) }, "specificBillingPeriod");
    needs(ProductRatePlanCharge { end_date_condition: "FixedPeriod".into(), ..charge(OneTime, FlatFee) }, "upToPeriods");
    let discount = ProductRatePlanCharge {
        apply_discount_to: Some("RECURRING".into()),
        discount_level: Some("account".into()),
        ..charge(Recurring, DiscountPercentage)
    };
    needs(discount, "useDiscountSpecificAccountingCode");
    let term = ProductRatePlanCharge { billing_period: Some("Subscription Term".into()), ..charge(Recurring, FlatFee) };
    assert_eq!(codes(&term), ["product_rate_plan_charge.list_price_base listPriceBase"]);
    let taxed = ProductRatePlanCharge { taxable: true, ..charge(OneTime, FlatFee) };
    assert_eq!(codes(&taxed).len(), 2);
    let timing = ProductRatePlanCharge { billing_timing: Some("In Advance".into()), ..charge(Usage, PerUnit) };
    assert_eq!(codes(&timing), ["product_rate_plan_charge.timing billingTiming"]);
}

#[test]
fn prices_keep_thirteen_and_nine_digits() {
    let tier = |price: &str| ProductRatePlanChargeTier {
        product_rate_plan_charge_id: "0".repeat(32),
        active: true,
        currency: "USD".into(),
        tier: 1,
        price: Decimal::from_str_exact(price).ok(),
        ..ProductRatePlanChargeTier::default()
    };
    for (price, fits) in [
        ("9999999999999.999999999", true),
        ("-0.000000001", true),
        ("10000000000000", false),
        ("0.0000000001", false),
        ("1.50000000000", true),
    ] {
        assert_eq!(wrong(&tier(price)).is_empty(), fits, "{price}");
    }
}

#[test]
fn prefixes_of_documents() {
    for (prefix, own, fits) in [
        ("INV", None, true),
        ("INV-2024_", None, true),
        ("", None, false),
        ("-INV", None, false),
        ("_X", None, false),
        ("A B", None, false),
        ("12345678901234567", None, false),
        ("P-", None, false),
        ("P-", Some("P-"), true),
        ("PREVIEW-", Some("P-"), false),
    ] {
        assert_eq!(prefix_fault(prefix, own).is_none(), fits, "{prefix:?}");
    }
    let numbers = |prefix: &str, start| DocumentNumbers { prefix: prefix.into(), start_number: start };
    let set = SequenceSet {
        name: "EMEA".into(),
        sequence_set_number: None,
        invoice: numbers("EI", 1),
        credit_memo: numbers("EI", 1),
        debit_memo: numbers("ED", 0),
        payment: None,
        refund: None,
    };
    let found: Vec<_> = wrong(&set).into_iter().map(|w| w.0).collect();
    assert_eq!(found, ["sequence_set.prefix", "sequence_set.start_number"]);
    assert_eq!(wrong(&SequenceSet { name: "1234567890123456".into(), ..set }), [("object.length", "name".into())]);
}

#[test]
fn custom_fields_are_sound_before_they_are_added() {
    let text = CustomFieldDefinition {
        object: "account".into(),
        name: "Region__c".into(),
        label: "Region".into(),
        ..CustomFieldDefinition::default()
    };
    assert_eq!(wrong(&text), []);
    let picklist = CustomFieldDefinition {
        r#type: CustomFieldType::Picklist,
        options: vec!["North".into(), "South".into()],
        default_value: Some("South".into()),
        ..text.clone()
    };
    assert_eq!(wrong(&picklist), []);
    let refused = |d: CustomFieldDefinition| wrong(&d).into_iter().map(|w| w.1).next();
    assert_eq!(refused(CustomFieldDefinition { name: "Region".into(), ..text.clone() }).as_deref(), Some("name"));
    assert_eq!(refused(CustomFieldDefinition { name: "1x__c".into(), ..text.clone() }).as_deref(), Some("name"));
    assert_eq!(refused(CustomFieldDefinition { max_length: Some(256), ..text.clone() }).as_deref(), Some("maxLength"));
    assert_eq!(refused(CustomFieldDefinition { options: vec![], ..picklist.clone() }).as_deref(), Some("options"));
    assert_eq!(refused(CustomFieldDefinition { default_value: Some("East".into()), ..picklist.clone() }).as_deref(), Some("defaultValue"));
    let many = CustomFieldDefinition { r#type: CustomFieldType::Multiselect, default_value: Some("North;South".into()), ..picklist };
    assert_eq!(wrong(&many), []);
    assert_eq!(refused(CustomFieldDefinition { filterable: true, ..many }).as_deref(), Some("filterable"));
    let number =
        CustomFieldDefinition { r#type: CustomFieldType::Integer, minimum: Some(Decimal::ONE), default_value: Some("0".into()), ..text };
    assert_eq!(refused(number).as_deref(), Some("defaultValue"));
}

#[test]
fn tax_rates_are_fractions() {
    let rate = |rate: &str| TaxRate {
        tax_rate_period_id: "0".repeat(32),
        tax_order: 1,
        country: "Germany".into(),
        taxes: vec![Tax { name: "VAT".into(), jurisdiction: "Germany".into(), kind: TaxRateType::Percentage, rate: rate.into() }],
        ..TaxRate::default()
    };
    assert_eq!(wrong(&rate("0.19")), []);
    for bad in ["19", "-0.1", "x"] {
        assert_eq!(wrong(&rate(bad)), [("tax_rate.rate", "taxes".to_owned())], "{bad}");
    }
    assert_eq!(wrong(&TaxRate { taxes: Vec::new(), ..rate("0") }), [("tax_rate.taxes", "taxes".to_owned())]);
    assert_eq!(wrong(&TaxRate { country: "US".into(), ..rate("0.07") }), [("tax_rate.state", "state".to_owned())]);
}

#[test]
fn terms_periods_and_exchange_rates() {
    assert_eq!(wrong(&PaymentTerm::net(30)), []);
    let proximo = PaymentTerm { r#type: PaymentTermType::Proximo, ..PaymentTerm::net(1) };
    assert_eq!(wrong(&proximo), [("payment_term.days", "paymentDueDay".to_owned())]);
    let period =
        AccountingPeriod { name: "Jan".into(), start_date: Day::try_ymd(2024, 1, 1), fiscal_year: 2024, ..AccountingPeriod::default() };
    assert_eq!(wrong(&period), [("accounting_period.dates", "endDate".to_owned())]);
    assert_eq!(wrong(&AccountingPeriod { name: OPEN_ENDED.into(), ..period.clone() }), []);
    assert_eq!(wrong(&AccountingPeriod { end_date: Day::try_ymd(2023, 12, 31), ..period }).len(), 1);
    let rate = CustomExchangeRate {
        rate_set_name: "Custom".into(),
        from_currency: "EUR".into(),
        to_currency: "USD".into(),
        rate_date: Day::try_ymd(2024, 1, 1),
        rate: Decimal::new(11, 1),
        ..CustomExchangeRate::default()
    };
    assert_eq!(wrong(&rate), []);
    assert_eq!(wrong(&CustomExchangeRate { rate: Decimal::ZERO, ..rate.clone() }).len(), 1);
    assert_eq!(wrong(&CustomExchangeRate { to_currency: "EUR".into(), ..rate }).len(), 1);
}

#[test]
fn the_category_of_a_code_follows_from_its_type() {
    use accrual_model::TextEnum;
    let count = |category| AccountingCodeType::ALL.iter().filter(|(t, _)| t.category() == category).count();
    use AccountingCodeCategory::{Assets, Equity, Expenses, Liabilities, Revenue};
    assert_eq!([Assets, Liabilities, Equity, Revenue, Expenses].map(count), [7, 5, 1, 4, 2]);
}
