//! Documents as their readers get them: text taken out of the PDF again.

use accrual_base::{Currency, Day, Decimal, format_minor};
use accrual_connect::document::{Document, Item, Kind, Party, Tax, check, standard_template};
use accrual_connect::{DocumentRenderer, PdfRenderer};
use proptest::prelude::*;

fn party(name: &str, city: &str, country: &str) -> Party {
    Party {
        name: name.into(),
        first_name: "Zoë".into(),
        last_name: "Łukasiewicz".into(),
        address1: "Straße 1".into(),
        postal_code: "10115".into(),
        city: city.into(),
        country: country.into(),
        ..Party::default()
    }
}

fn document(currency: &str, amounts: &[i64]) -> Document {
    let currency = Currency::named(currency).expect("a currency");
    let total: i64 = amounts.iter().sum();
    let item = |(at, amount): (usize, &i64)| Item {
        charge_name: format!("Charge {}", at + 1),
        description: if at % 3 == 0 {
            "A description that is a little longer than the column it stands in, so that it is broken".into()
        } else {
            String::new()
        },
        service_start: Some(Day::from_ymd(2026, 1, 1)),
        service_end: Some(Day::from_ymd(2026, 1, 31)),
        quantity: Decimal::ONE,
        unit_of_measure: "Each".into(),
        unit_price: Decimal::new(*amount, u32::from(currency.exponent())),
        amount_without_tax: *amount,
        amount: *amount,
        ..Item::default()
    };
    Document {
        number: "INV00000042".into(),
        status: "Posted".into(),
        date: Some(Day::from_ymd(2026, 1, 31)),
        due_date: Some(Day::from_ymd(2026, 3, 2)),
        payment_term: "Net 30".into(),
        account_name: "Müller & Søn ApS".into(),
        account_number: "A00000007".into(),
        seller: party("Verkäufer GmbH <Wien>", "Wien", "Österreich"),
        bill_to: party("", "København", "Danmark"),
        items: amounts.iter().enumerate().map(item).collect(),
        taxes: vec![Tax {
            name: "USt".into(),
            jurisdiction: "AT".into(),
            rate: Decimal::new(2, 1),
            percentage: true,
            taxable_amount: total,
            tax_amount: total / 5,
        }],
        amount_without_tax: total,
        tax_amount: total / 5,
        amount: total + total / 5,
        balance: total + total / 5,
        ..Document::new(Kind::Invoice, currency)
    }
}

fn pages(pdf: &[u8]) -> Vec<String> {
    pdf_extract::extract_text_from_mem_by_pages(pdf)
        .expect("a PDF")
        .into_iter()
        .map(|page| page.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

fn text(template: &str, document: &Document) -> String {
    pages(&PdfRenderer::default().render(template, document).expect("a document")).join(" ")
}

/// As the standard template of an American tenant writes it.
fn written(minor: i64, currency: Currency) -> String {
    let plain = format_minor(minor, currency.exponent());
    let (sign, digits) = plain.strip_prefix('-').map_or(("", &*plain), |d| ("-", d));
    let (whole, part) = digits.split_once('.').map_or((digits, String::new()), |(w, p)| (w, format!(".{p}")));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{part}")
}

#[test]
fn the_standard_template_shows_every_character_and_amount() {
    for (currency, symbol, total) in
        [("EUR", "€", "1,481.47"), ("JPY", "¥", "148,147"), ("BHD", "BHD", "148.147"), ("INR", "₹", "1,481.47")]
    {
        let found = text(&standard_template(Kind::Invoice), &document(currency, &[123_456]));
        for piece in [
            "Verkäufer GmbH <Wien>",
            "Müller & Søn ApS",
            "Zoë Łukasiewicz",
            "København",
            "INV00000042",
            "01/31/2026",
            "03/02/2026",
            "Net 30",
            "USt 20 %",
        ] {
            assert!(found.contains(piece), "{piece}: {found}");
        }
        assert!(found.contains(&format!("Total {currency} {symbol} {total}")), "{currency}: {found}");
        assert!(!found.contains("{{"), "{found}");
    }
}

#[test]
fn a_long_table_goes_on_over_pages_under_its_head() {
    let amounts: Vec<i64> = (1..=200).map(|n| n * 1_001).collect();
    let invoice = document("EUR", &amounts);
    let pdf = PdfRenderer::default().render(&standard_template(Kind::Invoice), &invoice).unwrap();
    let pages = pages(&pdf);
    assert!(pages.len() > 3, "{}", pages.len());
    for (at, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("{} / {}", at + 1, pages.len())), "{page}");
        if page.contains("Charge ") {
            assert_eq!(page.matches("Service period").count(), 1, "{page}");
        }
    }
    let whole = pages.join(" ");
    for n in 1..=200 {
        assert_eq!(whole.matches(&format!("Charge {n} ")).count(), 1, "item {n}");
    }
    assert!(pages.last().unwrap().contains("Total EUR"));
}

#[test]
fn amounts_of_a_column_end_at_the_same_place() {
    let template = "<style>td { text-align: right }</style><table>{{#Invoice.InvoiceItems}}<tr><td>{{Amount}}</td></tr>{{/Invoice.InvoiceItems}}</table>";
    let pdf = PdfRenderer::default().render(template, &document("USD", &[1, -123_456_789])).unwrap();
    // digits of the font are equally wide, so the text of the larger amount begins further left and both end together
    assert_eq!(pages(&pdf).join(" "), "0.01 -1234567.89");
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let invoice = document("EUR", &[100, 250, -50]);
    let template = standard_template(Kind::Invoice);
    let first = PdfRenderer::default().render(&template, &invoice).unwrap();
    assert_eq!(first, PdfRenderer::default().render(&template, &invoice).unwrap());
    assert!(first.starts_with(b"%PDF-") && first.len() < 60_000, "{}", first.len());
    let other = PdfRenderer::default().render(&template, &Document { number: "INV00000043".into(), ..invoice }).unwrap();
    assert_ne!(first, other);
}

#[test]
fn every_kind_has_a_standard_template() {
    for kind in [Kind::Invoice, Kind::CreditMemo, Kind::DebitMemo] {
        check(&standard_template(kind), kind).unwrap();
    }
    assert!(check(&standard_template(Kind::Invoice), Kind::CreditMemo).is_err());
}

#[test]
fn a_template_that_names_what_does_not_exist_is_refused_where_it_does() {
    let refused = |template: &str| {
        let error = check(template, Kind::Invoice).unwrap_err();
        let why = error.rejection().unwrap().clone();
        (why.place.line.unwrap(), why.place.column.clone().unwrap(), why.message)
    };
    let (line, column, message) = refused("<p>\n  {{Invoice.Total}}</p>");
    assert_eq!((line, &*column), (2, "3"));
    assert!(message.contains("There is no Total in Invoice.Total") && message.contains("AmountWithoutTax"), "{message}");
    // also where a document would not come: in a section that is left out, and in one for an empty list
    assert_eq!(refused("<p>{{^Invoice.InvoiceItems}}{{Nothing}}{{/Invoice.InvoiceItems}}</p>").1, "29");
    assert!(refused("<p>{{Invoice.InvoiceItems}}</p>").2.contains("not one value"));
    assert!(refused("<p>{{Invoice.Amount|Symbol}}</p>").2.contains("no currency"));
    assert!(refused("<p>{{PageNumber}}</p>").2.contains("<footer>"));
}

#[test]
fn what_a_customer_is_called_is_never_an_element() {
    let mut invoice = document("EUR", &[100]);
    invoice.account_name = "<h1>{{Invoice.Amount}}</h1> & <script>".into();
    assert!(text(&standard_template(Kind::Invoice), &invoice).contains("<h1>{{Invoice.Amount}}</h1> & <script>"));
}

#[test]
fn characters_that_cannot_be_shown_are_refused_by_name() {
    let refused = |name: &str| {
        let invoice = Document { account_name: name.into(), ..document("EUR", &[100]) };
        let error = PdfRenderer::default().render(&standard_template(Kind::Invoice), &invoice).unwrap_err();
        error.rejection().map(|r| (r.code, r.message.clone())).unwrap()
    };
    let (code, message) = refused("株式会社");
    assert_eq!(code, "document.character");
    assert!(message.contains("U+682A") && message.contains("--font"), "{message}");
    assert_eq!(refused("שלום").0, "document.script");
    assert_eq!(refused("bell\u{7}").0, "document.character");
}

#[test]
fn lines_of_a_comment_are_lines_on_paper() {
    let pages_of = |lines: usize, between: &str| {
        let invoice = Document { comments: vec!["line"; lines].join(between), ..document("EUR", &[100]) };
        pages(&PdfRenderer::default().render("<p>{{Invoice.Comments}}</p>", &invoice).unwrap()).len()
    };
    assert_eq!((pages_of(150, " "), pages_of(150, "\n")), (1, 3));
}

#[test]
fn prices_have_the_decimals_of_their_currency_or_more() {
    let mut invoice = document("EUR", &[100]);
    let template = "<p>{{#Invoice.InvoiceItems}}{{UnitPrice}} {{Quantity}}{{/Invoice.InvoiceItems}}</p>";
    for (price, shown) in [("100", "100.00"), ("0.1", "0.10"), ("0.123400", "0.1234")] {
        invoice.items[0].unit_price = price.parse().unwrap();
        invoice.items[0].quantity = "2.50".parse().unwrap();
        assert_eq!(text(template, &invoice), format!("{shown} 2.5"));
    }
}

#[test]
fn a_word_wider_than_its_line_loses_nothing() {
    let long = "W".repeat(400);
    let invoice = Document { comments: long.clone(), ..document("EUR", &[100]) };
    let found = text("<div style=\"width: 40mm\">{{Invoice.Comments}}</div>", &invoice);
    assert_eq!(found.matches('W').count(), 400);
}

#[test]
fn what_is_higher_than_a_page_is_refused() {
    let invoice = Document { comments: "line\n".repeat(200), ..document("EUR", &[100]) };
    let cell = "<table><tr><td>{{Invoice.Comments}}</td></tr></table>";
    let error = PdfRenderer::default().render(cell, &invoice).unwrap_err();
    assert_eq!(error.rejection().map(|r| r.code), Some("document.layout"));
    let flowing = PdfRenderer::default().render("<p>{{Invoice.Comments}}</p>", &invoice).unwrap();
    assert!(pages(&flowing).len() > 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_amounts_on_paper_are_those_of_the_document(
        amounts in prop::collection::vec(-99_999_999_999i64..99_999_999_999, 1..40),
        currency in prop::sample::select(vec!["USD", "EUR", "JPY", "BHD", "CLF"]),
    ) {
        let invoice = document(currency, &amounts);
        let found = text(&standard_template(Kind::Invoice), &invoice);
        let words: Vec<&str> = found.split(' ').collect();
        for amount in &amounts {
            prop_assert!(words.contains(&&*written(*amount, invoice.currency)), "{}: {}", written(*amount, invoice.currency), found);
        }
        for (label, amount) in [("Amount without tax", invoice.amount_without_tax), ("Balance", invoice.balance)] {
            let line = format!("{label} {}", written(amount, invoice.currency));
            prop_assert!(found.contains(&line), "{}: {}", line, found);
        }
    }

    #[test]
    fn no_text_makes_the_parser_fall(text in "(<[a-z0-9/ =\"':;#]{0,12}>?|\\{\\{[#^/!]?[A-Za-z.|]{0,14}(\\}\\})?|[a-z &;<>{}\\n]{0,8}){0,12}") {
        let _ = check(&text, Kind::Invoice);
    }
}
