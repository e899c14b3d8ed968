//! Rate and concurrency limits of a tenant, and the headers that tell of them.

use super::refusal::{CONCURRENCY_PAUSE, Category, Refusal, code};
use crate::table::Operation;
use accrual_app::RateClass;
use accrual_base::Instant;
use axum::http::{HeaderMap, HeaderValue};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What a tenant may do.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Requests in a minute, an hour and a day. Generous: far more than one server answers, so that only a limit that
    /// was set is ever met.
    pub rate: [u64; 3],
    /// Requests under way at once.
    pub default: u32,
    pub high_volume: u32,
    pub object_query: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { rate: [6_000_000, 360_000_000, 8_640_000_000], default: 80, high_volume: 400, object_query: 80 }
    }
}

impl Limits {
    /// The requests a tenant of a class may send (reference section 1.6).
    pub fn rate(&self, class: RateClass) -> [u64; 3] {
        match class {
            RateClass::Unlimited => self.rate,
            RateClass::Production => [50_000, 2_250_000, 27_000_000],
            RateClass::DeveloperSandbox => [12_500, 25_000, 50_000],
            RateClass::ApiSandbox => [2_500, 5_000, 10_000],
        }
    }
}

const SECONDS: [i64; 3] = [60, 3_600, 86_400];
const NAMES: [&str; 3] = ["minute", "hour", "day"];

/// Classes of requests that are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Default,
    HighVolume,
    ObjectQuery,
}

const HIGH_VOLUME: [&str; 10] = [
    "create_account",
    "create_order",
    "preview_order",
    "create_subscription",
    "preview_subscription",
    "preview_existing_subscription",
    "update_subscription",
    "cancel_subscription",
    "renew_subscription",
    "create_rsa_signature",
];

impl Class {
    pub fn of(operation: &Operation) -> Self {
        match operation.path {
            path if path.starts_with("/object-query/") => Self::ObjectQuery,
            _ if HIGH_VOLUME.contains(&operation.reference) => Self::HighVolume,
            _ => Self::Default,
        }
    }
    fn name(self) -> &'static str {
        match self {
            Self::Default => "Default",
            Self::HighVolume => "High-volume transactions",
            Self::ObjectQuery => "Object Query",
        }
    }
}

/// Requests of one tenant in the window under way, for each length of window.
#[derive(Default)]
struct Windows([(i64, u64); 3]);

type Running = Arc<Mutex<BTreeMap<(String, Class), u32>>>;

/// The counts of one server.
#[derive(Default)]
pub struct Counts {
    windows: Mutex<BTreeMap<String, Windows>>,
    running: Running,
}

/// How a tenant stands in the window it is nearest to exhausting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    limits: [u64; 3],
    window: usize,
    remaining: u64,
    reset: i64,
}

impl Rate {
    pub fn stamp(&self, headers: &mut HeaderMap) {
        let [minute, hour, day] = self.limits;
        let text = format!("{}, {minute};w=60, {hour};w=3600, {day};w=86400", self.limits[self.window]);
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert("ratelimit-limit", value);
        }
        headers.insert("ratelimit-remaining", HeaderValue::from(self.remaining));
        headers.insert("ratelimit-reset", HeaderValue::from(self.reset));
    }

    /// The refusal of a tenant that asked too often. Its code is a bare 70.
    pub fn exceeded(&self) -> Refusal {
        let text = format!("API Rate limit exceeded for the {}, retry after {} seconds", NAMES[self.window], self.reset);
        let refusal = Refusal::new(Category::Limit, text).at_gateway();
        Refusal { code: Category::Limit.number(), retry_after: u32::try_from(self.reset).ok(), ..refusal }
    }
}

/// A place among the running requests; given back when dropped.
pub struct Seat {
    running: Running,
    key: (String, Class),
    limit: u32,
    remaining: u32,
}

impl Seat {
    /// The headers of this seat.
    pub fn stamp(&self, headers: &mut HeaderMap) {
        headers.insert("concurrency-limit-type", HeaderValue::from_static(self.key.1.name()));
        headers.insert("concurrency-limit-limit", HeaderValue::from(self.limit));
        headers.insert("concurrency-limit-remaining", HeaderValue::from(self.remaining));
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(count) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&self.key) {
            *count = count.saturating_sub(1);
        }
    }
}

impl Counts {
    /// Counts a request; the second answer says whether it was one too many.
    pub fn count(&self, limits: [u64; 3], tenant: &str, now: Instant) -> (Rate, bool) {
        let now = now.0.div_euclid(1_000_000);
        let mut all = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains_key(tenant) {
            all.insert(tenant.to_owned(), Windows::default());
        }
        let mut nearest: Option<(u64, Rate, bool)> = None;
        let windows = all.entry(tenant.to_owned()).or_default();
        for (at, (start, count)) in windows.0.iter_mut().enumerate() {
            let begins = now.div_euclid(SECONDS[at]) * SECONDS[at];
            if *start != begins {
                (*start, *count) = (begins, 0);
            }
            *count = count.saturating_add(1);
            let remaining = limits[at].saturating_sub(*count);
            let rate = Rate { limits, window: at, remaining, reset: begins + SECONDS[at] - now };
            let exceeded = *count > limits[at];
            // the longest window that is exhausted, else the one with the fewest requests left
            if nearest.as_ref().is_none_or(|(left, _, _)| remaining < *left || exceeded) {
                nearest = Some((remaining, rate, exceeded));
            }
        }
        nearest.map_or((Rate { limits, window: 0, remaining: 0, reset: 0 }, false), |(_, rate, exceeded)| (rate, exceeded))
    }

    /// Takes a place among the running requests of a tenant.
    ///
    /// # Errors
    /// 429 when there is none left.
    pub fn seat(&self, limits: &Limits, tenant: &str, class: Class) -> Result<Seat, Refusal> {
        let limit = match class {
            Class::Default => limits.default,
            Class::HighVolume => limits.high_volume,
            Class::ObjectQuery => limits.object_query,
        };
        let key = (tenant.to_owned(), class);
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let count = running.entry(key.clone()).or_default();
        if *count >= limit {
            let text = format!("The total number of concurrent requests has exceeded the limit of {limit}; ask again later.");
            let refusal = Refusal::new(Category::Limit, text).at_gateway();
            return Err(Refusal { code: code(500_000, Category::Limit), retry_after: Some(CONCURRENCY_PAUSE), ..refusal });
        }
        *count += 1;
        let remaining = limit - *count;
        drop(running);
        Ok(Seat { running: Arc::clone(&self.running), key, limit, remaining })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Instant = Instant(1_705_320_000_000_000);

    #[test]
    fn the_window_nearest_to_its_end_is_told_and_a_new_one_begins_full() {
        let (counts, limits) = (Counts::default(), [2, 100, 1_000]);
        let (first, over) = counts.count(limits, "a", NOON);
        assert_eq!((first.window, first.remaining, first.reset, over), (0, 1, 60, false));
        assert!(!counts.count(limits, "a", NOON).1);
        let (third, over) = counts.count(limits, "a", NOON.plus_seconds(59));
        assert!(over);
        assert_eq!((third.reset, third.exceeded().code), (1, 70));
        assert!(!counts.count(limits, "b", NOON).1, "tenants are counted apart");
        assert!(!counts.count(limits, "a", NOON.plus_seconds(60)).1);
    }

    #[test]
    fn a_seat_is_free_again_once_it_is_given_back() {
        let (counts, limits) = (Counts::default(), Limits { default: 2, ..Limits::default() });
        let first = counts.seat(&limits, "a", Class::Default).unwrap();
        let second = counts.seat(&limits, "a", Class::Default).unwrap();
        assert_eq!((first.remaining, second.remaining), (1, 0));
        assert_eq!(counts.seat(&limits, "a", Class::Default).err().unwrap().code, 50_000_070);
        counts.seat(&limits, "b", Class::Default).unwrap();
        counts.seat(&limits, "a", Class::ObjectQuery).unwrap();
        drop(first);
        counts.seat(&limits, "a", Class::Default).unwrap();
    }
}
