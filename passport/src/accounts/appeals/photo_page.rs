//! Where the photo of a document is sent. Only who has the link of an appeal that waits for one is listened to.

use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;

use super::case_page::{CaseQuery, case_link, refuse_photo, unknown};
use super::photo::{MOST_BYTES, Photo, PhotoError, Photos};
use super::state::State as Stands;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::limits::{AddressBlock, Verdict};
use crate::web::form::FormRejection;
use crate::web::paced::Paced;
use crate::web::upload::{self, Sent, Uploaded};
use crate::web::{Draft, Flaws};

/// The largest form: what is beyond [`MOST_BYTES`] is read too, so that it can be said in a sentence.
pub const BODY_LIMIT: u64 = 48 << 20;

/// How long sending may take where nobody waits: a slow phone, and a large photo.
pub const TIME: Duration = Duration::from_secs(5 * 60);

/// How long somebody waits in line before anything of the file is received.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked whether a file gets on.
const LOOK: Duration = Duration::from_secs(15);

/// How much of a file comes in that time at the least, or it gives way to who waits: 16 KiB a second, as phones send
/// where the network is poor.
const LEAST: u64 = 15 * (16 << 10);

/// How many looks it may take, however fast it comes, while somebody waits: a minute. The largest photo comes in that time
/// at 170 KiB a second; and whoever only ever sends enough not to be slow holds no room for longer.
const LOOKS: u32 = 4;

/// The field of the file.
const FIELD: &str = "photo";

/// POST: takes up the photo.
pub async fn submit(
    State(accounts): State<Accounts>,
    visit: Visit,
    Query(query): Query<CaseQuery>,
    request: Request,
) -> Result<Response, Trouble> {
    let Some(appeal) = accounts.appeal_of_link(&query.t).await? else {
        upload::discard(request).await;
        return Ok(unknown(visit.page));
    };
    // Sent twice, or from two devices: the page tells how it stands.
    if !matches!(appeal.state, Stands::Begun { .. }) {
        upload::discard(request).await;
        return Ok(Redirect::to(&case_link(&accounts, appeal.id, None)).into_response());
    }
    let refuse =
        |visit, status, flaws| Ok(refuse_photo(&accounts, visit, &appeal, Draft::of(()).refused(status, flaws)));
    if let Verdict::Refused { until } = accounts.count_photo(appeal.id).await? {
        upload::discard(request).await;
        let mut flaws = Flaws::default();
        flaws.push_until(FIELD, "appeals-photo", "appeals-photo-often", until);
        return refuse(visit, StatusCode::TOO_MANY_REQUESTS, flaws);
    }
    let (request, paced) = Paced::of(request);
    let Received { sent, fresh } = match receive(&accounts, visit.address, (request, &paced)).await {
        Ok(Ok(received)) => received,
        Ok(Err(rejection)) => return Ok(rejection.into_response()),
        Err(crowd) => {
            paced.discard().await;
            let mut flaws = Flaws::default();
            flaws.push_until(FIELD, "appeals-photo", crowd.key(), accounts.parts().clock.now() + PATIENCE);
            return refuse(visit, StatusCode::SERVICE_UNAVAILABLE, flaws);
        }
    };
    if !fresh {
        return Ok(Redirect::to(&case_link(&accounts, appeal.id, Some("again"))).into_response());
    }
    match sent {
        Ok(photo) => {
            let taken = accounts.give_photo(appeal.id, photo, visit.caller).await?;
            let notice = taken.then_some("appeal-submitted");
            Ok(Redirect::to(&case_link(&accounts, appeal.id, notice)).into_response())
        }
        Err(error) => {
            let mut flaws = Flaws::default();
            flaws.push(FIELD, "appeals-photo", error.key());
            refuse(visit, StatusCode::UNPROCESSABLE_ENTITY, flaws)
        }
    }
}

/// A form that was received, and its file looked at.
struct Received {
    sent: Result<Photo, PhotoError>,
    fresh: bool,
}

/// Why nothing of a file is kept.
#[derive(Debug, Clone, Copy)]
enum Crowd {
    /// Too many send at once.
    Full,
    /// It hardly came, or came for long, and others waited.
    Slow,
}

impl Crowd {
    const fn key(self) -> &'static str {
        match self {
            Self::Full => "appeals-photo-crowd",
            Self::Slow => "appeals-photo-slow",
        }
    }
}

/// Receives the form once there is room for it, and looks at its file. The room is free again after it.
async fn receive(
    accounts: &Accounts,
    from: AddressBlock,
    (request, paced): (Request, &Paced),
) -> Result<Result<Received, FormRejection>, Crowd> {
    let photos = &accounts.parts().photos;
    let Some(_room) = photos.room(from, tokio::time::sleep(PATIENCE)).await else { return Err(Crowd::Full) };
    let read = upload::read(request, &accounts.parts().web, (FIELD, MOST_BYTES));
    let uploaded = tokio::select! {
        biased;
        read = read => read,
        () = gives_way((photos, from), paced, || tokio::time::sleep(LOOK)) => return Err(Crowd::Slow),
    };
    let Uploaded { sent, fresh } = match uploaded {
        Ok(uploaded) => uploaded,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let sent = match sent {
        Sent::File(bytes) if fresh => photos.read(bytes).await,
        Sent::File(_) | Sent::Nothing => Err(PhotoError::Missing),
        Sent::TooLarge => Err(PhotoError::TooLarge),
    };
    Ok(Ok(Received { sent, fresh }))
}

/// Ends when somebody waits for the room of a file that has hardly come on from one look to the next, or is at it for too
/// long, or is one of so many of its network that the room is owed.
async fn gives_way<F: Future<Output = ()>>(
    (photos, from): (&Photos, AddressBlock),
    paced: &Paced,
    look: impl Fn() -> F,
) {
    let mut before = paced.received();
    for looks in 1_u32.. {
        look().await;
        let now = paced.received();
        let lingers = now - before < LEAST || looks >= LOOKS;
        if photos.is_owed(from) || (lingers && photos.is_wanted(from)) {
            return;
        }
        before = now;
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use axum::body::{Body, Bytes};
    use futures_util::{FutureExt as _, StreamExt as _, stream};
    use tokio::task::yield_now;

    use super::super::photo::Room;
    use super::*;

    fn network(n: u8) -> AddressBlock {
        AddressBlock::of([192, 0, 2, n].into())
    }

    /// A request whose body comes in chunks of so many bytes, and its other end.
    fn coming(bytes: u64) -> (Request, Paced) {
        let chunk = Bytes::from(vec![0; usize::try_from(bytes).expect("a size")]);
        let chunks = stream::repeat(chunk).map(Ok::<_, std::convert::Infallible>);
        Paced::of(Request::new(Body::from_stream(chunks)))
    }

    /// After how many looks a file of that network gives way, of which so much comes from one to the next; none if it does
    /// not.
    async fn goes(photos: &Photos, n: u8, bytes: u64) -> Option<u32> {
        let (request, paced) = coming(bytes);
        let mut body = request.into_body().into_data_stream();
        let mut going = Box::pin(gives_way((photos, network(n)), &paced, yield_now));
        assert!((&mut going).now_or_never().is_none(), "it is not looked at before some time has passed");
        for looks in 1..20 {
            body.next().await.expect("more").expect("bytes");
            if (&mut going).now_or_never().is_some() {
                return Some(looks);
            }
        }
        None
    }

    /// The rooms that one network gets.
    fn all_of(photos: &Photos, n: u8) -> Vec<Room> {
        std::iter::from_fn(|| photos.room(network(n), ready(())).now_or_never().flatten()).collect()
    }

    #[tokio::test]
    async fn what_hardly_comes_or_comes_for_long_gives_way_to_who_waits_and_to_nobody_else() {
        let photos = Photos::default();
        let held = all_of(&photos, 1);
        assert_eq!((goes(&photos, 1, 1).await, goes(&photos, 1, LEAST).await), (None, None), "nobody waits");
        let mut waiting = Box::pin(photos.room(network(1), pending()));
        assert!((&mut waiting).now_or_never().is_none());
        assert_eq!(goes(&photos, 1, LEAST - 1).await, Some(1));
        assert_eq!(goes(&photos, 1, LEAST).await, Some(LOOKS), "it comes on, and has its time");
        assert_eq!(goes(&photos, 2, 1).await, None, "whose room would be of no use");
        drop(held);
    }

    #[tokio::test]
    async fn three_networks_that_hold_every_room_give_one_back_to_a_fourth_however_fast_they_send() {
        let photos = Photos::default();
        let mut held: Vec<Vec<Room>> = (1..=3).map(|n| all_of(&photos, n)).collect();
        let mut waiting = Box::pin(photos.room(network(4), pending()));
        assert!((&mut waiting).now_or_never().is_none(), "all are taken");
        assert_eq!(goes(&photos, 1, 10 * LEAST).await, Some(1));
        held[0].pop();
        let room = (&mut waiting).now_or_never().flatten().expect("a room");
        drop(waiting);
        assert_eq!(goes(&photos, 1, 10 * LEAST).await, None, "and no more than one");
        drop(room);
    }
}
