//! A site that takes security events on loopback, or does not.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use passport::egress::Egress;
use serde_json::Value;

use crate::support::Passport;
use crate::support::listener::{Listener, listen};

/// A request that came.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Call {
    /// The claims of the token in it, whose signature is the passport's.
    pub(super) fn claims(&self, passport: &Passport) -> Value {
        passport.app.keys.verify_hint(&self.body, "secevent+jwt").expect("signed by the passport")
    }

    /// The type of its event, without the part that all have in common.
    pub(super) fn event(&self, passport: &Passport) -> String {
        let claims = self.claims(passport);
        let events: Vec<String> = claims["events"].as_object().expect("events").keys().cloned().collect();
        assert_eq!(events.len(), 1, "one event a token: {events:?}");
        events[0].strip_prefix("https://schemas.openid.net/secevent/").expect("a known type").to_owned()
    }
}

/// The site.
pub(super) struct Receiver {
    pub(super) egress: Egress,
    pub(super) url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    answers: Arc<Mutex<VecDeque<(StatusCode, &'static str)>>>,
    _listener: Listener,
}

/// A site that takes everything, until [`Receiver::answers`] says otherwise.
pub(super) async fn receiver() -> Receiver {
    let (calls, answers) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(VecDeque::new())));
    let (kept, given) = (Arc::clone(&calls), Arc::clone(&answers));
    let routes = Router::new().route(
        "/signals",
        post(move |headers: HeaderMap, body: String| {
            kept.lock().expect("a list").push(Call { headers, body });
            let answer = given.lock().expect("a list").pop_front();
            async move { answer.unwrap_or((StatusCode::ACCEPTED, "")) }
        }),
    );
    let listener = listen(routes).await;
    let (egress, url) = (listener.egress.clone(), format!("{}/signals", listener.origin));
    Receiver { egress, url, calls, answers, _listener: listener }
}

impl Receiver {
    /// What it answers next, in that order.
    pub(super) fn answers(&self, answers: &[(StatusCode, &'static str)]) {
        self.answers.lock().expect("a list").extend(answers);
    }

    /// What came since the last time.
    pub(super) fn heard(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().expect("a list"))
    }

    /// The types of the events that came, in alphabetical order.
    pub(super) fn events(&self, passport: &Passport) -> Vec<String> {
        let mut events: Vec<_> = self.heard().iter().map(|call| call.event(passport)).collect();
        events.sort();
        events
    }
}
