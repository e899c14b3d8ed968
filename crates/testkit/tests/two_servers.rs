//! What a second server that starts on the same database must leave alone.

use accrual_app::upload::{self, UploadStatus};
use accrual_testkit::{Backend, TEMPLATE, World};
use std::io::Read;
use std::sync::mpsc::{Receiver, channel};

/// A sender that says nothing until it is let go, and then nothing more.
struct Slow(Receiver<()>);

impl Read for Slow {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        let _ = self.0.recv();
        Ok(0)
    }
}

/// Another server that starts ends uploads of processes that are gone, and no others; on an embedded database, which has
/// one process, every upload under way is one of a process that is gone.
#[test]
fn a_server_that_starts_leaves_the_uploads_of_others_alone() {
    for backend in Backend::all() {
        let world = World::on(backend).build();
        let tenant = world.tenant();
        let (go, wait) = channel();
        let (context, taking) = (world.context(), tenant.clone());
        let upload = std::thread::spawn(move || upload::receive(&taking, &context, TEMPLATE, "slow.csv", Slow(wait)));
        let status =
            || tenant.store.read(|tx| Ok(accrual_store::staging::upload(tx, 1)?.map(|u| (u.status, u.message)))).expect("a status");
        while status().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let ended = upload::recover(&tenant).expect("a start");
        let (now, message) = status().expect("the upload");
        if backend == Backend::Postgres {
            assert_eq!((ended, now), (0, UploadStatus::Loading), "{message}");
        } else {
            assert_eq!((ended, now), (1, UploadStatus::Failed), "{message}");
        }
        drop(go);
        let received = upload.join().expect("no panic");
        if backend == Backend::Postgres {
            let receipt = received.expect("a receipt");
            assert_eq!(receipt.status, UploadStatus::Failed);
            assert!(!receipt.message.contains("stopped"), "it failed for what was sent, not for who started: {}", receipt.message);
        } else {
            received.expect_err("the upload was ended");
        }
    }
}
