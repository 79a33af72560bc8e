"""Writes the databases of places that the tests read, beside itself: `pip install mmdb_writer==0.2.7`, then run it.

Every network is one for documentation, or one that must never be looked up.
"""

import pathlib

from mmdb_writer import MMDBWriter
from netaddr import IPSet

HERE = pathlib.Path(__file__).parent


def names(zh, en):
    return {"names": {key: text for key, text in (("zh-CN", zh), ("en", en)) if text is not None}}


def record(country, region=None, city=None):
    parts = {"country": country, "city": city}
    found = {key: names(*part) for key, part in parts.items() if part}
    if region:
        # Of two the first is the greater one.
        found["subdivisions"] = [names(*region), names("某县", "Some county")]
    # What a database may hold beside, and is never shown.
    found["location"] = {"accuracy_radius": 5, "latitude": 32.0607, "longitude": 118.7627}
    found["postal"] = {"code": "210000"}
    return found


CHINA = ("中国", "China")
NANJING = record(CHINA, ("江苏", "Jiangsu"), ("南京", "Nanjing"))
NEVER = record(("不该出现", "Never shown"))

CITIES = {
    "203.0.113.0/25": NANJING,
    "203.0.113.128/25": record(CHINA),
    "198.51.100.0/27": record((None, "Germany"), (None, "Saxony"), (None, "Dresden (Altstadt)")),
    "198.51.100.32/27": record(CHINA, ("北京市", "Beijing"), ("北京", "Beijing")),
    "198.51.100.64/27": record(("新加坡", "Singapore"), None, ("新加坡", "Singapore")),
    "198.51.100.96/27": record(CHINA, ("江苏", "Jiangsu")),
    "198.51.100.128/27": record(
        ('<script>alert("国")</script>', '<script>alert("state")</script>'), None, ("<b>城</b>&amp;", "<b>Town</b>&amp;")
    ),
    "198.51.100.160/27": record(CHINA, ("x" * 81, "y" * 81), ("长" * 81, "z" * 2_000)),
    "198.51.100.192/27": record(CHINA, ("江\u202e苏", "Jiang\nsu"), ("（玄武区）", "(Xuanwu)")),
    "198.51.100.224/27": {"country": names(*CHINA), "city": "Nanjing", "subdivisions": {"names": ["Jiangsu"]}},
    "192.0.2.0/25": {"country": "CN", "city": {"names": {"en": 7, "zh-CN": True}}},
    "192.0.2.128/25": record(("k" * 80, "k" * 80), None, ("", " ")),
    "2001:db8:1::/48": NANJING,
    "2001:db8:2::/48": record(CHINA),
    # The first /64 of a network is another place than the rest of it.
    "2001:db8:3::/64": record(CHINA, ("北京市", "Beijing"), ("北京", "Beijing")),
    "2001:db8:3:1::/64": NANJING,
} | {
    network: NEVER
    for network in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/4 "
        "255.255.255.255/32 fc00::/7 fe80::/10 ff00::/8"
    ).split()
}

ASN = {"203.0.113.0/24": {"autonomous_system_number": 64500, "autonomous_system_organization": "Example"}}


def write(name, kind, networks, version):
    writer = MMDBWriter(
        ip_version=version,
        database_type=kind,
        languages=["en", "zh-CN"],
        description="For tests: networks of documentation, places by invention",
        ipv4_compatible=version == 6,
    )
    for network, content in networks.items():
        writer.insert_network(IPSet([network]), content)
    writer.to_db_file(str(HERE / name))


write("cities.mmdb", "DBIP-City-Lite", CITIES, 6)
write("countries-ipv4.mmdb", "GeoLite2-Country", {"203.0.113.0/24": record(CHINA)}, 4)
write("asn.mmdb", "GeoLite2-ASN", ASN, 6)
