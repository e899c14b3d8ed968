//! One condition: `accountnumber.EQ:A00000001`.

use std::fmt::{self, Display};

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Eq,
    Ne,
    Lt,
    Gt,
    Le,
    Ge,
    /// Starts with.
    Sw,
    In,
}

impl Op {
    pub const ALL: [(Self, &'static str); 8] = [
        (Self::Eq, "EQ"),
        (Self::Ne, "NE"),
        (Self::Lt, "LT"),
        (Self::Gt, "GT"),
        (Self::Le, "LE"),
        (Self::Ge, "GE"),
        (Self::Sw, "SW"),
        (Self::In, "IN"),
    ];

    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(op, _)| *op == self).map_or("", |(_, word)| word)
    }
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// Nothing: the field is empty.
    Null,
    One(String),
    Many(Vec<String>),
}

/// A comparison of one field, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub field: String,
    pub op: Op,
    pub operand: Operand,
}

/// How an empty text is written.
const EMPTY: &str = "\u{2}\u{3}";

impl Condition {
    /// Reads a condition. The value begins behind the first colon; what follows may hold more of them.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub fn parse(text: &str) -> Result<Self, String> {
        let form = || format!("{text:?} is not written field.OP:value, such as accountnumber.EQ:A00000001.");
        let (left, value) = text.split_once(':').ok_or_else(form)?;
        let (field, word) = left.rsplit_once('.').ok_or_else(form)?;
        let (field, word) = (field.trim(), word.trim());
        if field.is_empty() {
            return Err(form());
        }
        if field.contains('.') {
            return Err(format!("{field:?} belongs to an expanded object; only fields of the object itself are filtered by."));
        }
        let found = Op::ALL.iter().find(|(_, w)| w.eq_ignore_ascii_case(word));
        let Some((op, _)) = found else {
            let known: Vec<&str> = Op::ALL.iter().map(|(_, w)| *w).collect();
            return Err(format!("{word:?} is no operator; the operators are {}.", known.join(", ")));
        };
        let operand = operand(*op, value)?;
        Ok(Self { field: field.to_owned(), op: *op, operand })
    }
}

fn operand(op: Op, value: &str) -> Result<Operand, String> {
    match op {
        Op::In => {
            let list = value.trim().strip_prefix('[').and_then(|v| v.strip_suffix(']'));
            let Some(list) = list else { return Err(format!("the values of IN stand in brackets, [a,b,c], not {value:?}.")) };
            let values: Vec<String> = list.split(',').map(|v| unescaped(v.trim())).collect();
            if list.split(',').any(|v| v.trim().is_empty()) {
                return Err("one of the values of IN is empty; an empty text is written %02%03.".to_owned());
            }
            Ok(Operand::Many(values))
        }
        Op::Eq | Op::Ne if value.eq_ignore_ascii_case("null") => Ok(Operand::Null),
        _ if value.is_empty() => Err("there is no value behind the colon; an empty text is written %02%03.".to_owned()),
        _ => Ok(Operand::One(unescaped(value))),
    }
}

fn unescaped(value: &str) -> String {
    if value == EMPTY { String::new() } else { value.to_owned() }
}

impl Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |v: &str| if v.is_empty() { EMPTY.to_owned() } else { v.to_owned() };
        write!(f, "{}.{}:", self.field, self.op.word())?;
        match &self.operand {
            Operand::Null => f.write_str("null"),
            Operand::One(value) => f.write_str(&shown(value)),
            Operand::Many(values) => write!(f, "[{}]", values.iter().map(|v| shown(v)).collect::<Vec<_>>().join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> Condition {
        Condition::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    #[test]
    fn conditions_are_read_as_the_reference_writes_them() {
        assert_eq!(parsed("UpdatedDate.ge:2024-01-01T10:00:00+01:00").operand, Operand::One("2024-01-01T10:00:00+01:00".into()));
        assert_eq!(parsed("status.EQ:NULL"), Condition { field: "status".into(), op: Op::Eq, operand: Operand::Null });
        assert_eq!(parsed("name.EQ:\u{2}\u{3}").operand, Operand::One(String::new()));
        assert_eq!(parsed("id.IN:[a, b ,c]").operand, Operand::Many(vec!["a".into(), "b".into(), "c".into()]));
        assert_eq!(parsed("name.SW:null").operand, Operand::One("null".into()));
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for bad in
            ["", "name", "name:x", ".EQ:x", "name.LIKE:x", "a.b.EQ:x", "name.IN:a", "name.IN:[]", "name.IN:[a,,b]", "name.EQ:", "name.SW:"]
        {
            assert!(Condition::parse(bad).is_err(), "{bad}");
        }
    }

    fn value() -> impl Strategy<Value = String> {
        "[^,\\[\\]\u{2}\u{3}]{1,20}".prop_filter("a list trims, null is a word of its own", |v: &String| {
            v.trim() == v && !v.is_empty() && !v.eq_ignore_ascii_case("null")
        })
    }

    fn condition() -> impl Strategy<Value = Condition> {
        let operand =
            prop_oneof![Just(Operand::Null), value().prop_map(Operand::One), prop::collection::vec(value(), 1..5).prop_map(Operand::Many)];
        ("[a-zA-Z][a-zA-Z0-9_]{0,20}", 0_usize..7, operand).prop_map(|(field, op, operand)| {
            let op = match operand {
                Operand::Null => Op::ALL[op % 2].0,
                Operand::One(_) => Op::ALL[op].0,
                Operand::Many(_) => Op::In,
            };
            Condition { field, op, operand }
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(condition in condition()) {
            prop_assert_eq!(Condition::parse(&condition.to_string()), Ok(condition));
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            for text in [text.clone(), String::from_utf8_lossy(&bytes).into_owned(), format!("id.{text}"), format!("id.IN:{text}")] {
                if let Ok(condition) = Condition::parse(&text) {
                    // once read, it stays what it is
                    prop_assert_eq!(Condition::parse(&condition.to_string()), Ok(condition));
                }
            }
        }
    }
}
