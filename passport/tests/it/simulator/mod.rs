//! `passport simulate`: that it is what a passport is ([`suite`]), and that each fault is what it says ([`faults`]).

mod client;
mod command;
mod faults;
mod keys;
mod logout;
mod pages;
mod suite;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use passport::simulator::candidates::{Candidate, joined};
use passport::simulator::clients::Clients;
use passport::simulator::faults::{Fault, Set, Switches};
use passport::simulator::{Parts, Simulator, routes};
use shared::clock::{Clock as _, FakeClock};
use shared::entropy::SeededEntropy;
use shared::http::ServerSettings;
use shared::testkit::{Answer, Browser};

use crate::support::site::{OURS, PUBLIC, SECRET, THEIRS, authorize, redemption, request, token, with};
use crate::support::{BEGIN, ISSUER};

/// Whom tests sign in as: told of as the candidate of the other tests is.
const LIHUA: &str = "[[candidate]]\nid = 'lihua'\nname = '李华'\nemail = 'lihua@example.com'\nemail_verified = false\n\
    [[candidate]]\nid = 'faulty'\nfaults = ['nonce']\n";

/// A simulator that runs in the test, at the address of the passport under test.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) simulator: Simulator,
    pub(crate) clock: Arc<FakeClock>,
    /// How long slow answers would have taken.
    pub(crate) waited: Arc<Mutex<Vec<Duration>>>,
}

impl Stage {
    /// One that knows the clients of the other tests.
    pub(crate) fn new() -> Self {
        let secret = |metadata: &str| format!("client_secret = '{SECRET}'\n{metadata}");
        let texts = [secret(OURS), secret(THEIRS), PUBLIC.to_owned()];
        Self::of(Clients::of_files(texts.iter().map(String::as_str), BEGIN).expect("clients"))
    }

    /// One for anybody.
    pub(crate) fn for_anyone() -> Self {
        Self::of(Clients::Anyone(passport::keys::Alg::ES256))
    }

    fn of(clients: Clients) -> Self {
        let (clock, waited) = (Arc::new(FakeClock::at(BEGIN)), Arc::new(Mutex::new(Vec::new())));
        let more = Candidate::of_file(LIHUA).expect("candidates");
        let noted = Arc::clone(&waited);
        let parts = Parts {
            issuer: ISSUER.to_owned(),
            clients,
            candidates: joined(Candidate::built_in(), more).expect("candidates"),
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::new(7)),
            waiting: Arc::new(move |duration| {
                noted.lock().expect("a list").push(duration);
                async {}.boxed()
            }),
            calls_others: false,
            ca_file: None,
        };
        Self { simulator: Simulator::new(parts).expect("a simulator"), clock, waited }
    }

    /// A browser that reaches it and has been nowhere yet.
    pub(crate) fn browser(&self) -> Browser {
        let kit = routes::kit(&self.simulator, &ServerSettings::loopback(), ["passport.test"]);
        Browser::new().program(ISSUER, kit.apply(routes::router(self.simulator.clone())))
    }

    /// A browser in which a candidate is signed in at `cet`.
    pub(crate) async fn signed_in(&self, candidate: &str) -> Browser {
        let mut browser = self.browser();
        let answer = authorize(&mut browser, &with(request(), "login_hint", candidate)).await;
        assert!(answer.parameter("code").is_some(), "{} {:?}", answer.status, answer.location());
        browser
    }

    /// Makes that wrong for everybody.
    pub(crate) fn switch(&self, faults: &[Fault]) {
        self.simulator.switch(Switches::new(faults.iter().copied().collect::<Set>(), None));
    }

    /// The answer of the token endpoint to a new sign-in of `cet`.
    pub(crate) async fn tokens(&self, browser: &mut Browser) -> Answer {
        let answer = authorize(browser, &with(request(), "login_hint", "lihua")).await;
        let code = answer.parameter("code").unwrap_or_else(|| panic!("no code: {:?}", answer.location()));
        token(browser, &redemption(&code)).await
    }

    /// Now, in seconds since the epoch.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().seconds()
    }
}
