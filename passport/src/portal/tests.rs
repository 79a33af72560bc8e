use super::model::{Act, NameError, OrganisationName, Role};

#[test]
fn a_name_is_made_of_the_letters_of_names() {
    for name in ["北辰商务外语测评", "  Beichen   Testing Co., Ltd. ", "北辰（上海）", "Prüfungsamt", "𬭎博考试"]
    {
        assert!(OrganisationName::parse(name).is_ok(), "{name}");
    }
    assert_eq!(OrganisationName::parse(" Bei  chen ").map(|name| name.to_string()), Ok("Bei chen".to_owned()));
    for (name, problem) in [
        ("", NameError::Short),
        ("北", NameError::Short),
        ("1234", NameError::Short),
        // Letters that look like Latin ones, a mark that turns the direction, a line break's relatives, markup.
        ("Веichen", NameError::Character),
        ("北辰\u{202e}测评", NameError::Character),
        ("北辰<b>", NameError::Character),
        ("北辰\u{0}", NameError::Character),
        ("http://北辰", NameError::Character),
        ("登录evil.example", NameError::Address),
        ("evil.中国", NameError::Address),
    ] {
        assert_eq!(OrganisationName::parse(name), Err(problem), "{name:?}");
    }
    assert!(OrganisationName::parse(&"测".repeat(60)).is_ok());
    assert_eq!(OrganisationName::parse(&"测".repeat(61)), Err(NameError::Long));
}

#[test]
fn a_role_may_do_what_those_below_may() {
    let acts = [Act::Look, Act::Leave, Act::Rename, Act::Invite, Act::ChangeRole, Act::Remove, Act::RunSites];
    for act in acts {
        for pair in Role::ALL.windows(2) {
            assert!(pair[0].may(act) || !pair[1].may(act), "{act:?}");
        }
    }
    assert!(Role::Viewer.may(Act::Look) && !Role::Viewer.may(Act::RunSites) && !Role::Developer.may(Act::Invite));
}
