//! Where the photo of a document is sent. Only who has the link of an appeal that waits for one is listened to.

use std::time::Duration;

use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;

use super::case_page::{CaseQuery, case_link, refuse_photo, unknown};
use super::photo::{MOST_BYTES, PhotoError};
use super::state::State as Stands;
use crate::accounts::{Accounts, Trouble, Visit};
use crate::limits::Verdict;
use crate::web::upload::{self, Sent, Uploaded};
use crate::web::{Draft, Fault, Flaws};

/// The largest form: what is beyond [`MOST_BYTES`] is read too, so that it can be said in a sentence.
pub const BODY_LIMIT: u64 = 48 << 20;

/// How long sending may take: a slow phone, and a large photo.
pub const TIME: Duration = Duration::from_secs(5 * 60);

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
    let Some(_room) = accounts.parts().photos.room() else {
        upload::discard(request).await;
        return Ok(Fault::Busy.into_response());
    };
    let Uploaded { sent, fresh } = match upload::read(request, &accounts.parts().web, (FIELD, MOST_BYTES)).await {
        Ok(uploaded) => uploaded,
        Err(rejection) => return Ok(rejection.into_response()),
    };
    if !fresh {
        return Ok(Redirect::to(&case_link(&accounts, appeal.id, Some("again"))).into_response());
    }
    let read = match sent {
        Sent::File(bytes) => accounts.parts().photos.read(bytes).await,
        Sent::Nothing => Err(PhotoError::Missing),
        Sent::TooLarge => Err(PhotoError::TooLarge),
    };
    match read {
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
