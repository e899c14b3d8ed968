//! What is written is what is read.

use super::{ITEM, Owned, with_items, write};
use crate::{Cell, StoreHandle};

const NUMBERS: [i64; 8] = [i64::MIN, i64::MIN + 1, -1, 0, 1, 127, 1 << 53, i64::MAX];

/// The row of one id, as owned cells.
fn row(store: &StoreHandle, id: i64) -> Vec<Owned> {
    store
        .read(|tx| {
            tx.first("SELECT number, label, body FROM item WHERE id = $1", &[id.into()], |row| {
                Ok(vec![Owned::of(row.cell(0)?), Owned::of(row.cell(1)?), Owned::of(row.cell(2)?)])
            })
        })
        .expect("the row can be read")
        .expect("the row is there")
}

/// Null, empty and full cells of every kind, by single statements.
pub fn every_kind_comes_back_as_it_went(store: &StoreHandle) {
    with_items(store);
    let all: Vec<u8> = (0..=255).collect();
    write(store, {
        let all = all.clone();
        move |tx| {
            let sql = "INSERT INTO item (id, number, label, body) VALUES ($1, $2, $3, $4)";
            tx.execute(sql, &[1.into(), Cell::Null, Cell::Null, Cell::Null])?;
            tx.execute(sql, &[2.into(), 0.into(), "".into(), Cell::Bytes(b"")])?;
            tx.execute(sql, &[3.into(), 7.into(), "it's \"quoted\" $1 ?2 ; -- \\".into(), Cell::Bytes(&all)])?;
            for (number, id) in NUMBERS.into_iter().zip(10_i64..) {
                tx.execute(sql, &[id.into(), number.into(), Cell::Null, Cell::Null])?;
            }
            Ok(())
        }
    })
    .expect("the rows are written");
    assert_eq!(row(store, 1), [Owned::Null, Owned::Null, Owned::Null]);
    assert_eq!(row(store, 2), [Owned::Int(0), Owned::Text(String::new()), Owned::Bytes(Vec::new())]);
    assert_eq!(row(store, 3), [Owned::Int(7), Owned::Text("it's \"quoted\" $1 ?2 ; -- \\".to_owned()), Owned::Bytes(all)]);
    for (number, id) in NUMBERS.into_iter().zip(10_i64..) {
        assert_eq!(row(store, id)[0], Owned::Int(number));
    }
}

/// The same extremes through the bulk path.
pub fn extremes_by_bulk(store: &StoreHandle) {
    with_items(store);
    write(store, |tx| {
        tx.bulk(&ITEM, &mut |sink| {
            for (number, id) in NUMBERS.into_iter().zip(10_i64..) {
                sink.push(&[id.into(), number.into(), Cell::Null, Cell::Bytes(b"")])?;
            }
            sink.push(&[1.into(), Cell::Null, "".into(), Cell::Null])?;
            sink.push(&[i64::MIN.into(), 1.into(), "least".into(), Cell::Null])?;
            sink.push(&[i64::MAX.into(), 1.into(), "most".into(), Cell::Null])
        })
    })
    .expect("the rows are loaded");
    for (number, id) in NUMBERS.into_iter().zip(10_i64..) {
        assert_eq!(row(store, id), [Owned::Int(number), Owned::Null, Owned::Bytes(Vec::new())]);
    }
    assert_eq!(row(store, 1), [Owned::Null, Owned::Text(String::new()), Owned::Null]);
    assert_eq!(row(store, i64::MIN)[1], Owned::Text("least".to_owned()));
    assert_eq!(row(store, i64::MAX)[1], Owned::Text("most".to_owned()));
}

/// Text is kept code point by code point, on both paths, and compares by its bytes.
pub fn text_of_every_script(store: &StoreHandle) {
    with_items(store);
    let texts = ["plain", "Ünïcödé", "e\u{301}", "é", "日本語テキスト", "עברית", "🧾👩‍💼", "\u{1}\u{1f}\t\r\n", "\u{10ffff}", " spaces  "];
    write(store, move |tx| {
        let (single, bulk) = texts.split_at(5);
        for (text, id) in single.iter().zip(0_i64..) {
            tx.execute("INSERT INTO item (id, label) VALUES ($1, $2)", &[id.into(), (*text).into()])?;
        }
        tx.bulk(&ITEM, &mut |sink| {
            for (text, id) in bulk.iter().zip(5_i64..) {
                sink.push(&[id.into(), Cell::Null, (*text).into(), Cell::Null])?;
            }
            Ok(())
        })
    })
    .expect("the texts are written");
    for (text, id) in texts.into_iter().zip(0_i64..) {
        assert_eq!(row(store, id)[1], Owned::Text(text.to_owned()));
        let found = store.read(|tx| tx.first("SELECT id FROM item WHERE label = $1", &[text.into()], |row| row.int(0)));
        assert_eq!(found.expect("the text can be looked up"), Some(id), "{text:?}");
    }
}

/// Long cells, by statement and by bulk.
pub fn twenty_megabytes(store: &StoreHandle) {
    with_items(store);
    const SIZE: usize = 20 << 20;
    let bytes: Vec<u8> = (0..SIZE).map(|i| (i % 251).to_le_bytes()[0]).collect();
    let text: String = "0123456789abcdé".chars().cycle().take(SIZE).collect();
    write(store, {
        let (bytes, text) = (bytes.clone(), text.clone());
        move |tx| {
            // A long text cannot be a unique key everywhere, so it goes in as bytes' neighbour in its own column type.
            tx.execute("INSERT INTO item (id, body) VALUES ($1, $2)", &[1.into(), Cell::Bytes(&bytes)])?;
            tx.bulk(&ITEM, &mut |sink| sink.push(&[2.into(), Cell::Null, Cell::Null, Cell::Bytes(&bytes)]))?;
            tx.execute("CREATE TABLE page (id BIGINT PRIMARY KEY, content TEXT)", &[])?;
            tx.execute("INSERT INTO page (id, content) VALUES ($1, $2)", &[1.into(), (&text).into()])
        }
    })
    .expect("long cells are written");
    assert_eq!(row(store, 1)[2], Owned::Bytes(bytes.clone()));
    assert_eq!(row(store, 2)[2], Owned::Bytes(bytes));
    let same = store.read(|tx| tx.first("SELECT content FROM page WHERE id = $1", &[1.into()], |row| Ok(row.text(0)? == text)));
    assert_eq!(same.expect("a long text is read"), Some(true));
}
