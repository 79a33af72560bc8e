//! The mailbox as its neighbours meet it: a real SMTP client and plain HTTP.

use lettre::message::MultiPart;
use lettre::transport::smtp::client::Tls;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use serde_json::{Value, json};

struct Running {
    smtp: std::net::SocketAddr,
    http: String,
}

async fn start() -> anyhow::Result<Running> {
    // Another test may have been first: one provider is as good as the other.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let any = "127.0.0.1:0".parse()?;
    let mailbox = mailbox::Mailbox::bind(any, any).await?;
    let running = Running { smtp: mailbox.smtp_addr()?, http: format!("http://{}", mailbox.http_addr()?) };
    tokio::spawn(mailbox.serve());
    Ok(running)
}

impl Running {
    async fn get(&self, path: &str) -> anyhow::Result<String> {
        Ok(reqwest::get(format!("{}{path}", self.http)).await?.text().await?)
    }

    async fn messages(&self) -> anyhow::Result<Value> {
        Ok(serde_json::from_str(&self.get("/messages.json").await?)?)
    }
}

#[tokio::test]
async fn a_mail_sent_by_smtp_is_shown_with_its_recipient_and_text() -> anyhow::Result<()> {
    let running = start().await?;
    let mail = Message::builder()
        .from("E-TEST <no-reply@passport.localhost>".parse()?)
        .to("candidate@example.cn".parse()?)
        .subject("您的验证码")
        .body("验证码是 123456。\n.\n以点开头的一行也在。".to_owned())?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(running.smtp.ip().to_string())
        .port(running.smtp.port())
        .tls(Tls::None)
        .build();
    transport.send(mail).await?;

    let messages = running.messages().await?;
    assert_eq!(messages[0]["kind"], "mail");
    assert_eq!(messages[0]["to"], json!(["candidate@example.cn"]));
    assert_eq!(messages[0]["subject"], "您的验证码");
    let text = messages[0]["text"].as_str().unwrap_or_default().replace("\r\n", "\n");
    assert!(text.starts_with("验证码是 123456。\n.\n以点"), "{text}");
    assert!(running.get("/").await?.contains("您的验证码"));
    Ok(())
}

#[tokio::test]
async fn a_text_message_is_found_by_its_number_and_shown_as_text() -> anyhow::Result<()> {
    let running = start().await?;
    for (to, text) in [("+8613800138000", "<b>654321</b>"), ("+8613900139000", "other")] {
        let body = json!({ "to": to, "text": text }).to_string();
        let request = reqwest::Client::new().post(format!("{}/sms", running.http));
        let answer = request.header("content-type", "application/json").body(body).send().await?;
        assert!(answer.status().is_success());
    }
    let found: Value = serde_json::from_str(&running.get("/messages.json?to=%2B8613800138000").await?)?;
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    assert_eq!(found[0]["kind"], "sms");
    let page = running.get("/").await?;
    assert!(page.contains("&lt;b&gt;654321") || page.contains("&#60;b&#62;654321"));
    Ok(())
}

#[tokio::test]
async fn the_html_of_a_mail_is_shown_where_it_can_do_nothing() -> anyhow::Result<()> {
    let running = start().await?;
    let html = "<p>码<b>1</b></p><script>alert(1)</script><img src=https://evil.example/x>";
    let mail = Message::builder()
        .from("E-TEST <no-reply@passport.localhost>".parse()?)
        .to("candidate@example.cn".parse()?)
        .subject("s")
        .multipart(MultiPart::alternative_plain_html("码1".to_owned(), html.to_owned()))?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(running.smtp.ip().to_string())
        .port(running.smtp.port())
        .tls(Tls::None)
        .build();
    transport.send(mail).await?;

    let page = running.get("/").await?;
    assert!(page.contains(r#"<iframe sandbox loading="lazy""#) && !page.contains("<script>"), "{page}");
    let shown = reqwest::get(format!("{}/messages/1/html", running.http)).await?;
    let policy = shown.headers()["content-security-policy"].to_str()?.to_owned();
    assert!(policy.starts_with("sandbox; default-src 'none';"), "{policy}");
    assert!(shown.text().await?.contains("码<b>1</b>"));
    assert_eq!(reqwest::get(format!("{}/messages/2/html", running.http)).await?.status(), 404);
    Ok(())
}
