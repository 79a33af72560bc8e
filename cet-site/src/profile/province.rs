//! The provinces of test centres, by their codes of GB/T 2260.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use shared::i18n::Lang;

/// A province: two digits of GB/T 2260, as the passport sends them in the claim `exam_province`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Province(u8);

/// The code names no province.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the code of a province (GB/T 2260)")]
pub struct UnknownProvince;

#[rustfmt::skip]
const NAMES: [(u8, &str, &str); 34] = [
    (11, "北京", "Beijing"), (12, "天津", "Tianjin"), (13, "河北", "Hebei"), (14, "山西", "Shanxi"),
    (15, "内蒙古", "Inner Mongolia"), (21, "辽宁", "Liaoning"), (22, "吉林", "Jilin"),
    (23, "黑龙江", "Heilongjiang"), (31, "上海", "Shanghai"), (32, "江苏", "Jiangsu"), (33, "浙江", "Zhejiang"),
    (34, "安徽", "Anhui"), (35, "福建", "Fujian"), (36, "江西", "Jiangxi"), (37, "山东", "Shandong"),
    (41, "河南", "Henan"), (42, "湖北", "Hubei"), (43, "湖南", "Hunan"), (44, "广东", "Guangdong"),
    (45, "广西", "Guangxi"), (46, "海南", "Hainan"), (50, "重庆", "Chongqing"), (51, "四川", "Sichuan"),
    (52, "贵州", "Guizhou"), (53, "云南", "Yunnan"), (54, "西藏", "Tibet"), (61, "陕西", "Shaanxi"),
    (62, "甘肃", "Gansu"), (63, "青海", "Qinghai"), (64, "宁夏", "Ningxia"), (65, "新疆", "Xinjiang"),
    (71, "台湾", "Taiwan"), (81, "香港", "Hong Kong"), (82, "澳门", "Macao"),
];

impl Province {
    /// The name people know.
    #[must_use]
    pub fn name(self, lang: Lang) -> &'static str {
        let named = NAMES.iter().find(|(code, ..)| *code == self.0);
        named.map_or("", |(_, zh, en)| if lang == Lang::Zh { zh } else { en })
    }
}

impl FromStr for Province {
    type Err = UnknownProvince;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = |code: &u8| NAMES.iter().any(|(of, ..)| of == code);
        let two_digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        two_digits.then(|| text.parse().ok()).flatten().filter(known).map(Self).ok_or(UnknownProvince)
    }
}

impl fmt::Display for Province {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl<'de> Deserialize<'de> for Province {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_of_provinces_are_accepted() {
        assert_eq!("11".parse::<Province>().map(|p| p.name(Lang::En)), Ok("Beijing"));
        for wrong in ["", "1", "16", "011", "+1", "1１", "北京"] {
            assert_eq!(wrong.parse::<Province>(), Err(UnknownProvince), "{wrong}");
        }
    }
}
