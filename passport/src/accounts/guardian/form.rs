//! What a child types of the guardian, read.

use serde::{Deserialize, Serialize};
use shared::clock::Timestamp;

use super::model::{Guardian, Guardianship, Relation, Why, born_on, of_age_at};
use crate::accounts::model::{Contact, Name, NameError};
use crate::web::Flaws;

/// The form of the page, whichever of its buttons was pressed.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct GuardianForm {
    /// Where the child is going, sealed.
    #[serde(rename = "continue", skip_serializing)]
    pub(super) way: Option<String>,
    /// 监护人姓名
    pub(super) guardian_name: String,
    /// 与您的关系
    pub(super) relation: String,
    /// 监护人的手机号或邮箱
    pub(super) contact: String,
    /// The child's date of birth, where nothing else tells it.
    pub(super) birthdate: String,
    /// The code that the guardian was sent.
    pub(super) code: String,
    /// The box that the guardian ticks beside it.
    pub(super) agree: Option<String>,
    /// `resend`, `agree`, `link`, or nothing: a guardian is to be asked.
    pub(super) action: String,
}

impl GuardianForm {
    /// The form with what is known of who was asked.
    pub(super) fn of(found: &Guardianship) -> Self {
        let Some(guardian) = &found.guardian else { return Self::default() };
        Self {
            guardian_name: guardian.name.as_str().to_owned(),
            relation: guardian.relation.code().to_owned(),
            contact: guardian.contact.as_str().to_owned(),
            ..Self::default()
        }
    }

    /// It, or where nothing of a guardian was typed in it, with those of `known`.
    pub(super) fn or(self, known: Self) -> Self {
        if self.guardian_name.is_empty() && self.contact.is_empty() && self.relation.is_empty() {
            let Self { guardian_name, relation, contact, .. } = known;
            return Self { guardian_name, relation, contact, ..self };
        }
        self
    }

    /// Reads who is to be asked, and from when on the child is 14; `flaws` lists what is to be mended.
    pub(super) fn read(&self, flaws: &mut Flaws, found: &Guardianship) -> Option<(Guardian, Option<Timestamp>)> {
        let name = Name::parse(&self.guardian_name).map_err(|error| {
            let key = match error {
                NameError::Empty => "guardian-name-missing",
                NameError::TooLong => "accounts-name-too-long",
                NameError::Character => "accounts-name-character",
            };
            flaws.push("guardian_name", "guardian-name", key);
        });
        let relation = Relation::parse(&self.relation);
        if relation.is_none() {
            flaws.push("relation", "guardian-relation", "guardian-relation-missing");
        }
        let contact = Contact::parse(&self.contact);
        if contact.is_none() {
            flaws.push("contact", "guardian-contact", "guardian-contact-missing");
        }
        let born = self.born(found, flaws);
        Some((Guardian { name: name.ok()?, relation: relation?, contact: contact? }, born?))
    }

    /// From when on the child is 14. Where that is known, or asked of nobody, there is nothing to read.
    fn born(&self, found: &Guardianship, flaws: &mut Flaws) -> Option<Option<Timestamp>> {
        if !asks_birthdate(found) {
            return Some(None);
        }
        let typed = self.birthdate.trim();
        let at = born_on(typed).filter(|_| typed.len() > 4).and_then(of_age_at);
        if at.is_none() {
            flaws.push("birthdate", "accounts-profile-birthdate", "guardian-birthdate-missing");
        }
        at.map(Some)
    }
}

/// Whether the page asks when the child was born: consent ends by itself on a day that has to be known.
pub(super) fn asks_birthdate(found: &Guardianship) -> bool {
    found.why != Why::Document && found.of_age_at.is_none()
}
