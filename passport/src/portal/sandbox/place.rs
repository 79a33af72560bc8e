//! What every page of a site in the sandbox begins with: which site its address means, whether who asks may, and the token by
//! which the sandbox lets it be changed.

use futures_util::FutureExt as _;
use serde::Deserialize;
use shared::db::DbError;
use shared::http::Caller;
use shared::secret::SecretString;

use super::model::{Site, SiteId};
use super::remote::Managed;
use crate::accounts::Visit;
use crate::audit::{Actor, Event};
use crate::portal::frame::{address, lead};
use crate::portal::gate::Admitted;
use crate::portal::refusal::Refusal;
use crate::portal::{Act, OrganisationId, Portal};

/// What the address of a page names.
#[derive(Debug, Clone, Deserialize)]
pub struct Place {
    organisation: String,
    site: String,
}

/// A page of a site, for somebody who may open it.
pub(super) struct AtSite {
    /// Its address.
    pub(super) at: String,
    /// Who opened it.
    pub(super) admitted: Admitted,
    /// The site.
    pub(super) site: Site,
    /// By which it is changed.
    token: SecretString,
}

impl Place {
    /// The address of a page of the site; of its own page where that has no name.
    ///
    /// # Errors
    /// It names no organisation and no site.
    pub(super) fn address(&self, page: &str) -> Result<String, Refusal> {
        let id = self.site.parse::<SiteId>().map_err(|_| Refusal::Unknown)?;
        let site = address(&self.organisation, &format!("sandbox/{id}"))?;
        Ok(if page.is_empty() { site } else { format!("{site}/{page}") })
    }
}

impl AtSite {
    /// The organisation whose site it is.
    pub(super) const fn organisation(&self) -> OrganisationId {
        self.site.organisation
    }

    /// The site, as the sandbox knows it.
    pub(super) fn managed(&self) -> Managed<'_> {
        self.site.managed(&self.token)
    }

    /// The address of the site's own page.
    pub(super) fn back(&self) -> String {
        self.site.path()
    }
}

impl Portal {
    /// Opens a page of a site for somebody who may do that with it.
    ///
    /// # Errors
    /// Those of [`Portal::admit`]; there is no such site, or none any more; its token does not open.
    pub(super) async fn at_site(
        &self,
        visit: &mut Visit,
        place: &Place,
        (page, act): (&str, Act),
    ) -> Result<AtSite, Refusal> {
        self.at_site_with(visit, place, (page, act), |_, at| at.to_owned()).await
    }

    /// The same; `path` is where they come back to from a page on which they have to do something first.
    ///
    /// # Errors
    /// As above.
    pub(super) async fn at_site_with(
        &self,
        visit: &mut Visit,
        place: &Place,
        (page, act): (&str, Act),
        path: impl FnOnce(&Visit, &str) -> String,
    ) -> Result<AtSite, Refusal> {
        let at = place.address(page)?;
        let admitted = self.admit(visit, (&place.organisation, act), |visit| path(visit, &at)).await?;
        let Some(site) = self.site(admitted.member.organisation.id, &place.site).await? else {
            let list = address(&place.organisation, "sandbox")?;
            return Err(Refusal::Answered(Box::new(lead(&list, "site-gone"))));
        };
        let token = self.token(&site)?;
        Ok(AtSite { at, admitted, site, token })
    }

    /// Writes down what was done with the site: the event that is made of the ids of organisation and site.
    ///
    /// # Errors
    /// The database.
    pub(super) async fn record(
        &self,
        here: &AtSite,
        from: Caller,
        event: fn(String, String) -> Event,
    ) -> Result<(), DbError> {
        let event = event(here.site.organisation.to_string(), here.site.id.to_string());
        let by = Actor::Account(here.admitted.session.account.to_string());
        self.write((event, by, from), |portal, (event, by, from), tx| {
            async move { portal.accounts.parts().audit.record_from(tx, from, &by, &event).await }.boxed()
        })
        .await
    }
}
