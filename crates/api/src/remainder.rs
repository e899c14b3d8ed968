//! What a request still has to say when it has been answered.
//!
//! Most senders write their whole request before they read the answer. When the server refuses a large upload early
//! and closes the connection, all they see is a broken pipe. So a body that nobody reads to its end is taken from the
//! sender and thrown away, beside the answer, which is not kept waiting.

use axum::body::{Body, BodyDataStream, HttpBody};
use axum::extract::Request;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Bytes that are taken at most: far more than any upload, but not without end.
const MOST: u64 = 16 << 30;
/// How long the sender may stand still.
const PATIENCE: Duration = Duration::from_secs(30);

/// The request with a body that is read to its end whatever becomes of it.
pub async fn taken(request: Request) -> Request {
    request.map(|body| if body.is_end_stream() { body } else { Body::from_stream(Taken(Some(body.into_data_stream()))) })
}

/// The data of a body until its end or its first error.
struct Taken(Option<BodyDataStream>);

impl Stream for Taken {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(data) = &mut self.0 else { return Poll::Ready(None) };
        let polled = data.poll_next_unpin(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.0 = None;
        }
        polled
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        if let (Some(rest), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(throw_away(rest));
        }
    }
}

async fn throw_away(mut rest: BodyDataStream) {
    let mut taken = 0u64;
    while let Ok(Some(Ok(bytes))) = tokio::time::timeout(PATIENCE, rest.next()).await {
        taken = taken.saturating_add(bytes.len() as u64);
        if taken > MOST {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A body of a thousand chunks that counts those that were asked for.
    fn counted() -> (Request, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let chunks = futures_util::stream::iter(0..1000).map(move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            Ok::<_, std::io::Error>(Bytes::from_static(b"chunk"))
        });
        (Request::new(Body::from_stream(chunks)), asked)
    }

    #[tokio::test]
    async fn a_body_that_is_read_is_as_it_was() {
        let (request, asked) = counted();
        let read = axum::body::to_bytes(taken(request).await.into_body(), usize::MAX).await.unwrap();
        assert_eq!((read.len(), asked.load(Ordering::SeqCst)), (5_000, 1_000));
        assert!(taken(Request::new(Body::empty())).await.into_body().is_end_stream());
    }

    #[tokio::test]
    async fn a_body_that_is_dropped_is_taken_to_its_end() {
        let (request, asked) = counted();
        let mut data = taken(request).await.into_body().into_data_stream();
        data.next().await.unwrap().unwrap();
        drop(data);
        while asked.load(Ordering::SeqCst) < 1_000 {
            tokio::task::yield_now().await;
        }
    }
}
