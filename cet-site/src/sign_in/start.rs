//! 进入报名: off to the passport. Who is signed in already goes straight on, and whom another site sent is asked first.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use serde::Deserialize;

use crate::web::{Frame, cookie};

use super::ask::Wanted;
use super::return_path::ReturnPath;
use super::service::{Departure, SignIn};
use super::visitor::Visitor;

/// What a link to sign in may say.
#[derive(Default, Deserialize)]
pub struct Asked {
    return_to: Option<String>,
}

/// Starts a sign-in.
pub async fn show(
    State(sign_in): State<SignIn>,
    frame: Frame,
    visitor: Visitor,
    headers: HeaderMap,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.map_or_else(|_| Asked::default(), |Query(asked)| asked);
    let return_to = ReturnPath::parse(asked.return_to.as_deref(), sign_in.base_url());
    if visitor.is_signed_in() {
        return Redirect::to(return_to.as_str()).into_response();
    }
    Wanted::going_to(return_to).begin(&sign_in, &frame, &headers).await
}

impl IntoResponse for Departure {
    /// 303, so that a form's POST never travels on (RFC 9110 §15.4.4).
    fn into_response(self) -> Response {
        let mut response = Redirect::to(&self.to).into_response();
        cookie::set(response.headers_mut(), self.cookies);
        response
    }
}
