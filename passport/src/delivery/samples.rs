//! One of every mail, for whoever looks at them: tests, and the pictures of all mails.

use shared::clock::Timestamp;
use shared::i18n::Lang;

use super::html::html;
use super::model::{Letter, ProofLetter, ProofWords};
use super::notice::{Factor, Notice};
use super::text;

/// The moment that they tell of.
const AT: Timestamp = Timestamp::from_seconds(1_798_761_600);

/// One notice of each kind.
pub(super) fn notices(issuer: &str) -> Vec<Notice> {
    let at = AT;
    let link = |name: &str| format!("{issuer}/{name}?t=Rn-1_x");
    let mut notices = vec![
        Notice::ContactTaken,
        Notice::PasswordChanged { at },
        Notice::PasswordReset { at },
        Notice::RecoveryWaits { until: at, cancel: link("c") },
        Notice::RecoveryWaited { until: at, resume: link("r") },
        Notice::ContactChanged { to: "l***@x.example".to_owned(), until: at, undo: link("u") },
        Notice::ContactLost { contact: "138****8000".to_owned() },
        Notice::Closing { until: at, undo: link("b") },
        Notice::ClosingTakenBack { at },
        Notice::Closed { at },
        Notice::GuardianMissing { until: at, link: format!("{issuer}/account/guardian") },
        Notice::GuardianWithdrew { until: at, link: format!("{issuer}/account/guardian") },
        Notice::GuardianAgreed { at },
        Notice::GuardianConsented {
            at,
            undo: format!("{issuer}/guardian/withdraw?t=Qm9yaW5nX3Rva2VuXzEyOFh4eHh4eHh4eHh4eHh4"),
        },
        Notice::AccountFound { names: "l@x.example".to_owned() },
        Notice::NumberClaimed { number: "138****8000".to_owned(), until: at, keep: link("k") },
        Notice::NumberDetached { number: "138****8000".to_owned() },
        Notice::NumberKept { number: "138****8000".to_owned() },
        Notice::AppealBegun { number: "482-915-607".to_owned(), link: link("a") },
        Notice::AppealRefused { number: "482-915-607".to_owned(), link: link("a") },
        Notice::AppealGranted { number: "482-915-607".to_owned(), until: at, link: link("d") },
        Notice::DocumentClaimed { until: at, link: link("o") },
        Notice::DocumentKept,
        Notice::DocumentDetached,
        Notice::Invited {
            organisation: "北辰商务外语测评".to_owned(),
            by: "王工".to_owned(),
            until: at,
            link: link("i"),
        },
        Notice::MemberRemoved { organisation: "北辰商务外语测评".to_owned(), by: "王工".to_owned() },
        Notice::ApplicationAnswered { site: "北辰报名网".to_owned(), link: link("p") },
        Notice::Locked { until: at },
        Notice::CaseOpened { number: "483-207-915".to_owned(), at },
    ];
    notices.extend([false, true].map(|step| Notice::NumberAges {
        step,
        number: "138****8000".to_owned(),
        until: at,
        prove: format!("{issuer}/account/contact"),
    }));
    notices.extend([false, true].map(|guessed| {
        let (device, from) = ("Windows电脑，Edge".to_owned(), "203.0.113.66".to_owned());
        Notice::SignedIn { at, device, from, guessed }
    }));
    notices.extend(Factor::ALL.map(|factor| Notice::FactorChanged { factor, at }));
    notices
}

/// The link by which somebody says that it was not them, for a notice that has one.
pub(super) fn denial(notice: &Notice, issuer: &str) -> Option<String> {
    notice.may_be_denied().then(|| format!("{issuer}/alarm?t=Qm9yaW5nX3Rva2VuXzEyOA"))
}

/// A letter that proves that it was read.
pub(super) fn proof(words: ProofWords, issuer: &str) -> ProofLetter {
    ProofLetter {
        words,
        code: "271828".to_owned(),
        // One who appeals has nothing but the code.
        link: (!matches!(words, ProofWords::Appeal | ProofWords::SecondStep))
            .then(|| format!("{issuer}/contact/confirm?t=Ab-1_x&n=2")),
        from: "203.0.113.0/24".to_owned(),
        at: AT,
    }
}

/// Every mail that there is, in a language, by name.
pub(super) fn mails(lang: Lang, issuer: &str) -> Vec<(String, Letter)> {
    let to = "a@b.example";
    let of_notice = |notice: &Notice| {
        let denial = denial(notice, issuer);
        (notice.name().to_owned(), text::mail(to, lang, (notice, denial.as_deref()), issuer))
    };
    let mut mails: Vec<_> = notices(issuer).iter().map(of_notice).collect();
    mails
        .extend(ProofWords::ALL.map(|words| {
            (format!("proof-{}", words.key()), text::proof_mail(to, lang, &proof(words, issuer), issuer))
        }));
    mails.push(("code".to_owned(), text::code_mail(to, lang, "271828", issuer)));
    mails
}

/// The HTML of every mail, in a language, by name.
pub fn drawn(lang: Lang, issuer: &str) -> Vec<(String, String)> {
    mails(lang, issuer).into_iter().filter_map(|(name, mail)| Some((name, html(&mail)?))).collect()
}
