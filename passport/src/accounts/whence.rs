//! From where something was done, in words.

use shared::http::{Browser, Device, Machine};
use shared::page::Page;

/// A device: the machine and the browser, as far as they are known.
pub fn device(page: &Page, device: Option<Device>) -> String {
    let device = device.unwrap_or(Device::UNKNOWN);
    let machine = || page.t(&format!("sessions-machine-{}", device.machine.code()));
    let browser = || page.t(&format!("sessions-browser-{}", device.browser.code()));
    match (device.machine, device.browser) {
        (Machine::Other, Browser::Other) => page.t("sessions-device-unknown"),
        (_, Browser::Other) => machine(),
        (Machine::Other, _) => browser(),
        _ => page.tw("sessions-device", [("machine", machine().as_str()), ("browser", browser().as_str())]),
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
    use shared::i18n::Lang;

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
