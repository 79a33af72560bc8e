//! Provinces by their codes (GB/T 2260).

use shared::i18n::Lang;

/// A province of mainland China, Taiwan, Hong Kong or Macao.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Province {
    code: &'static str,
    zh: &'static str,
    en: &'static str,
}

const fn province(code: &'static str, zh: &'static str, en: &'static str) -> Province {
    Province { code, zh, en }
}

impl Province {
    /// All of them, in the order of their codes.
    pub const ALL: [Self; 34] = [
        province("11", "北京", "Beijing"),
        province("12", "天津", "Tianjin"),
        province("13", "河北", "Hebei"),
        province("14", "山西", "Shanxi"),
        province("15", "内蒙古", "Inner Mongolia"),
        province("21", "辽宁", "Liaoning"),
        province("22", "吉林", "Jilin"),
        province("23", "黑龙江", "Heilongjiang"),
        province("31", "上海", "Shanghai"),
        province("32", "江苏", "Jiangsu"),
        province("33", "浙江", "Zhejiang"),
        province("34", "安徽", "Anhui"),
        province("35", "福建", "Fujian"),
        province("36", "江西", "Jiangxi"),
        province("37", "山东", "Shandong"),
        province("41", "河南", "Henan"),
        province("42", "湖北", "Hubei"),
        province("43", "湖南", "Hunan"),
        province("44", "广东", "Guangdong"),
        province("45", "广西", "Guangxi"),
        province("46", "海南", "Hainan"),
        province("50", "重庆", "Chongqing"),
        province("51", "四川", "Sichuan"),
        province("52", "贵州", "Guizhou"),
        province("53", "云南", "Yunnan"),
        province("54", "西藏", "Tibet"),
        province("61", "陕西", "Shaanxi"),
        province("62", "甘肃", "Gansu"),
        province("63", "青海", "Qinghai"),
        province("64", "宁夏", "Ningxia"),
        province("65", "新疆", "Xinjiang"),
        province("71", "台湾", "Taiwan"),
        province("81", "香港", "Hong Kong"),
        province("82", "澳门", "Macao"),
    ];

    /// The one with that code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|province| province.code == code)
    }

    /// Two digits.
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// Its short name.
    pub const fn name(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_found_again() {
        for province in Province::ALL {
            assert_eq!(Province::parse(province.code()), Some(province));
        }
        assert_eq!(Province::parse("44").map(|p| p.name(Lang::Zh)), Some("广东"));
        assert_eq!(Province::parse("99"), None);
        assert_eq!(Province::parse(""), None);
    }
}
