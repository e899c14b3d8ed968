//! Which staged rows belong together, decided by 64-bit keys alone, before any row is read whole.
//!
//! A row costs 16 bytes in the plan. Two texts with the same key only end in the same chunk: the chunk
//! compares the texts. The plan of a job depends on nothing but the rows it froze, so that a job that starts
//! again after a crash makes the same plan and goes on behind its checkpoint.

use rayon::prelude::*;

/// An order row: its line, its contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OrderRef {
    /// Key of SO_LINE_ID.
    pub line: i64,
    /// The staged row.
    pub id: i64,
    /// Key of the grouping key.
    pub group: i64,
}

/// A row that belongs to an order line: an invoice, a credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LinkRef {
    pub id: i64,
    /// Key of the order line it names.
    pub line: Option<i64>,
    /// Key of the bill it names.
    pub original: Option<i64>,
    /// Its own key as a bill.
    pub bill: Option<i64>,
    /// Key of its own grouping key, for a row that names nothing.
    pub group: i64,
}

/// What the store already holds for the keys of the plan: sorted (key, group).
#[derive(Debug, Default)]
pub(super) struct Known {
    pub lines: Vec<(i64, i64)>,
    pub bills: Vec<(i64, i64)>,
}

fn lookup(sorted: &[(i64, i64)], key: i64) -> Option<i64> {
    let at = sorted.partition_point(|(k, _)| *k < key);
    sorted.get(at).filter(|(k, _)| *k == key).map(|(_, group)| *group)
}

/// The rows of a job in the order in which they are collected.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// (lowest row id of the group, row id), sorted.
    rows: Vec<(i64, i64)>,
}

impl Plan {
    pub fn new(mut orders: Vec<OrderRef>, links: &[LinkRef], known: &Known) -> Self {
        orders.par_sort_unstable();
        // rows of one order line follow the line where it is, else its first row
        let mut at = 0;
        while at < orders.len() {
            let end = at + orders[at..].iter().take_while(|o| o.line == orders[at].line).count();
            let group = lookup(&known.lines, orders[at].line).unwrap_or(orders[at].group);
            orders[at..end].iter_mut().for_each(|o| o.group = group);
            at = end;
        }
        let order_group = |line: i64| {
            let at = orders.partition_point(|o| o.line < line);
            orders.get(at).filter(|o| o.line == line).map(|o| o.group)
        };
        let by_line = |l: &LinkRef| l.line.and_then(|line| lookup(&known.lines, line).or_else(|| order_group(line)));
        // a credit may name a bill of the same job, and that one another bill; two rounds reach further than any chain allowed
        let mut bills: Vec<(i64, i64)> = links.iter().filter_map(|l| Some((l.bill?, by_line(l)?))).collect();
        bills.sort_unstable();
        let by_bill = |l: &LinkRef| l.original.and_then(|bill| lookup(&known.bills, bill).or_else(|| lookup(&bills, bill)));
        let mut standalone: Vec<(i64, i64)> =
            links.iter().filter(|l| by_line(l).is_none() && by_bill(l).is_none()).filter_map(|l| Some((l.bill?, l.group))).collect();
        standalone.sort_unstable();
        let by_standalone = |l: &LinkRef| l.original.and_then(|bill| lookup(&standalone, bill));
        let group_of = |l: &LinkRef| by_line(l).or_else(|| by_bill(l)).or_else(|| by_standalone(l)).unwrap_or(l.group);

        let mut rows: Vec<(i64, i64)> = Vec::with_capacity(orders.len() + links.len());
        rows.extend(links.iter().map(|l| (group_of(l), l.id)));
        rows.extend(orders.iter().map(|o| (o.group, o.id)));
        Self { rows: by_first_row(rows) }
    }

    /// A plan of rows whose groups are known: events, whose lines exist.
    pub fn of_groups(rows: Vec<(i64, i64)>) -> Self {
        Self { rows: by_first_row(rows) }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Lowest and highest row id; nothing when the plan is empty.
    pub fn range(&self) -> Option<(i64, i64)> {
        // the rows are sorted by the lowest row of their group
        Some((self.rows.first()?.0, self.rows.iter().map(|(_, id)| *id).max()?))
    }

    /// The next rows from position `at`: whole groups, at least one, until `size` rows are reached.
    pub fn chunk(&self, at: usize, size: usize) -> &[(i64, i64)] {
        let rest = self.rows.get(at..).unwrap_or_default();
        let mut end = rest.len().min(size);
        // a group is never cut: the chunk goes on to its end
        while end > 0 && end < rest.len() && rest[end].0 == rest[end - 1].0 {
            end += 1;
        }
        &rest[..end]
    }
}

/// Sorts groups by their lowest row, rows within a group by id: rows of one file then stay in its order.
fn by_first_row(mut rows: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    rows.par_sort_unstable();
    let mut at = 0;
    while at < rows.len() {
        let (group, first) = rows[at];
        let end = at + rows[at..].iter().take_while(|(g, _)| *g == group).count();
        rows[at..end].iter_mut().for_each(|(g, _)| *g = first);
        at = end;
    }
    rows.par_sort_unstable();
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: i64, line: i64, group: i64) -> OrderRef {
        OrderRef { line, id, group }
    }
    fn link(id: i64, line: Option<i64>, original: Option<i64>, bill: i64) -> LinkRef {
        LinkRef { id, line, original, bill: Some(bill), group: 900 + id }
    }

    #[test]
    fn rows_of_a_contract_are_neighbours_in_the_order_of_its_first_row() {
        let plan = Plan::new(vec![order(1, 11, 50), order(2, 12, 40), order(3, 13, 50), order(4, 14, 40)], &[], &Known::default());
        assert_eq!(plan.rows, [(1, 1), (1, 3), (2, 2), (2, 4)]);
        assert_eq!(plan.chunk(0, 1), [(1, 1), (1, 3)], "a group is never cut");
        assert_eq!(plan.chunk(2, 100), [(2, 2), (2, 4)]);
        assert!(plan.chunk(4, 1).is_empty());
    }

    #[test]
    fn an_update_follows_its_line_whatever_it_says_about_its_group() {
        let plan = Plan::new(vec![order(1, 11, 50), order(2, 12, 60), order(3, 11, 60)], &[], &Known::default());
        assert_eq!(plan.rows, [(1, 1), (1, 3), (2, 2)]);
        let known = Known { lines: vec![(11, 60)], bills: Vec::new() };
        let plan = Plan::new(vec![order(1, 11, 50), order(2, 12, 60)], &[], &known);
        assert_eq!(plan.rows, [(1, 1), (1, 2)], "the contract the line is in wins");
    }

    #[test]
    fn bills_follow_their_order_line_and_credits_their_bill() {
        let links = [link(5, Some(11), None, 71), link(6, None, Some(71), 72), link(7, None, Some(80), 73), link(8, None, None, 74)];
        let known = Known { lines: Vec::new(), bills: vec![(80, 40)] };
        let plan = Plan::new(vec![order(1, 11, 50), order(2, 12, 40)], &links, &known);
        assert_eq!(plan.rows, [(1, 1), (1, 5), (1, 6), (2, 2), (2, 7), (8, 8)]);
    }

    #[test]
    fn a_credit_of_a_bill_without_order_stays_with_it() {
        let plan = Plan::new(Vec::new(), &[link(1, None, None, 71), link(2, None, Some(71), 72)], &Known::default());
        assert_eq!(plan.rows, [(1, 1), (1, 2)]);
    }
}
