//! What can be set when a store is opened.

use std::time::Duration;

/// When a commit waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// Every commit is on the disk before it is answered.
    Full,
    /// Nothing waits for the disk: for stores that end with the process.
    Off,
}

/// Settings of one store. The default is right for a tenant's file; the memory it can take is
/// `writer_cache + readers × reader_cache`.
#[derive(Clone, Debug)]
pub struct Options {
    pub synchronous: Synchronous,
    /// Page cache of the writer, in KiB.
    pub writer_cache: u32,
    /// Page cache of one reader, in KiB.
    pub reader_cache: u32,
    /// Most snapshots that can be open at once; one more waits for one to end.
    pub readers: usize,
    /// Readers kept open while nobody reads.
    pub idle_readers: usize,
    /// How long a read waits for a free reader before it is refused as busy.
    pub reader_wait: Duration,
    /// How long a statement waits for a lock held by another process.
    pub busy_timeout: Duration,
    /// Most small jobs that share one commit.
    pub group: usize,
    /// A group is closed early once it has run this long, so that its first job is not kept waiting.
    pub group_time: Duration,
    /// How long a waiting bulk job lets small jobs pass before it takes one turn between them.
    pub bulk_patience: Duration,
    /// Pages in the write-ahead log from which on they are copied into the database file; the log stays below about
    /// four times as many, except while a long read needs it.
    pub checkpoint_pages: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            synchronous: Synchronous::Full,
            writer_cache: 64 * 1024,
            reader_cache: 16 * 1024,
            readers: 12,
            idle_readers: 4,
            reader_wait: Duration::from_secs(30),
            busy_timeout: Duration::from_secs(5),
            group: 256,
            group_time: Duration::from_millis(50),
            bulk_patience: Duration::from_millis(100),
            checkpoint_pages: 2000,
        }
    }
}
