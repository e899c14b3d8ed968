//! Permissions of the billing interface: what a role of a category may allow (reference section 1.3).

use super::permission_table::LINES;
use super::role::RoleCategory;
use std::fmt;

/// One line of the published list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub category: RoleCategory,
    pub area: &'static str,
    /// The name, with its area before it where the name alone is not one of a kind.
    pub key: &'static str,
    /// Whether a standard user of the category has it.
    pub standard: bool,
}

/// One permission. Names are checked when the program is built: `const { Permission::named("Post Invoices") }`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission(u8);

impl Permission {
    /// How many there are.
    pub const COUNT: usize = LINES.len();
    /// Needed by everything that writes.
    pub const WRITE: Self = Self::named("API Write Access");

    /// The permission of a name that is known when the program is built. For names that come from outside, see
    /// [`Permission::find`].
    ///
    /// # Panics
    /// When there is none; in a `const`, the program is then not built.
    #[allow(clippy::cast_possible_truncation)]
    pub const fn named(key: &str) -> Self {
        let mut at = 0;
        while at < LINES.len() {
            if same(LINES[at].key.as_bytes(), key.as_bytes()) {
                return Self(at as u8);
            }
            at += 1;
        }
        panic!("there is no permission of this name")
    }
    /// The permission of a name.
    pub fn find(key: &str) -> Option<Self> {
        Self::all().find(|p| p.name() == key)
    }
    /// Every permission, in the order of the published list.
    pub fn all() -> impl Iterator<Item = Self> {
        (0u8..=u8::MAX).take(LINES.len()).map(Self)
    }
    /// Those of a category.
    pub fn of(category: RoleCategory) -> impl Iterator<Item = Self> {
        Self::all().filter(move |p| p.category() == category)
    }

    fn line(self) -> &'static Line {
        &LINES[usize::from(self.0)]
    }
    /// Its name; with its area before a colon where two have the same.
    pub fn name(self) -> &'static str {
        self.line().key
    }
    pub fn area(self) -> &'static str {
        self.line().area
    }
    pub fn category(self) -> RoleCategory {
        self.line().category
    }
    /// Whether the standard user of its category has it.
    pub fn standard(self) -> bool {
        self.line().standard
    }
}

impl fmt::Debug for Permission {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// A set of permissions, small enough to copy.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions([u64; 3]);

const _: () = assert!(Permission::COUNT <= 192, "a set of permissions has room for 192");

impl Permissions {
    pub const NONE: Self = Self([0; 3]);

    /// Every permission there is.
    pub fn all() -> Self {
        Permission::all().collect()
    }
    pub fn contains(self, permission: Permission) -> bool {
        let at = usize::from(permission.0);
        self.0[at / 64] >> (at % 64) & 1 == 1
    }
    pub fn insert(&mut self, permission: Permission) {
        let at = usize::from(permission.0);
        self.0[at / 64] |= 1 << (at % 64);
    }
    /// What one or the other holds.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let ([a, b, c], [d, e, f]) = (self.0, other.0);
        Self([a | d, b | e, c | f])
    }
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::all().filter(move |p| self.contains(*p))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(all: I) -> Self {
        let mut set = Self::NONE;
        all.into_iter().for_each(|p| set.insert(p));
        set
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_published_list_is_whole_and_its_names_are_keys() {
        assert_eq!(Permission::COUNT, 163);
        let names: BTreeSet<&str> = Permission::all().map(Permission::name).collect();
        assert_eq!(names.len(), 163);
        assert_eq!(Permission::all().filter(|p| p.standard()).count(), 113);
        assert!(Permission::all().all(|p| p.category() != RoleCategory::Revenue && !p.area().is_empty()));
        assert!(Permission::all().all(|p| Permission::find(p.name()) == Some(p)));
        assert_eq!(Permission::find("Fly"), None);
    }

    #[test]
    fn a_set_holds_what_was_put_in() {
        let (post, write) = (Permission::named("Post Invoices"), Permission::WRITE);
        let set: Permissions = [post].into_iter().collect();
        assert!(set.contains(post) && !set.contains(write));
        assert_eq!(set.with([write].into_iter().collect()).iter().count(), 2);
        assert_eq!(Permissions::all().iter().count(), Permission::COUNT);
        assert!(Permission::all().all(|p| !Permissions::NONE.contains(p)));
    }
}
