//! What is written is read, and what is over is gone.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::clock::Timestamp;
use crate::i18n::{Catalogue, Lang};
use crate::page::{Accent, Announcement, Page, Site};

/// 2027-03-18, 09:00 in Beijing.
const NOW: Timestamp = Timestamp::from_seconds(1_805_331_600);
const HOUR: Duration = Duration::from_secs(3_600);

fn planned() -> Notice {
    Notice {
        id: "n1".to_owned(),
        kind: Kind::Planned,
        parts: vec![Part::SignIn, Part::Registration],
        shown_from: NOW - HOUR,
        begins: NOW + HOUR,
        ends: NOW + HOUR * 2,
        words: Words { zh: "更换机器".to_owned(), en: "New machines".to_owned() },
    }
}

fn trouble() -> Notice {
    Notice { id: "n2".to_owned(), kind: Kind::Trouble, parts: vec![Part::Sms], begins: NOW, ..planned() }
}

fn report(states: &[(Part, State)], notices: &[Notice]) -> Report {
    Report { at: NOW, parts: states.to_vec(), notices: notices.to_vec() }
}

fn page(lang: Lang) -> Page {
    const ZH: &[&str] = &[include_str!("../../locales/zh-CN/common.ftl")];
    const EN: &[&str] = &[include_str!("../../locales/en/common.ftl")];
    let site = Site { accent: Accent::Passport, name: String::new(), tagline: None, home: String::new() };
    Page::new(Arc::new(Catalogue::new(&[(Lang::Zh, ZH), (Lang::En, EN)])), lang, site)
}

fn titles(report: &Report, lang: Lang, now: Timestamp) -> Vec<String> {
    let told = report.announcements(&page(lang), now, "/status");
    told.into_iter().map(|Announcement { title, .. }| title).collect()
}

#[test]
fn what_is_written_is_read_again() {
    let all: Vec<_> = Part::ALL.iter().copied().zip(State::ALL.iter().copied().cycle()).collect();
    let written = report(&all, &[planned(), trouble()]);
    assert_eq!(Report::from_json(written.to_json().as_bytes()).expect("a status"), written);
}

#[test]
fn what_a_newer_version_adds_is_left_out_and_the_rest_counts() {
    let newer = report(&[(Part::SignIn, State::Down), (Part::Mail, State::Ok)], &[planned(), trouble()])
        .to_json()
        .replace(r#""part":"mail""#, r#""part":"pigeons","eggs":2"#)
        .replace(r#""kind":"trouble""#, r#""kind":"feast""#);
    let read = Report::from_json(newer.as_bytes()).expect("a status");
    assert_eq!(read, report(&[(Part::SignIn, State::Down)], &[planned()]));
    for wrong in ["", "{}", "[]", "<html>", r#"{"parts":[],"notices":7}"#] {
        assert!(Report::from_json(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn words_from_elsewhere_are_cut() {
    let mut long = planned();
    long.words.zh = "长".repeat(5_000);
    let many = vec![long; 100];
    let read = Report::from_json(report(&[], &many).to_json().as_bytes()).expect("a status");
    assert_eq!((read.notices.len(), read.notices[0].words.zh.chars().count()), (20, 600));
}

#[test]
fn a_notice_ends_by_itself_and_what_was_heard_of_parts_counts_for_a_short_time() {
    let board = Board::default();
    assert_eq!(board.report(NOW), Report::default(), "nothing was heard yet");
    board.put_up(report(&[(Part::Mail, State::Down)], &[planned()]), NOW);
    let at = |after: Duration| board.report(NOW + after);
    assert_eq!(at(FRESH - Duration::from_millis(1)).state(Part::Mail), Some(State::Down));
    assert_eq!(at(FRESH).state(Part::Mail), Some(State::Unknown));
    assert_eq!(at(HOUR * 2 - Duration::from_millis(1)).notices.len(), 1);
    assert_eq!(at(HOUR * 2).notices, []);
}

#[test]
fn planned_work_that_has_begun_shows_at_its_parts_and_a_trouble_too() {
    let board = Board::default();
    let parts = [(Part::SignIn, State::Ok), (Part::Sms, State::Ok), (Part::Mail, State::Ok)];
    board.put_up(report(&parts, &[planned(), trouble()]), NOW);
    let now = board.report(NOW);
    assert_eq!((now.state(Part::SignIn), now.state(Part::Sms)), (Some(State::Ok), Some(State::Degraded)));
    let then = board.report(NOW + HOUR);
    assert_eq!((then.state(Part::SignIn), then.worst()), (Some(State::Maintenance), State::Maintenance));
}

#[test]
fn planned_work_is_told_ahead_with_its_times_and_then_with_its_end() {
    let report = report(&[], &[planned()]);
    assert_eq!(titles(&report, Lang::Zh, NOW - HOUR * 2), Vec::<String>::new(), "too early");
    assert_eq!(titles(&report, Lang::Zh, NOW), ["计划维护：3月18日 10:00–11:00（北京时间）"]);
    assert_eq!(titles(&report, Lang::En, NOW), ["Planned maintenance: 18 March, 10:00–11:00 (Beijing time)"]);
    assert_eq!(titles(&report, Lang::Zh, NOW + HOUR), ["正在维护，预计3月18日 11:00结束（北京时间）"]);
    assert_eq!(titles(&report, Lang::Zh, NOW + HOUR * 2), Vec::<String>::new(), "it is over");
    let told = &report.announcements(&page(Lang::Zh), NOW, "/status")[0];
    assert_eq!(told.sentences, ["涉及：登录、注册。", "更换机器"]);
    assert_eq!(told.more.as_ref().map(|more| more.href.as_str()), Some("/status"));
}

#[test]
fn work_across_midnight_names_both_days() {
    let night = Notice { begins: NOW + HOUR * 13, ends: NOW + HOUR * 17, ..planned() };
    let report = report(&[], &[night]);
    assert_eq!(titles(&report, Lang::Zh, NOW), ["计划维护：3月18日 22:00至3月19日 02:00（北京时间）"]);
}

#[test]
fn what_people_notice_is_told_unless_a_notice_tells_of_it() {
    let down = [(Part::SignIn, State::Down), (Part::Sms, State::Down), (Part::Keys, State::Down)];
    assert_eq!(titles(&report(&down, &[]), Lang::Zh, NOW), ["登录、短信暂时不能用"]);
    assert_eq!(titles(&report(&down, &[trouble()]), Lang::Zh, NOW), ["登录暂时不能用", "服务公告"]);
    assert_eq!(titles(&report(&[(Part::Mail, State::Degraded)], &[]), Lang::En, NOW), ["Slower than usual: mail"]);
    for quiet in [State::Ok, State::Unknown, State::Maintenance] {
        assert_eq!(titles(&report(&[(Part::SignIn, quiet)], &[]), Lang::Zh, NOW), Vec::<String>::new());
    }
}

#[test]
fn no_more_stands_above_a_page_than_people_read() {
    let told =
        report(&[(Part::Tokens, State::Down)], &vec![trouble(); 9]).announcements(&page(Lang::En), NOW, "/status");
    assert_eq!(told.len(), 3);
    assert_eq!(told.iter().filter(|one| one.more.is_some()).count(), 1);
}
