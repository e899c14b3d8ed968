//! Whose an upload under way is: the process that takes the file. Several servers may share a PostgreSQL database, and
//! one that starts must leave the uploads of the others alone.

use accrual_base::Result;
use accrual_store::staging;
use accrual_store::{Commit, Lane, StoreHandle};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Time between two signs of life.
const BEAT: Duration = Duration::from_secs(5);
/// An upload silent for so long has lost its process, when nothing better is known.
const SILENT_SECONDS: i64 = 30;

/// This process, as other processes of the same machine can tell it: boot, process space, number, start. Nothing where
/// the system does not say.
pub(super) fn me() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let space = std::fs::read_link("/proc/self/ns/pid").ok()?;
    let pid = std::process::id();
    Some(format!("{} {} {pid} {}", boot.trim(), space.to_str()?, started(pid)?))
}

/// When a process started, in ticks since the boot; nothing when it is gone.
fn started(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    // the name in brackets may hold anything
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") { None } else { fields.nth(18)?.parse().ok() }
}

/// Whether an upload has lost its process: on this machine that is known; of another one it is guessed from silence.
pub(super) fn is_lost(owner: Option<&str>, silent: Option<i64>) -> bool {
    let quiet = silent.is_none_or(|seconds| seconds > SILENT_SECONDS);
    let Some((owner, me)) = owner.zip(me()) else { return quiet };
    let parts = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    match (parts(owner).as_slice(), parts(&me).as_slice()) {
        ([boot, space, pid, start], [my_boot, my_space, _, _]) if (boot, space) == (my_boot, my_space) => {
            pid.parse().ok().and_then(started).map(|s| s.to_string()).as_deref() != Some(start)
        }
        _ => quiet,
    }
}

/// Gives signs of life for an upload until it is dropped.
pub(super) struct Beating(Option<(Sender<()>, std::thread::JoinHandle<()>)>);

impl Beating {
    /// Starts where others could take the upload for lost. Without a thread for it, this machine still knows.
    pub(super) fn start(store: &StoreHandle, id: i64) -> Self {
        if store.dialect() == accrual_store::Dialect::Sqlite {
            return Self(None);
        }
        let (stop, stopped) = channel();
        let store = store.clone();
        let beats = move || {
            while stopped.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
                if let Err(e) = beat(&store, id) {
                    tracing::warn!(upload = id, error = %e, "no sign of life written");
                }
            }
        };
        let thread = std::thread::Builder::new().name("upload-beat".to_owned()).spawn(beats);
        Self(thread.ok().map(|thread| (stop, thread)))
    }
}

fn beat(store: &StoreHandle, id: i64) -> Result<()> {
    store.write(Lane::Small, move |tx| staging::beat(tx, id).map(Commit::Keep))
}

impl Drop for Beating {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.0.take() {
            drop(stop);
            if thread.join().is_err() {
                tracing::error!("a thread of an upload ended in panic");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_start() {
        let Some(me) = me() else { return };
        assert!(!is_lost(Some(&me), Some(SILENT_SECONDS + 1)), "who lives is not lost, however silent");
        let (rest, start) = me.rsplit_once(' ').unwrap();
        let another = format!("{rest} {}", start.parse::<u64>().unwrap() + 1);
        assert!(is_lost(Some(&another), Some(0)), "the number of a process comes again");
    }

    #[test]
    fn elsewhere_silence_decides() {
        let elsewhere = Some("another-boot pid:[1] 7 7");
        assert!(!is_lost(elsewhere, Some(SILENT_SECONDS)) && is_lost(elsewhere, Some(SILENT_SECONDS + 1)));
        assert!(is_lost(None, None) && !is_lost(None, Some(1)));
    }
}
