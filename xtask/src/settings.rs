//! The settings that a demo's programs are started with, as the TOML files that anybody would write.

mod place;

use std::path::Path;

pub(crate) use self::place::Place;

use crate::certs::Certs;
use crate::ports;

/// The ports of one demo, all on loopback.
#[derive(Clone, Copy)]
pub(crate) struct Ports {
    /// Of the passport's pages and endpoints.
    pub(crate) passport: u16,
    /// Of the sites, in the order of [`SITES`].
    pub(crate) sites: [u16; 3],
    /// Of the mailbox's page and its SMS gateway.
    pub(crate) mailbox: u16,
    /// Of the mailbox's SMTP.
    pub(crate) smtp: u16,
    /// Of the passport's metrics and health.
    pub(crate) metrics: u16,
    /// Of the sandbox, a passport of its own.
    pub(crate) sandbox: u16,
}

impl Ports {
    /// The ones that the documents name.
    pub(crate) const USUAL: Self =
        Self { passport: 8443, sites: [8444, 8445, 8446], mailbox: 8447, smtp: 8448, metrics: 8449, sandbox: 8450 };

    /// Free ones.
    pub(crate) fn fresh() -> anyhow::Result<Self> {
        let [passport, cet, pets, ncre, mailbox, smtp, metrics, sandbox] = ports::fresh()?;
        Ok(Self { passport, sites: [cet, pets, ncre], mailbox, smtp, metrics, sandbox })
    }

    /// Sets the port that a flag names; `false` when there is no such flag.
    pub(crate) fn set(&mut self, flag: &str, port: u16) -> bool {
        let place = match flag {
            "passport-port" => &mut self.passport,
            "cet-port" => &mut self.sites[0],
            "pets-port" => &mut self.sites[1],
            "ncre-port" => &mut self.sites[2],
            "mailbox-port" => &mut self.mailbox,
            "smtp-port" => &mut self.smtp,
            "metrics-port" => &mut self.metrics,
            "sandbox-port" => &mut self.sandbox,
            _ => return false,
        };
        *place = port;
        true
    }

    /// Fails with one sentence when one of them is in use.
    pub(crate) fn must_be_free(&self) -> anyhow::Result<()> {
        for (port, wanted_by, flag) in [
            (self.passport, "the passport", "passport-port"),
            (self.sites[0], "the CET site", "cet-port"),
            (self.sites[1], "the PETS site", "pets-port"),
            (self.sites[2], "the NCRE site", "ncre-port"),
            (self.mailbox, "the mailbox's page", "mailbox-port"),
            (self.smtp, "the mailbox's SMTP", "smtp-port"),
            (self.metrics, "the passport's metrics", "metrics-port"),
            (self.sandbox, "the sandbox", "sandbox-port"),
        ] {
            ports::must_be_free(port, wanted_by, flag)?;
        }
        Ok(())
    }

    /// The passport's address and the issuer of its tokens.
    pub(crate) fn issuer(&self) -> String {
        format!("https://passport.localhost:{}", self.passport)
    }

    /// The sandbox's address, likewise.
    pub(crate) fn sandbox_issuer(&self) -> String {
        format!("https://sandbox.localhost:{}", self.sandbox)
    }
}

/// The filing number at the foot of every page of the demo, which has none in truth.
const ICP: &str = "京ICP备00000000号（演示）";

/// An exam site of the demo.
pub(crate) struct Site {
    /// Its profile and client id, and the first label of its host.
    pub(crate) id: &'static str,
    /// Its names as clients see them.
    zh: &'static str,
    en: &'static str,
    /// What its tile on the candidate's home says.
    tile_zh: &'static str,
    tile_en: &'static str,
    line_zh: &'static str,
    line_en: &'static str,
}

/// The three sites. The order is that of their ports.
pub(crate) const SITES: [Site; 3] = [
    Site {
        id: "cet",
        zh: "全国大学英语四、六级考试(CET)",
        en: "College English Test (CET)",
        tile_zh: "全国大学英语四、六级考试(CET)(考生端)",
        tile_en: "College English Test (CET), for candidates",
        line_zh: "四级、六级的笔试与口试报名",
        line_en: "Written and spoken tests, bands 4 and 6",
    },
    Site {
        id: "pets",
        zh: "全国英语等级考试(PETS)",
        en: "Public English Test System (PETS)",
        tile_zh: "全国英语等级考试(PETS)(考生端)",
        tile_en: "Public English Test System (PETS), for candidates",
        line_zh: "一级B至五级的笔试与口试报名",
        line_en: "Written and oral parts, levels 1B to 5",
    },
    Site {
        id: "ncre",
        zh: "全国计算机等级考试(NCRE)",
        en: "National Computer Rank Examination (NCRE)",
        tile_zh: "全国计算机等级考试(NCRE)(全国版)",
        tile_en: "National Computer Rank Examination (NCRE), nationwide",
        line_zh: "每次最多报考三个科目",
        line_en: "Up to three subjects a session",
    },
];

/// The order of the tiles on the candidate's home: PETS, CET, NCRE.
const TILE_ORDER: [u8; 3] = [2, 1, 3];

impl Site {
    /// Its address.
    pub(crate) fn base_url(&self, port: u16) -> String {
        format!("https://{}.localhost:{port}", self.id)
    }

    /// The description by which it is registered at the passport.
    pub(crate) fn client(&self, port: u16) -> String {
        let base = self.base_url(port);
        let order = SITES.iter().position(|site| site.id == self.id).map_or(9, |at| TILE_ORDER[at]);
        let Self { id, zh, en, tile_zh, tile_en, line_zh, line_en } = self;
        format!(
            r#"client_id = "{id}"
client_name = {{ zh = "{zh}", en = "{en}" }}
host = "{id}.localhost"
accent = "{id}"
first_party = true
token_endpoint_auth_method = "client_secret_basic"
client_uri = "{base}/"
redirect_uris = ["{base}/sign-in/callback"]
post_logout_redirect_uris = ["{base}/signed-out"]
initiate_login_uri = "{base}/sign-in/initiate"
backchannel_logout_uri = "{base}/backchannel-logout"
open_registrations_uri = "{base}/open-registrations"
grant_types = ["authorization_code"]
scopes = ["openid", "profile", "email", "phone", "exam"]
id_token_signed_response_alg = "ES256"

[tile]
order = {order}
title = {{ zh = "{tile_zh}", en = "{tile_en}" }}
line = {{ zh = "{line_zh}", en = "{line_en}" }}
"#
        )
    }

    /// The settings of its server.
    pub(crate) fn settings(&self, port: u16, ports: &Ports, certs: &Certs, database: &Path, secret: &Path) -> String {
        format!(
            r#"profile = "{id}"
base_url = "{base}"
issuer = "{issuer}"
issuer_connect = "127.0.0.1:{passport}"
ca_file = {ca}
client_id = "{id}"
client_secret_file = {secret}

[server]
listen = "127.0.0.1:{port}"
tls_cert = {certificate}
tls_key = {key}
shutdown_grace = "3s"

[database]
url = {database}

[site]
icp = "{ICP}"

[dev]
migrate_on_start = true
"#,
            id = self.id,
            base = self.base_url(port),
            issuer = ports.issuer(),
            passport = ports.passport,
            ca = quoted(&certs.ca()),
            secret = quoted(secret),
            certificate = quoted(&certs.certificate(self.id)),
            key = quoted(&certs.key(self.id)),
            database = sqlite(database),
        )
    }
}

/// The files of the passport's secrets.
pub(crate) struct Secrets<'a> {
    pub(crate) master_key: &'a Path,
    /// By which requests to the SMS operator are signed, whom the mailbox plays.
    pub(crate) sms: &'a Path,
    /// By which reports of delivery are signed.
    pub(crate) reports: &'a Path,
    /// By which the portal registers sites in the sandbox.
    pub(crate) portal: &'a Path,
}

/// The settings of the demo's passport, at that place.
pub(crate) fn passport(ports: &Ports, place: &Place, certs: &Certs, secrets: &Secrets<'_>) -> String {
    format!(
        r#"issuer = "{issuer}"
environment = "development"

[server]
{server}

[database]
{database}

[keys]
master_key_file = {master_key}

[delivery]
smtp_url = "smtp://127.0.0.1:{smtp}"
sms_url = "http://127.0.0.1:{mailbox}/"
sms_shape = "aliyun"
sms_key_id = "mailbox"
sms_key_secret_file = {sms}
sms_sign_name = "E-TEST"
report_secret_file = {reports}

[egress]
allow = [{sites}]
ca_file = {ca}

[accounts]
captcha = "adaptive"

[sandbox]
issuer = "{sandbox}"
token_file = {portal}
ca_file = {ca}

[site]
icp = "{ICP}"

[dev]
migrate_on_start = true
"#,
        issuer = ports.issuer(),
        sandbox = ports.sandbox_issuer(),
        portal = quoted(secrets.portal),
        server = place.server,
        database = place.database,
        smtp = ports.smtp,
        mailbox = ports.mailbox,
        sites = SITES.each_ref().map(|site| format!("\"{}.localhost\"", site.id)).join(", "),
        ca = quoted(&certs.ca()),
        master_key = quoted(secrets.master_key),
        sms = quoted(secrets.sms),
        reports = quoted(secrets.reports),
    )
}

/// The settings of the demo's sandbox: a passport beside the other, whose data is in that file. Mail goes to the same mailbox.
pub(crate) fn sandbox(ports: &Ports, certs: &Certs, database: &Path, [master_key, portal]: [&Path; 2]) -> String {
    format!(
        r#"issuer = "{issuer}"
environment = "development"

[server]
listen = "127.0.0.1:{port}"
tls_cert = {certificate}
tls_key = {key}
shutdown_grace = "3s"

[database]
url = {database}

[keys]
master_key_file = {master_key}

[registration]
portal_token_file = {portal}

[delivery]
smtp_url = "smtp://127.0.0.1:{smtp}"

[egress]
allow = ["localhost"]
ca_file = {ca}

[accounts]
captcha = "adaptive"

[site]
icp = "{ICP}"

[dev]
migrate_on_start = true
"#,
        issuer = ports.sandbox_issuer(),
        port = ports.sandbox,
        certificate = quoted(&certs.certificate("sandbox")),
        key = quoted(&certs.key("sandbox")),
        database = sqlite(database),
        master_key = quoted(master_key),
        portal = quoted(portal),
        smtp = ports.smtp,
        ca = quoted(&certs.ca()),
    )
}

/// A path as a TOML string.
pub(crate) fn quoted(path: &Path) -> String {
    // What Rust escapes in a string literal is what TOML escapes in a basic string, for all that paths hold.
    format!("{:?}", path.display().to_string())
}

/// The address of an SQLite database as a TOML string.
pub(crate) fn sqlite(path: &Path) -> String {
    format!("{:?}", format!("sqlite:{}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_containers_register_the_same_sites_as_the_demo() {
        let registered = [
            include_str!("../../deploy/compose/clients/cet.toml"),
            include_str!("../../deploy/compose/clients/pets.toml"),
            include_str!("../../deploy/compose/clients/ncre.toml"),
        ];
        for ((site, port), text) in SITES.iter().zip(Ports::USUAL.sites).zip(registered) {
            assert_eq!(
                site.client(port),
                text,
                "deploy/compose/clients/{}.toml is not what the demo registers",
                site.id
            );
        }
    }

    #[test]
    fn every_port_has_its_flag_and_no_other_flag_is_taken_for_one() {
        let mut ports = Ports::USUAL;
        for flag in [
            "passport-port",
            "cet-port",
            "pets-port",
            "ncre-port",
            "mailbox-port",
            "smtp-port",
            "metrics-port",
            "sandbox-port",
        ] {
            assert!(ports.set(flag, 1), "{flag}");
        }
        assert!(!ports.set("other-port", 1));
        assert_eq!([ports.passport, ports.mailbox, ports.smtp, ports.metrics, ports.sandbox], [1; 5]);
        assert_eq!(ports.sites, [1; 3]);
    }
}
