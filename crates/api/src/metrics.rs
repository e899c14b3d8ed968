//! Figures for Prometheus, in its text form. Durations are kept in microseconds; nothing here is a float.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the duration buckets in microseconds.
const BOUNDS: [u64; 11] = [1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000, 30_000_000, 300_000_000];

/// One further figure: its series, what it means, its value as it is written.
pub type Figure = (String, &'static str, String);

#[derive(Default)]
struct Durations {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    micros: u64,
}

#[derive(Default)]
struct State {
    requests: BTreeMap<(&'static str, u16), u64>,
    durations: BTreeMap<&'static str, Durations>,
    panics: u64,
}

/// The counters of one server.
#[derive(Default)]
pub struct Metrics(Mutex<State>);

impl Metrics {
    /// Counts one answered request.
    pub fn request(&self, operation: &'static str, status: u16, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state.requests.entry((operation, status)).or_default() += 1;
        let d = state.durations.entry(operation).or_default();
        d.count += 1;
        d.micros = d.micros.saturating_add(micros);
        for (bucket, bound) in d.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(micros <= bound);
        }
    }

    /// Counts a handler that panicked.
    pub fn panicked(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).panics += 1;
    }

    /// The text of `/metrics`; `others` are further figures with name, help text and value, those of one name together.
    /// A name that ends in `_total` only ever grows.
    pub fn render(&self, others: &[Figure]) -> String {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = String::new();
        let _ = writeln!(out, "# HELP accrual_requests_total Answered requests.\n# TYPE accrual_requests_total counter");
        for ((operation, status), n) in &state.requests {
            let _ = writeln!(out, "accrual_requests_total{{operation=\"{operation}\",status=\"{status}\"}} {n}");
        }
        let name = "accrual_request_duration_seconds";
        let _ = writeln!(out, "# HELP {name} Time from the request line to the head of the answer.\n# TYPE {name} histogram");
        for (operation, d) in &state.durations {
            for (n, bound) in d.buckets.iter().zip(BOUNDS) {
                let _ = writeln!(out, "{name}_bucket{{operation=\"{operation}\",le=\"{}\"}} {n}", seconds(bound));
            }
            let _ = writeln!(out, "{name}_bucket{{operation=\"{operation}\",le=\"+Inf\"}} {}", d.count);
            let _ = writeln!(out, "{name}_sum{{operation=\"{operation}\"}} {}", seconds(d.micros));
            let _ = writeln!(out, "{name}_count{{operation=\"{operation}\"}} {}", d.count);
        }
        let _ = writeln!(out, "# HELP accrual_panics_total Handlers that panicked.\n# TYPE accrual_panics_total counter");
        let _ = writeln!(out, "accrual_panics_total {}", state.panics);
        let mut described = "";
        for (series, help, value) in others {
            let base = series.split('{').next().unwrap_or(series);
            if base != described {
                let kind = if base.ends_with("_total") { "counter" } else { "gauge" };
                let _ = writeln!(out, "# HELP {base} {help}\n# TYPE {base} {kind}");
                described = base;
            }
            let _ = writeln!(out, "{series} {value}");
        }
        out
    }
}

/// Microseconds written as seconds.
pub fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renders_counters_histograms_and_gauges() {
        let metrics = Metrics::default();
        metrics.request("list_batches", 200, Duration::from_micros(1_500));
        metrics.request("list_batches", 401, Duration::from_millis(20));
        let text = metrics.render(&[
            ("accrual_jobs{status=\"Running\"}".to_owned(), "Jobs by status.", "2".to_owned()),
            ("accrual_store_writes_total{lane=\"small\"}".to_owned(), "Writes.", "7".to_owned()),
        ]);
        for line in [
            "accrual_requests_total{operation=\"list_batches\",status=\"200\"} 1",
            "accrual_request_duration_seconds_bucket{operation=\"list_batches\",le=\"0.001000\"} 0",
            "accrual_request_duration_seconds_bucket{operation=\"list_batches\",le=\"0.005000\"} 1",
            "accrual_request_duration_seconds_sum{operation=\"list_batches\"} 0.021500",
            "# TYPE accrual_jobs gauge",
            "accrual_jobs{status=\"Running\"} 2",
            "# TYPE accrual_store_writes_total counter",
            "accrual_store_writes_total{lane=\"small\"} 7",
        ] {
            assert!(text.lines().any(|l| l == line), "{line} is missing in\n{text}");
        }
    }
}
