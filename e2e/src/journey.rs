//! The main journey, step by step, as the product promises it.

use std::time::Instant;

use anyhow::Context as _;
use reqwest::StatusCode;

use crate::demo::Demo;
use crate::visitor::Visitor;

/// What a new candidate types at registration.
pub struct Newcomer {
    /// Their mail address.
    pub email: String,
    /// Their mobile number.
    pub mobile: String,
    /// Their password.
    pub password: String,
}

impl Newcomer {
    /// Somebody who is not registered yet, told apart by `number` (8 digits at most).
    #[must_use]
    pub fn new(number: u64) -> Self {
        let number = number % 100_000_000;
        Self {
            email: format!("newcomer{number}@example.cn"),
            mobile: format!("139{number:08}"),
            password: "Kite-over-2-lakes".to_owned(),
        }
    }
}

/// Walks every step and prints each with its time.
///
/// Fails at the first step that does not hold.
pub async fn walk(demo: &Demo) -> anyhow::Result<()> {
    let newcomer = Newcomer::new(u64::from(std::process::id()));
    let mut visitor = Visitor::new(demo)?;
    let begun = now();
    let mut steps = 0;
    macro_rules! step {
        ($what:expr, $walk:expr) => {{
            let begun = now();
            $walk.await.with_context(|| format!("✗ {}", $what))?;
            println!("✓ {} ({:.0} ms)", $what, begun.elapsed().as_secs_f64() * 1000.0);
            steps += 1;
        }};
    }
    step!("the CET site's home, with its navigation and its four buttons", home(&mut visitor, demo));
    step!("进入报名 leads to the passport's sign-in for that site", enter(&mut visitor, demo));
    step!("registration refuses a weak password and keeps what was typed", refuse(&mut visitor, &newcomer));
    step!("registration, with the captcha answered without a picture", register(&mut visitor, &newcomer));
    step!("a wrong password is refused in the same words as an unknown name", wrong(&mut visitor, demo));
    step!("sign-in with mobile number and province returns to CET's desk", sign_in(&mut visitor, demo, &newcomer));
    step!("the passport's home shows the account masked, and a tile for each site", passport(&mut visitor, demo));
    step!("the tile leads into PETS without a password", tile(&mut visitor, &demo.pets));
    visitor.open(&demo.passport).await?;
    step!("the tile leads into NCRE without a password", tile(&mut visitor, &demo.ncre));
    step!("进入报名 at CET needs no password either", again(&mut visitor, demo));
    step!("sign-out at a site signs out of the passport", sign_out(&mut visitor, demo));
    step!("an address that does not exist says so, with a way home", missing(&mut visitor, demo));
    step!("the demo candidate signs in by e-mail, in English", english(demo));
    println!("{steps} steps in {:.2} s", begun.elapsed().as_secs_f64());
    Ok(())
}

async fn home(visitor: &mut Visitor, demo: &Demo) -> anyhow::Result<()> {
    visitor.open(&demo.cet).await?;
    for text in ["考试简介", "考生须知", "考试时间", "报名流程", "常见问题", "成绩报告单", "联系我们"]
    {
        visitor.must_see(text)?;
    }
    for text in ["进入报名", "注册/修改用户", "找回已报名账号", "补办成绩证明", "CET考试最新动态"]
    {
        visitor.must_see(text)?;
    }
    Ok(())
}

async fn enter(visitor: &mut Visitor, demo: &Demo) -> anyhow::Result<()> {
    visitor.click("/registration").await?;
    if !visitor.url.as_str().starts_with(&demo.passport) {
        visitor.click("/sign-in").await?;
    }
    visitor.must_be_at(&format!("{}/sign-in", demo.passport))?;
    for text in ["考生登录", "考点省份", "全国大学英语四、六级考试(CET)", "没有通行证"] {
        visitor.must_see(text)?;
    }
    Ok(())
}

async fn refuse(visitor: &mut Visitor, newcomer: &Newcomer) -> anyhow::Result<()> {
    visitor.click("/register").await?;
    visitor.must_see("用户注册")?;
    let mut form = visitor.form("password_confirm")?;
    form.set("email", &newcomer.email)?.set("mobile", &newcomer.mobile)?;
    form.set("password", "short")?.set("password_confirm", "short")?;
    visitor.send(form).await?;
    anyhow::ensure!(
        visitor.status == StatusCode::UNPROCESSABLE_ENTITY,
        "a weak password was answered with {}",
        visitor.status
    );
    let form = visitor.form("password_confirm")?;
    anyhow::ensure!(form.get("email") == Some(&newcomer.email), "the mail address was lost");
    anyhow::ensure!(form.get("password") == Some(""), "the password came back with the page");
    Ok(())
}

async fn register(visitor: &mut Visitor, newcomer: &Newcomer) -> anyhow::Result<()> {
    let mut form = visitor.form("password_confirm")?;
    form.set("email", &newcomer.email)?.set("mobile", &newcomer.mobile)?;
    form.set("password", &newcomer.password)?.set("password_confirm", &newcomer.password)?;
    // The version before, which is walked too while nodes are exchanged, did not ask.
    if form.has("age") {
        form.set("age", "over")?;
    }
    form.set("agree", "on")?;
    let form = visitor.prove("password_confirm", form).await?;
    visitor.send(form).await?;
    anyhow::ensure!(visitor.url.path() == "/sign-in", "registration ended at {}: {}", visitor.url, visitor.gist());
    visitor.must_see("注册成功")
}

async fn wrong(visitor: &mut Visitor, demo: &Demo) -> anyhow::Result<()> {
    let mut said = Vec::new();
    for name in [demo.email.as_str(), "nobody-at-all@example.cn"] {
        let mut stranger = Visitor::new(demo)?;
        stranger.open(&format!("{}/sign-in", demo.passport)).await?;
        let mut form = stranger.form("username")?;
        form.set("username", name)?.set("password", "Wrong-pass-1")?;
        let form = stranger.prove("username", form).await?;
        stranger.send(form).await?;
        anyhow::ensure!(
            stranger.status == StatusCode::UNPROCESSABLE_ENTITY,
            "a wrong password was answered with {}",
            stranger.status
        );
        // The page's first words are the summary of what is wrong; whether a captcha follows is the address's matter.
        said.push(stranger.gist().split("考生登录").next().unwrap_or_default().to_owned());
    }
    anyhow::ensure!(said[0] == said[1] && said[0].contains("账号或密码不对"), "the answers differ: {said:?}");
    visitor.must_see("注册成功")
}

async fn sign_in(visitor: &mut Visitor, demo: &Demo, newcomer: &Newcomer) -> anyhow::Result<()> {
    // The page was opened before the wrong passwords were sent from this address: it asks for no captcha yet, its
    // answer does, and keeps all but the password.
    for _ in 0..2 {
        let mut form = visitor.form("username")?;
        form.set("province", "31")?.set("username", &newcomer.mobile)?.set("password", &newcomer.password)?;
        let form = visitor.prove("username", form).await?;
        visitor.send(form).await?;
        if visitor.status != StatusCode::UNPROCESSABLE_ENTITY {
            break;
        }
    }
    visitor.must_be_at(&format!("{}/registration", demo.cet))?;
    visitor.must_see("上海")
}

async fn passport(visitor: &mut Visitor, demo: &Demo) -> anyhow::Result<()> {
    visitor.open(&demo.passport).await?;
    for text in [
        "修改资料",
        "修改密码",
        "全国英语等级考试(PETS)(考生端)",
        "全国大学英语四、六级考试(CET)(考生端)",
        "全国计算机等级考试(NCRE)(全国版)",
    ] {
        visitor.must_see(text)?;
    }
    anyhow::ensure!(!visitor.sees("newcomer"), "the mail address is shown in full");
    Ok(())
}

async fn tile(visitor: &mut Visitor, site: &str) -> anyhow::Result<()> {
    visitor.click(site).await?;
    visitor.must_be_at(&format!("{site}/registration"))?;
    visitor.must_see("上海")
}

async fn again(visitor: &mut Visitor, demo: &Demo) -> anyhow::Result<()> {
    visitor.open(&demo.cet).await?;
    visitor.click("/registration").await?;
    visitor.must_be_at(&format!("{}/registration", demo.cet))
}

async fn sign_out(visitor: &mut Visitor, demo: &Demo) -> anyhow::Result<()> {
    let html = visitor.html.clone();
    let document = scraper::Html::parse_document(&html);
    let forms = crate::form::selector("form[action*='sign-out']")?;
    anyhow::ensure!(document.select(&forms).next().is_some(), "the desk has no sign-out");
    let form = visitor.form("csrf")?;
    visitor.send(form).await?;
    visitor.open(&format!("{}/account/profile", demo.passport)).await?;
    visitor.must_be_at(&format!("{}/sign-in", demo.passport))
}

async fn missing(visitor: &mut Visitor, demo: &Demo) -> anyhow::Result<()> {
    for site in [&demo.passport, &demo.cet] {
        visitor.open(&format!("{site}/no-such-page")).await?;
        anyhow::ensure!(visitor.status == StatusCode::NOT_FOUND, "it was answered with {}", visitor.status);
        visitor.must_see("没有找到这个页面")?;
        visitor.click("/").await?;
        anyhow::ensure!(visitor.status == StatusCode::OK, "the way home ends with {}", visitor.status);
    }
    Ok(())
}

async fn english(demo: &Demo) -> anyhow::Result<()> {
    let mut visitor = Visitor::new(demo)?;
    visitor.open(&format!("{}/?lang=en", demo.cet)).await?;
    visitor.click("/registration").await?;
    visitor.must_be_at(&format!("{}/sign-in", demo.passport))?;
    visitor.must_see("Password")?;
    let mut form = visitor.form("username")?;
    form.set("province", "11")?.set("username", &demo.email)?.set("password", &demo.password)?;
    let form = visitor.prove("username", form).await?;
    visitor.send(form).await?;
    visitor.must_be_at(&format!("{}/registration", demo.cet))?;
    visitor.must_see("Beijing")
}

#[expect(clippy::disallowed_methods, reason = "the time told is the time that the machine really took")]
fn now() -> Instant {
    Instant::now()
}
