//! What kind of machine and which browser a request names, in a few words that can be stored.
//!
//! `User-Agent` is free text of any length that anyone may write. Only what is recognised in its beginning is kept, as
//! one of the codes below: what is stored is short whatever was sent, says no more of a person than a page shows, and
//! holds nothing that somebody else chose.

use std::fmt;

/// No more of the header is looked at: the longest in use, of browsers within other programs, have some 400 bytes.
const LOOKED_AT: usize = 512;

/// A machine and the browser on it, as far as a request names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// The machine.
    pub machine: Machine,
    /// The browser, or the program that shows pages as one does.
    pub browser: Browser,
}

/// An enum whose values are codes, each recognised by the first of its words that stands in a text. A value with
/// several words, joined by `+`, needs them all.
macro_rules! recognised {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $value:ident $code:literal: $($words:literal),+;)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            $($(#[$doc])* $value,)*
            /// None that is known.
            #[default]
            Other,
        }

        impl $name {
            /// Every value.
            pub const ALL: &[Self] = &[$(Self::$value,)* Self::Other];

            /// As it is stored.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$value => $code,)*
                    Self::Other => "other",
                }
            }

            /// The one with that code; of an unknown code, none that is known.
            fn parse(code: &str) -> Self {
                Self::ALL.iter().copied().find(|value| value.code() == code).unwrap_or_default()
            }

            /// The first in the order of the list whose words stand in the text.
            fn recognise(text: &str) -> Self {
                let has = |words: &str| words.split('+').all(|word| text.contains(word));
                const WORDS: &[($name, &[&str])] = &[$(($name::$value, &[$($words),+]),)*];
                WORDS.iter().find(|(_, words)| words.iter().any(|words| has(words))).map(|(value, _)| *value).unwrap_or_default()
            }
        }
    };
}

recognised! {
    /// A kind of machine. Those that name others' systems too come first.
    Machine {
        /// A tablet with HarmonyOS.
        HarmonyTablet "harmony-tablet": "OpenHarmony+Tablet", "HarmonyOS+Tablet";
        /// A computer with HarmonyOS.
        HarmonyComputer "harmony-computer": "(PC; OpenHarmony";
        /// A phone with HarmonyOS.
        HarmonyPhone "harmony-phone": "OpenHarmony", "HarmonyOS";
        /// An iPad that says so; many call themselves a Mac.
        IPad "ipad": "iPad";
        /// An iPhone.
        IPhone "iphone": "iPhone", "iPod";
        /// A phone with Android.
        AndroidPhone "android-phone": "Android+Mobile";
        /// Anything else with Android.
        AndroidTablet "android-tablet": "Android";
        /// A computer with Windows.
        Windows "windows": "Windows NT";
        /// A Chromebook.
        Chromebook "chromebook": "CrOS";
        /// A Mac.
        Mac "mac": "Macintosh";
        /// A computer with Linux.
        Linux "linux": "Linux", "X11";
    }
}

recognised! {
    /// A browser. Nearly all call themselves Chrome or Safari as well: these come last.
    Browser {
        /// WeChat.
        WeChat "wechat": "MicroMessenger/";
        /// Alipay.
        Alipay "alipay": "AlipayClient/";
        /// DingTalk.
        DingTalk "dingtalk": "DingTalk/";
        /// QQ, or its browser.
        Qq "qq": "MQQBrowser/", "QQBrowser/", " QQ/";
        /// UC Browser.
        Uc "uc": "UCBrowser/", "UBrowser/";
        /// Baidu.
        Baidu "baidu": "baiduboxapp/", "BIDUBrowser/";
        /// 360.
        Qihoo "qihoo": "QIHU", "360SE", "360EE";
        /// Sogou.
        Sogou "sogou": "SogouMobileBrowser/", "MetaSr";
        /// Quark.
        Quark "quark": "Quark/";
        /// Huawei's own.
        Huawei "huawei": "HuaweiBrowser/";
        /// Xiaomi's own.
        Xiaomi "xiaomi": "MiuiBrowser/";
        /// Vivo's own.
        Vivo "vivo": "VivoBrowser/";
        /// Oppo's own.
        Oppo "oppo": "HeyTapBrowser/";
        /// Samsung's own.
        Samsung "samsung": "SamsungBrowser/";
        /// Edge.
        Edge "edge": "Edg/", "EdgA/", "EdgiOS/", "Edge/";
        /// Opera.
        Opera "opera": "OPR/", "Opera";
        /// Firefox.
        Firefox "firefox": "Firefox/", "FxiOS/";
        /// Chrome, or one of its many kin.
        Chrome "chrome": "Chrome/", "CriOS/", "Chromium/";
        /// Internet Explorer.
        InternetExplorer "ie": "Trident/", "MSIE ";
        /// Safari.
        Safari "safari": "Safari/+Version/";
    }
}

impl Device {
    /// None that is known.
    pub const UNKNOWN: Self = Self { machine: Machine::Other, browser: Browser::Other };

    /// What the value of a `User-Agent` names.
    #[must_use]
    pub fn of_user_agent(text: &[u8]) -> Self {
        let text = String::from_utf8_lossy(&text[..text.len().min(LOOKED_AT)]);
        Self { machine: Machine::recognise(&text), browser: Browser::recognise(&text) }
    }

    /// The device that was stored as [`fmt::Display`] writes it. What an older or newer version stored and this one does
    /// not know is a device that is not known.
    #[must_use]
    pub fn parse(stored: &str) -> Self {
        let (machine, browser) = stored.split_once(' ').unwrap_or((stored, ""));
        Self { machine: Machine::parse(machine), browser: Browser::parse(browser) }
    }
}

/// As it is stored: `windows edge`.
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.machine.code(), self.browser.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEBKIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";

    fn named(user_agent: &str) -> String {
        Device::of_user_agent(user_agent.as_bytes()).to_string()
    }

    #[test]
    fn browsers_are_told_from_those_whose_names_they_carry() {
        let windows = format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36");
        assert_eq!(named(&windows), "windows chrome");
        assert_eq!(named(&format!("{windows} Edg/126.0.0.0")), "windows edge");
        assert_eq!(named(&format!("{windows} OPR/112.0.0.0")), "windows opera");
        assert_eq!(named("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"), "windows ie");
        assert_eq!(named("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), "linux firefox");
        let mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        assert_eq!(named(&format!("{mac} Version/17.5 Safari/605.1.15")), "mac safari");
    }

    #[test]
    fn the_phones_of_candidates_are_known() {
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        assert_eq!(named(&format!("{iphone} Version/17.5 Mobile/15E148 Safari/604.1")), "iphone safari");
        assert_eq!(named(&format!("{iphone} CriOS/126.0 Mobile/15E148 Safari/604.1")), "iphone chrome");
        assert_eq!(named(&format!("{iphone} Mobile/15E148 MicroMessenger/8.0.49(0x18003137)")), "iphone wechat");
        let android = "Mozilla/5.0 (Linux; Android 14; 23127PN0CC Build/UKQ1; wv)";
        let wechat = "Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240404 \
            MicroMessenger/8.0.49.2600(0x28003137) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN";
        assert_eq!(named(&format!("{android} {WEBKIT} {wechat}")), "android-phone wechat");
        assert_eq!(named(&format!("{android} {WEBKIT} Chrome/126.0 Safari/537.36")), "android-tablet chrome");
        let harmony = "Mozilla/5.0 (Phone; OpenHarmony 5.0)";
        let arkweb = "Chrome/114.0.0.0 Safari/537.36 ArkWeb/4.1.6.1 Mobile HuaweiBrowser/5.0.4.300";
        assert_eq!(named(&format!("{harmony} {WEBKIT} {arkweb}")), "harmony-phone huawei");
        assert_eq!(named(&harmony.replace("Phone", "Tablet")), "harmony-tablet other");
        assert_eq!(named(&harmony.replace("Phone", "PC")), "harmony-computer other");
    }

    #[test]
    fn a_text_that_names_nothing_is_a_device_that_is_not_known() {
        for strange in ["", "curl/8.5.0", "\u{0}<script>", "Safari", &"x".repeat(100_000)] {
            assert_eq!(Device::of_user_agent(strange.as_bytes()), Device::UNKNOWN, "{strange:.20}");
        }
        assert_eq!(Device::of_user_agent(&[0xff, 0xfe, 0x00]), Device::UNKNOWN);
        let late = format!("{}Firefox/1", "Windows NT ".repeat(100));
        assert_eq!(named(&late), "windows other", "only the beginning is looked at");
    }

    #[test]
    fn what_is_stored_is_read_again_and_what_is_not_known_is_no_error() {
        for machine in Machine::ALL {
            for browser in Browser::ALL {
                let device = Device { machine: *machine, browser: *browser };
                assert_eq!(Device::parse(&device.to_string()), device);
            }
        }
        for strange in ["", "windows", "windows netscape", "amiga edge", "a b c"] {
            let device = Device::parse(strange);
            assert!(device.machine == Machine::Other || device.browser == Browser::Other, "{strange}");
        }
    }
}
