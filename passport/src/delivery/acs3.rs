//! Requests to Alibaba Cloud, signed by its method V3 (`ACS3-HMAC-SHA256`): the one its documentation tells everybody to
//! use. The older one for RPC signs with HMAC-SHA1 and puts the signature into the address, where logs keep it.
//!
//! <https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature>

use std::fmt::Write as _;

use shared::clock::{Civil, Timestamp};
use shared::secret::{SecretString, hmac_sha256, sha256};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// Names of headers that are sent and signed, beside `host`.
pub(super) const ACTION: &str = "x-acs-action";
pub(super) const CONTENT: &str = "x-acs-content-sha256";
pub(super) const DATE: &str = "x-acs-date";
pub(super) const NONCE: &str = "x-acs-signature-nonce";
pub(super) const VERSION: &str = "x-acs-version";

/// A call by POST to `/`, with everything in its query and nothing in its body.
pub(super) struct Call<'a> {
    /// Host and, unless it is the scheme's own, port.
    pub(super) host: &'a str,
    pub(super) action: &'a str,
    pub(super) version: &'a str,
    /// As [`date`] writes it.
    pub(super) date: &'a str,
    /// Another one for every call.
    pub(super) nonce: &'a str,
    /// As [`query`] writes it.
    pub(super) query: &'a str,
}

impl Call<'_> {
    /// The hash of the empty body.
    pub(super) fn content(&self) -> String {
        hex(&sha256(b""))
    }

    /// The header `Authorization`.
    pub(super) fn authorization(&self, key_id: &str, key_secret: &SecretString) -> String {
        let content = self.content();
        let headers = [
            ("host", self.host),
            (ACTION, self.action),
            (CONTENT, &content),
            (DATE, self.date),
            (NONCE, self.nonce),
            (VERSION, self.version),
        ];
        let signed = headers.map(|(name, _)| name).join(";");
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let canonical = format!("POST\n/\n{}\n{lines}\n{signed}\n{content}", self.query);
        let to_sign = format!("{ALGORITHM}\n{}", hex(&sha256(canonical.as_bytes())));
        let signature = hex(&hmac_sha256(key_secret.expose().as_bytes(), to_sign.as_bytes()));
        format!("{ALGORITHM} Credential={key_id},SignedHeaders={signed},Signature={signature}")
    }
}

/// Parameters, in the order of their names, as an address carries them and as they are signed.
pub(super) fn query(parameters: &[(&str, &str)]) -> String {
    let mut sorted = parameters.to_vec();
    sorted.sort_unstable();
    let pairs = sorted.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// RFC 3986 §2.1, everything but the unreserved characters.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => {
                // A String takes everything that is written to it.
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

/// A moment in UTC, to the second.
pub(super) fn date(at: Timestamp) -> String {
    let Civil { year, month, day, hour, minute, second } = at.civil(0);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Bytes in lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the documentation works out ("fixed parameters").
    #[test]
    fn the_documented_example_comes_out() {
        let query =
            query(&[("RegionId", "cn-shanghai"), ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd")]);
        let call = Call {
            host: "ecs.cn-shanghai.aliyuncs.com",
            action: "RunInstances",
            version: "2014-05-26",
            date: &date(Timestamp::from_seconds(1_698_315_752)),
            nonce: "3156853299f313e23d1673dc12e1703d",
            query: &query,
        };
        assert_eq!(
            call.authorization("YourAccessKeyId", &SecretString::new("YourAccessKeySecret")),
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
             x-acs-date;x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        );
    }

    #[test]
    fn parameters_are_sorted_and_encoded_to_the_last_character() {
        let query = query(&[("b", "1 +*~/"), ("a", "验{\"x\":\"y\"}")]);
        assert_eq!(query, "a=%E9%AA%8C%7B%22x%22%3A%22y%22%7D&b=1%20%2B%2A~%2F");
    }
}
