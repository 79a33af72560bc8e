//! Who gets a room, who waits for one, and who is turned away.

use std::future::{pending, ready};

use futures_util::FutureExt as _;
use futures_util::future::join_all;

use super::*;

fn network(n: u8) -> AddressBlock {
    AddressBlock::of([192, 0, 2, n].into())
}

/// The rooms that so many of a network get who do not wait.
async fn enter(rooms: &Rooms, network: AddressBlock, times: usize) -> Vec<Room> {
    let entered = join_all((0..times).map(|_| rooms.enter(network, ready(()))));
    entered.await.into_iter().flatten().collect()
}

#[tokio::test]
async fn one_network_has_its_share_and_all_of_them_no_more_than_there_is() {
    let rooms = Rooms::default();
    let mut held = enter(&rooms, network(1), 50).await;
    assert_eq!(held.len(), SHARE);
    for n in 2..10 {
        held.extend(enter(&rooms, network(n), 50).await);
    }
    assert_eq!(held.len(), ROOMS);
    held.clear();
    assert!(rooms.lock().is_empty(), "nobody is remembered who has left");
    let site = |n| AddressBlock::of(std::net::IpAddr::from([0x2001, 0xdb8, 1, n, 0, 0, 0, 1]));
    let held = join_all((0..50).map(|n| rooms.enter(site(n), ready(())))).await;
    assert_eq!(held.into_iter().flatten().count(), SHARE, "the many networks of a site are one");
}

#[tokio::test]
async fn who_waits_enters_when_a_room_is_free_and_so_many_wait() {
    let rooms = Rooms::default();
    let held = enter(&rooms, network(1), SHARE).await;
    let mut line: Vec<_> = (0..LINE).map(|_| Box::pin(rooms.enter(network(1), pending()))).collect();
    for waiting in &mut line {
        assert!(waiting.now_or_never().is_none());
    }
    assert!(rooms.enter(network(1), pending()).now_or_never().expect("at once").is_none(), "the line is full");
    assert!(rooms.enter(network(2), pending()).now_or_never().expect("at once").is_some(), "of this network");
    let mut entered = Vec::new();
    for room in held {
        drop(room);
        line.retain_mut(|waiting| match waiting.now_or_never() {
            Some(room) => {
                entered.push(room.expect("a room"));
                false
            }
            None => true,
        });
        assert_eq!(entered.len() + line.len(), LINE, "nobody of the line is lost");
    }
    assert_eq!(entered.len(), SHARE, "one for one");
}

/// Three networks that hold all there is, and the line of one of them.
async fn crowded(rooms: &Rooms) -> [Vec<Room>; 3] {
    [
        enter(rooms, network(1), SHARE).await,
        enter(rooms, network(2), SHARE).await,
        enter(rooms, network(3), SHARE).await,
    ]
}

#[tokio::test]
async fn a_room_that_is_free_goes_to_the_network_in_line_that_has_the_fewest() {
    let rooms = Rooms::default();
    let mut held = crowded(&rooms).await;
    let mut more = Box::pin(rooms.enter(network(1), pending()));
    let mut newcomer = Box::pin(rooms.enter(network(4), pending()));
    assert!((&mut more).now_or_never().is_none() && (&mut newcomer).now_or_never().is_none());
    held[0].pop();
    assert!((&mut more).now_or_never().is_none(), "it has three");
    assert!(rooms.enter(network(1), ready(())).await.is_none(), "nor does who comes along just then");
    let room = (&mut newcomer).now_or_never().flatten().expect("a room");
    drop(newcomer);
    held[0].pop();
    assert!((&mut more).now_or_never().is_some(), "and then the others of the line");
    drop(room);
}

#[tokio::test]
async fn a_room_that_was_kept_for_who_leaves_the_line_goes_to_the_next() {
    let rooms = Rooms::default();
    let mut held = crowded(&rooms).await;
    let mut more = Box::pin(rooms.enter(network(1), pending()));
    let mut newcomer = Box::pin(rooms.enter(network(4), pending()));
    assert!((&mut more).now_or_never().is_none() && (&mut newcomer).now_or_never().is_none());
    held[0].pop();
    assert!((&mut more).now_or_never().is_none(), "it is kept");
    drop(newcomer);
    assert!((&mut more).now_or_never().is_some(), "who is next hears of it");
}

#[tokio::test]
async fn a_network_owes_what_it_has_beyond_what_another_would_have() {
    let rooms = Rooms::default();
    let held = crowded(&rooms).await;
    let mut own = Box::pin(rooms.enter(network(1), pending()));
    assert!((&mut own).now_or_never().is_none());
    assert!(!rooms.is_owed(network(1)) && !rooms.is_owed(network(2)), "to who has as many, nothing");
    let mut newcomer = Box::pin(rooms.enter(network(4), pending()));
    assert!((&mut newcomer).now_or_never().is_none());
    assert!(rooms.is_owed(network(2)) && !rooms.is_owed(network(4)));
    drop(held);
    let _one = enter(&rooms, network(5), 1).await;
    assert!(!rooms.is_owed(network(5)), "the first is its own");
}

#[tokio::test]
async fn a_room_is_wanted_by_who_could_have_it() {
    let rooms = Rooms::default();
    let held = enter(&rooms, network(1), SHARE).await;
    assert!(!rooms.is_wanted(network(1)));
    let mut waiting = Box::pin(rooms.enter(network(1), pending()));
    assert!(waiting.as_mut().now_or_never().is_none());
    assert!(rooms.is_wanted(network(1)), "by the next of the same network");
    assert!(!rooms.is_wanted(network(2)), "whose going would not help");
    drop(waiting);
    assert!(!rooms.is_wanted(network(1)), "who has left wants nothing");
    drop(held);
}
