//! `accrual audit`.

use super::{listed, with_system};
use crate::args::Audit;
use crate::{print, wiring};
use accrual_app::audit::{self, AuditQuery, AuditRow, Mark};
use accrual_base::{Error, Instant, Result};
use serde_json::{Value, json};

pub fn audit(args: &Audit) -> Result<()> {
    let time = |text: &Option<String>| text.as_deref().map(instant).transpose();
    let query = AuditQuery {
        object: args.object.clone(),
        object_id: args.id.clone(),
        actor: args.actor.clone(),
        operation: args.operation.clone(),
        request_id: None,
        from: time(&args.from)?,
        to: time(&args.to)?,
        descending: args.newest,
        after: args.after.as_deref().map(audit::mark).transpose()?,
        limit: args.limit,
    };
    let rows = with_system(&args.tenant.store, |system| match args.system {
        true => audit::find_in_system(system, &wiring::operator(), &query),
        false => audit::find(&*system.tenant(&args.tenant.tenant)?, &wiring::operator(), &query),
    })?;
    let shown: Vec<Value> = rows.iter().map(|(mark, row)| shown(*mark, row, args.output.json)).collect();
    let columns =
        [("at", "at"), ("actor", "actor"), ("operation", "operation"), ("object", "object"), ("id", "objectId"), ("changed", "changed")];
    listed(&shown, args.output.json, &columns);
    if let (false, true, Some((mark, _))) = (args.output.json, rows.len() == args.limit as usize, rows.last()) {
        print::text(&format!("\nThere may be more: --after {}\n", audit::spelt(*mark)));
    }
    Ok(())
}

fn shown(mark: Mark, row: &AuditRow, whole: bool) -> Value {
    let parsed = |text: &Option<String>| text.as_deref().and_then(|t| serde_json::from_str::<Value>(t).ok()).unwrap_or(Value::Null);
    let (before, after) = (parsed(&row.before), parsed(&row.after));
    let mut out = json!({
        "at": format!("{}Z", row.at.iso_seconds()), "actor": row.actor, "operation": row.operation, "object": row.object,
        "objectId": row.object_id,
    });
    let changed = changed(&before, &after);
    let more = if whole {
        json!({"before": before, "after": after, "requestId": row.request_id, "mark": audit::spelt(mark)})
    } else {
        json!({"changed": changed})
    };
    if let (Some(fields), Some(more)) = (out.as_object_mut(), more.as_object()) {
        fields.extend(more.clone());
    }
    out
}

/// The names of the fields that differ; what came or went when there is one side alone.
fn changed(before: &Value, after: &Value) -> String {
    match (before.as_object(), after.as_object()) {
        (Some(was), Some(is)) => {
            // what every change changes
            let always = ["version", "updatedAt", "updatedBy", "updatedDate", "updatedById"];
            let names = is.iter().filter(|(name, value)| was.get(*name) != Some(value) && !always.contains(&name.as_str()));
            names.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
        }
        (Some(_), None) => "deleted".to_owned(),
        _ => "created".to_owned(),
    }
}

/// `2024-01-15T12:00:00` or a date, UTC.
fn instant(text: &str) -> Result<Instant> {
    let wrong = || Error::invalid("audit.time", "A time is written 2024-01-15T12:00:00, or as a date, in UTC.").with_value(text);
    let (date, clock) = text.trim_end_matches('Z').split_once('T').unwrap_or((text, "00:00:00"));
    let day = accrual_base::DateFormat::YyyyMmDd.parse(date).filter(|_| date.len() == 10).ok_or_else(wrong)?;
    let parts: Option<Vec<i64>> = clock.split(':').map(|p| p.parse().ok().filter(|_| p.len() == 2)).collect();
    let seconds = match parts.as_deref() {
        Some([h @ 0..=23, m @ 0..=59, s @ 0..=59]) => h * 3_600 + m * 60 + s,
        _ => return Err(wrong()),
    };
    Ok(Instant((i64::from(day.epoch()) * 86_400 + seconds) * 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_anything_else_refused() {
        assert_eq!(instant("1970-01-02").unwrap(), Instant(86_400_000_000));
        assert_eq!(instant("1970-01-01T01:00:01Z").unwrap(), Instant(3_601_000_000));
        for bad in ["", "yesterday", "2024-02-30", "2024-01-01T25:00:00", "2024-01-01T1:0:0", "20240101"] {
            assert!(instant(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_line_says_which_fields_changed() {
        let (was, is) = (json!({"version": 1, "name": "a", "roles": []}), json!({"version": 2, "name": "b", "roles": []}));
        assert_eq!(changed(&was, &is), "name");
        assert_eq!((changed(&Value::Null, &is).as_str(), changed(&was, &Value::Null).as_str()), ("created", "deleted"));
    }
}
