//! What readers, holders and publishers see of each other.

use std::{future::Future, pin::pin, task::Poll};

use super::*;

async fn is_pending<T>(future: impl Future<Output = T>) -> bool {
    let mut future = pin!(future);
    std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

#[tokio::test]
async fn readers_see_the_newest_generation_and_its_number() {
    let (mut publisher, rotating) = channel("a");
    let reader = rotating.clone();
    let _retired = publisher.publish("b");
    assert_eq!((**reader.current(), reader.generation()), ("b", 2));
}

#[tokio::test]
async fn a_generation_is_released_when_its_last_holder_lets_go() {
    let (mut publisher, rotating) = channel("a");
    let (one, two) = (rotating.current().hold(), rotating.current().hold());
    let mut retired = pin!(publisher.publish("b").released());
    drop(one);
    assert!(is_pending(retired.as_mut()).await);
    drop(two);
    assert!(!is_pending(retired.as_mut()).await);
}

#[tokio::test]
async fn a_short_look_counts_as_a_holder() {
    let (mut publisher, rotating) = channel("a");
    let look = rotating.current();
    let mut retired = pin!(publisher.publish("b").released());
    assert!(is_pending(retired.as_mut()).await);
    drop(look);
    assert!(!is_pending(retired.as_mut()).await);
}

#[tokio::test]
async fn a_generation_that_was_seen_is_no_change() {
    let (mut publisher, mut rotating) = channel("a");
    let _retired = publisher.publish("b");
    let seen = rotating.current().hold();
    rotating.mark_seen(&seen);
    let _retired = publisher.publish("c");
    assert_eq!(rotating.changed().await.map(|generation| generation.number()), Some(3));
}

#[tokio::test]
async fn many_requests_for_a_refresh_are_one() {
    let (publisher, rotating) = channel("a");
    let mut requests = publisher.refresh_requests();
    assert!(is_pending(requests.next()).await);
    for _ in 0..3 {
        rotating.request_refresh(&rotating.current());
    }
    assert!(!is_pending(requests.next()).await);
    assert!(is_pending(requests.next()).await);
}

#[tokio::test]
async fn a_request_for_a_replacement_says_of_what_and_counts_for_more_than_one_for_a_refresh() {
    let (publisher, rotating) = channel("a");
    let mut requests = publisher.refresh_requests();
    rotating.request_replacement(&rotating.current());
    rotating.request_refresh(&rotating.current());
    assert_eq!(requests.next().await, Request::Replacement { generation: 1 });
    rotating.request_refresh(&rotating.current());
    assert_eq!(requests.next().await, Request::Refresh);
}

#[tokio::test]
async fn nobody_asks_for_a_refresh_of_what_was_replaced() {
    let (mut publisher, rotating) = channel("a");
    let old = rotating.current().hold();
    let _retired = publisher.publish("b");
    rotating.request_refresh(&old);
    assert!(is_pending(publisher.refresh_requests().next()).await);
}

#[tokio::test]
async fn a_renewal_is_seen_by_who_holds_the_generation() {
    let (publisher, rotating) = channel("a");
    let held = rotating.current().hold();
    let end = Instant::now();
    publisher.set_expires(Some(end));
    assert_eq!(held.expires(), Some(end));
}

#[tokio::test]
async fn a_value_is_abandoned_when_its_last_handle_and_its_last_holder_are_gone() {
    let (mut publisher, rotating) = channel("a");
    let (clone, old) = (rotating.clone(), rotating.current().hold());
    let _retired = publisher.publish("b");
    let newest = rotating.current().hold();
    let mut seen = vec![publisher.is_abandoned()];
    drop(rotating);
    seen.push(publisher.is_abandoned());
    drop(clone);
    seen.push(publisher.is_abandoned());
    drop(newest);
    // Who has the old generation alone sees nothing of the newest.
    assert_eq!((seen, publisher.is_abandoned()), (vec![false; 3], true));
    drop(old);
}

#[test]
fn a_view_of_what_is_wrong_shows_it_and_counts_for_nobody() {
    let (mut publisher, rotating) = channel("a");
    let trouble = rotating.trouble();
    assert!(trouble.cause().is_none());
    publisher.set_trouble(Some(Arc::new(fmt::Error)));
    drop(publisher.publish("b"));
    drop(rotating);
    assert!(trouble.cause().is_some_and(|cause| cause.is::<fmt::Error>()), "a new value does not end it");
    assert!(publisher.is_abandoned());
    publisher.set_trouble(None);
    assert!(trouble.cause().is_none());
}

#[tokio::test]
async fn a_value_is_not_abandoned_during_a_short_look() {
    let (publisher, rotating) = channel("a");
    let look = rotating.current();
    drop(rotating);
    assert!(!publisher.is_abandoned());
    assert_eq!(**look, "a");
    drop(look);
    assert!(publisher.is_abandoned());
}

#[tokio::test]
async fn changes_end_with_the_publisher_and_the_value_stays() {
    let (mut publisher, mut rotating) = channel("a");
    let _retired = publisher.publish("b");
    drop(publisher);
    assert_eq!(rotating.changed().await.map(|generation| generation.number()), Some(2));
    assert!(rotating.changed().await.is_none());
    assert_eq!(**rotating.current(), "b");
}
