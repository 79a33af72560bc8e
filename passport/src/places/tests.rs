use super::*;

/// A database of the tests; `tests/places/build.py` says what is in it.
fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/places").join(name)
}

fn places(name: &str) -> Places {
    Places::of(Some(&file(name))).expect("a database of places")
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(file(name)).expect("a file")
}

/// Where an address is, in Chinese and in English.
fn both(places: &Places, network: &str) -> [Option<String>; 2] {
    [Lang::Zh, Lang::En].map(|lang| places.of_network(network, lang))
}

fn texts(zh: &str, en: &str) -> [Option<String>; 2] {
    [Some(zh.to_owned()), Some(en.to_owned())]
}

#[test]
fn a_place_is_named_down_to_its_city_in_the_language_of_the_page_or_else_in_the_other() {
    let places = places("cities.mmdb");
    for (network, zh, en) in [
        ("203.0.113.7", "中国·江苏·南京", "Nanjing, Jiangsu, China"),
        ("203.0.113.200", "中国", "China"),
        ("198.51.100.100", "中国·江苏", "Jiangsu, China"),
        // Names in English alone, and a city with its district.
        ("198.51.100.1", "Germany·Saxony·Dresden", "Dresden, Saxony, Germany"),
        // What is a city and a region, or a city and a country, is named once.
        ("198.51.100.40", "中国·北京", "Beijing, China"),
        ("198.51.100.70", "新加坡", "Singapore"),
        // The longest name that there is, and names of nothing.
        ("192.0.2.130", &"k".repeat(80), &"k".repeat(80)),
    ] {
        assert_eq!(both(&places, network), texts(zh, en), "{network}");
    }
}

#[test]
fn a_network_is_where_its_first_address_is() {
    let places = places("cities.mmdb");
    let nanjing = texts("中国·江苏·南京", "Nanjing, Jiangsu, China");
    assert_eq!(both(&places, "2001:db8:1:2::/64"), nanjing);
    assert_eq!(both(&places, "2001:db8:2::/64"), texts("中国", "China"));
    assert_eq!(both(&places, "2001:db8:3::/64"), texts("中国·北京", "Beijing, China"));
    assert_eq!(both(&places, "2001:db8:3:1::/64"), nanjing);
    // An IPv4 address is one, however it is written.
    assert_eq!(both(&places, "::ffff:203.0.113.7"), nanjing);
    for none in ["192.0.2.1", "203.0.114.1", "2001:db8:4::/64", "::ffff:203.0.114.1", "", "/64", "x", "203.0.113.7.1"] {
        assert_eq!(both(&places, none), [None, None], "{none}");
    }
}

#[test]
fn addresses_of_no_place_are_not_looked_up() {
    let places = places("cities.mmdb");
    for local in [
        "127.0.0.1",
        "127.255.255.255",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.7.7",
        "100.64.0.1",
        "100.127.255.255",
        "0.0.0.0",
        "0.1.2.3",
        "224.0.0.251",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:192.168.1.1",
        "fc00::/64",
        "fd12:3456:789a:1::/64",
        "fe80::/64",
        "ff02::1",
    ] {
        assert_eq!(both(&places, local), [None, None], "{local}");
    }
    for public in ["100.63.255.255", "100.128.0.1", "172.32.0.1", "192.169.0.1", "1.1.1.1", "2001:db8::1"] {
        assert!(!is_local(public.parse().expect("an address")), "{public}");
    }
}

#[test]
fn names_that_nobody_can_read_are_left_out_and_others_stand_as_they_are() {
    let places = places("cities.mmdb");
    let html =
        texts("<script>alert(\"国\")</script>·<b>城</b>&amp;", "<b>Town</b>&amp;, <script>alert(\"state\")</script>");
    assert_eq!(both(&places, "198.51.100.130"), html, "escaping is the page's");
    // Too long, of two lines, turning what stands around it, nothing but a district; and a record of another shape.
    for network in ["198.51.100.170", "198.51.100.200", "198.51.100.230"] {
        assert_eq!(both(&places, network), texts("中国", "China"), "{network}");
    }
}

#[test]
fn a_database_of_countries_or_of_ipv4_alone_says_what_it_knows() {
    let places = places("countries-ipv4.mmdb");
    assert_eq!(both(&places, "203.0.113.7"), texts("中国", "China"));
    assert_eq!(both(&places, "2001:db8:1::/64"), [None, None]);
}

#[test]
fn who_made_a_database_is_named_where_its_licence_asks_for_it() {
    let source = |name: &str| places(name).source().map(|source| source.credit);
    assert_eq!(source("cities.mmdb"), Some("IP Geolocation by DB-IP"));
    assert_eq!(source("countries-ipv4.mmdb"), Some("GeoLite2 data created by MaxMind"));
    let mut own = bytes("cities.mmdb");
    let at = own.windows(5).position(|part| part == b"DBIP-").expect("its kind");
    own[at..at + 5].copy_from_slice(b"Ours-");
    assert_eq!(Places::of_bytes(own, Path::new("own")).expect("places").source(), None);
}

#[test]
fn without_a_database_there_is_no_place() {
    let places = Places::of(None).expect("nothing to read");
    assert_eq!(both(&places, "203.0.113.7"), [None, None]);
}

/// Why a file is refused.
fn refused(bytes: Vec<u8>) -> String {
    let error = Places::of_bytes(bytes, Path::new("/srv/places.mmdb")).err().expect("refused");
    error.to_string()
}

#[test]
fn a_file_that_is_missing_damaged_or_of_another_kind_is_refused_in_a_sentence() {
    let missing = Places::of(Some(Path::new("/nowhere/places.mmdb"))).err().expect("refused").to_string();
    assert!(missing.starts_with("/nowhere/places.mmdb: the file cannot be read ("), "{missing}");
    let whole = bytes("cities.mmdb");
    let damaged =
        "/srv/places.mmdb: this is no MaxMind database (.mmdb), or it is damaged or cut short; fetch it once more";
    for length in [0, 1, 100, whole.len() / 2, whole.len() - 100, whole.len() - 1] {
        assert_eq!(refused(whole[..length].to_vec()), damaged, "cut at {length}");
    }
    for other in [&b"not found"[..], b"\x1f\x8b\x08\0a tar.gz", b"\xab\xcd\xefMaxMind.com"] {
        assert_eq!(refused(other.to_vec()), damaged);
    }
    let other_kind = "/srv/places.mmdb: this database (GeoLite2-ASN) names no places; take one of cities or countries";
    assert_eq!(refused(bytes("asn.mmdb")), other_kind);
}

#[test]
fn damage_inside_a_database_costs_no_more_than_places() {
    let whole = bytes("cities.mmdb");
    let asked =
        ["203.0.113.7", "198.51.100.1", "198.51.100.130", "198.51.100.170", "2001:db8:1::/64", "2001:db8:3:1::/64"];
    let longest = 3 * LONGEST + 4;
    let look = |bytes: Vec<u8>| {
        let Ok(places) = Places::of_bytes(bytes, Path::new("damaged")) else { return };
        for place in asked.iter().flat_map(|network| both(&places, network)).flatten() {
            assert!(place.chars().count() <= longest, "{place}");
        }
    };
    for at in 0..whole.len() {
        for with in [0xff, whole[at].wrapping_add(1)] {
            let mut bytes = whole.clone();
            bytes[at] = with;
            look(bytes);
        }
    }
    // A tree of nothing but ways back to its root: what a download leaves that got its length and not its content.
    let mut hollow = whole.clone();
    let records = whole.windows(8).position(|part| part == b"\x47country").expect("records");
    hollow[..records - 64].fill(0);
    let hollow = Places::of_bytes(hollow, Path::new("hollow")).expect("it looks like one");
    assert_eq!(both(&hollow, asked[0]), [None, None]);
}

#[test]
fn regions_are_told_apart_as_far_as_the_database_names_them() {
    let places = places("cities.mmdb");
    let of = |network: &str| places.region_of(network).expect("a region");
    let (jiangsu, china, beijing, saxony) =
        (of("203.0.113.7"), of("203.0.113.200"), of("198.51.100.40"), of("198.51.100.1"));
    // Another city of the same region, another address family, and a place of which the country alone is known.
    for same in [of("198.51.100.100"), of("2001:db8:1:2::/64"), of("::ffff:203.0.113.7"), china.clone()] {
        assert!(jiangsu.may_be(&same) && same.may_be(&jiangsu), "{same:?}");
    }
    for other in [&beijing, &saxony] {
        assert!(!jiangsu.may_be(other) && !other.may_be(&jiangsu), "{other:?}");
    }
    assert!(china.may_be(&beijing) && !china.may_be(&saxony));
    for none in ["192.0.2.1", "203.0.114.1", "10.0.0.7", "", "/64", "x", "203.0.113.7.1"] {
        assert_eq!(places.region_of(none), None, "{none}");
    }
    assert_eq!(Places::default().region_of("203.0.113.7"), None);
}
