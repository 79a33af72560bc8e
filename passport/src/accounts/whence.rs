//! From where something was done, in words.

use std::sync::LazyLock;

use shared::http::{Browser, Device, Machine};
use shared::i18n::{Catalogue, Lang};
use shared::page::Page;

use super::Accounts;

/// The names of devices, for messages, which know no page.
static NAMES: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::new(&[
        (Lang::Zh, &[include_str!("../../locales/zh-CN/sessions.ftl")]),
        (Lang::En, &[include_str!("../../locales/en/sessions.ftl")]),
    ])
});

/// A device: the machine and the browser, as far as they are known.
pub fn device(page: &Page, device: Option<Device>) -> String {
    device_in(page.lang, device)
}

/// The same in a language.
pub fn device_in(lang: Lang, device: Option<Device>) -> String {
    let device = device.unwrap_or(Device::UNKNOWN);
    let machine = || NAMES.text(lang, &format!("sessions-machine-{}", device.machine.code()));
    let browser = || NAMES.text(lang, &format!("sessions-browser-{}", device.browser.code()));
    match (device.machine, device.browser) {
        (Machine::Other, Browser::Other) => NAMES.text(lang, "sessions-device-unknown"),
        (_, Browser::Other) => machine(),
        (Machine::Other, _) => browser(),
        _ => NAMES.text_with(lang, "sessions-device", &[("machine", &*machine()), ("browser", &*browser())]),
    }
}

/// A network as it is stored, and about where it is, if a database says so.
pub fn network(accounts: &Accounts, lang: Lang, network: &str) -> String {
    match accounts.parts().places.of_network(network, lang) {
        Some(place) => NAMES.text_with(lang, "sessions-network-place", &[("network", network), ("place", &*place)]),
        None => network.to_owned(),
    }
}

/// The symbol of a device.
pub fn symbol(device: Option<Device>) -> &'static str {
    match device.map_or(Machine::Other, |device| device.machine) {
        Machine::HarmonyPhone | Machine::IPhone | Machine::AndroidPhone => "phone",
        Machine::HarmonyTablet | Machine::IPad | Machine::AndroidTablet => "tablet",
        _ => "laptop",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use http::Uri;

    use super::*;
    use crate::web::{Pages, texts};

    #[test]
    fn every_device_has_a_name_in_both_languages() {
        let pages = Pages::new(Arc::new(texts::catalogue()), None);
        for lang in [Lang::Zh, Lang::En] {
            let page = pages.page(lang, &Uri::from_static("/"));
            for machine in Machine::ALL {
                for browser in Browser::ALL {
                    let text = device(&page, Some(Device { machine: *machine, browser: *browser }));
                    assert!(!text.is_empty() && !text.contains("sessions-"), "{lang:?}: {text}");
                }
            }
        }
        assert_eq!(device(&pages.page(Lang::Zh, &Uri::from_static("/")), None), "没有认出的设备");
    }
}
