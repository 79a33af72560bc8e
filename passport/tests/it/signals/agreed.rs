//! What is agreed on with a client.

use passport::audit::Actor;
use passport::clients::signals::SignalsError;

use super::*;

#[tokio::test]
async fn a_new_stream_has_every_event_and_what_is_not_named_stays() {
    on_both(|passport| async move {
        passport.register(&[OURS]).await;
        let set = async |endpoint: Option<&str>, events: Option<&[String]>| {
            let wanted = Wanted::parse(endpoint, events, None).expect("a wish");
            passport.app.clients.set_signals(Actor::Operator, &*passport.app.sealer, "cet", wanted).await
        };
        assert!(matches!(set(None, None).await, Err(SignalsError::NoEndpoint)));
        let stream = set(Some("https://a.test/signals"), None).await.expect("a stream");
        assert_eq!(stream.events, EventType::CHOSEN.into());
        let chosen = ["session-revoked".to_owned()];
        let stream = set(None, Some(&chosen)).await.expect("a stream");
        assert_eq!((stream.endpoint.as_str(), stream.events.len()), ("https://a.test/signals", 1));
        let stream = set(Some("https://b.test/"), None).await.expect("a stream");
        assert_eq!((stream.endpoint.as_str(), stream.events.len()), ("https://b.test/", 1));
        assert_eq!(passport.app.clients.signals("cet").await.expect("an answer"), Some(stream));
        assert!(passport.app.clients.find("cet").await.expect("an answer").expect("a client").is_told_of_end());
    })
    .await;
}

#[tokio::test]
async fn there_is_no_stream_of_a_client_that_nobody_registered() {
    on_both(|passport| async move {
        for id in ["nobody", "no body", ""] {
            let wanted = Wanted::parse(Some("https://a.test/"), None, None).expect("a wish");
            let set = passport.app.clients.set_signals(Actor::Operator, &*passport.app.sealer, id, wanted).await;
            assert!(matches!(set, Err(SignalsError::Unknown)), "{id}");
            let brought = passport.app.clients.set_signals_state(Actor::Operator, id, StreamState::Paused).await;
            assert!(matches!(brought, Err(SignalsError::NoStream)), "{id}");
        }
    })
    .await;
}
