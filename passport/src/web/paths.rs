//! The addresses of pages that other slices link to. The router gives them their handlers.

/// The candidate's home, or the way in for someone who is not signed in.
pub const HOME: &str = "/";
/// 考生登录
pub const SIGN_IN: &str = "/sign-in";
/// The second step of it.
pub const SECOND_STEP: &str = "/sign-in/second-step";
/// Where a passkey's answer is sent, and what is told when there is none.
pub const SIGN_IN_PASSKEY: &str = "/sign-in/passkey";
/// What a script asks for before it calls the authenticator.
pub const SIGN_IN_PASSKEY_OPTIONS: &str = "/sign-in/passkey/options";
/// 退出
pub const SIGN_OUT: &str = "/sign-out";
/// The page after signing out, in which sites sign the person out too.
pub const SIGNED_OUT: &str = "/signed-out";
/// 用户注册
pub const REGISTER: &str = "/register";
/// 考点省份 alone, for a session that has none and a site that needs it.
pub const PROVINCE: &str = "/province";
/// The agreements of today, for a session of somebody who accepted those before.
pub const AGREEMENTS: &str = "/account/agreements";
/// 监护人同意, for who is under 14.
pub const GUARDIAN: &str = "/account/guardian";
/// Where the link leads by which a guardian consents.
pub const GUARDIAN_CONSENT: &str = "/guardian/consent";
/// Where the link leads by which they take that back.
pub const GUARDIAN_WITHDRAW: &str = "/guardian/withdraw";
/// 修改资料
pub const PROFILE: &str = "/account/profile";
/// 下载我的数据
pub const EXPORT: &str = "/account/export";
/// 修改密码
pub const PASSWORD: &str = "/account/password";
/// The password put away, for passkeys alone.
pub const PASSWORD_REMOVE: &str = "/account/password/remove";
/// 安全
pub const SECURITY: &str = "/account/security";
/// 忘记所有浏览器: the second step is asked for everywhere.
pub const TRUSTED_BROWSERS: &str = "/account/security/browsers";
/// 添加身份验证器
pub const AUTHENTICATOR: &str = "/account/security/authenticator";
/// 关闭身份验证器
pub const AUTHENTICATOR_REMOVE: &str = "/account/security/authenticator/remove";
/// 开启短信验证
pub const SMS_STEP: &str = "/account/security/sms";
/// 关闭短信验证
pub const SMS_STEP_REMOVE: &str = "/account/security/sms/remove";
/// 添加通行密钥
pub const PASSKEYS: &str = "/account/security/passkeys";
/// What a script asks for before it makes one.
pub const PASSKEY_OPTIONS: &str = "/account/security/passkeys/options";
/// A passkey's name, and its removal.
pub const PASSKEY_CHANGE: &str = "/account/security/passkeys/change";
/// 恢复码
pub const RECOVERY_CODES: &str = "/account/security/recovery-codes";
/// What is to be added for a site that asks for more than the account has.
pub const FACTOR_NEEDED: &str = "/account/security/needed";
/// 登录与设备
pub const SESSIONS: &str = "/account/sessions";
/// More time, for the script of a page whose session is about to end.
pub const SESSION_MORE: &str = "/account/sessions/more";
/// 账户动态
pub const ACTIVITY: &str = "/account/activity";
/// 这不是我, of a line there that the query names.
pub const ACTIVITY_REPORT: &str = "/account/activity/report";
/// Where the link of a notice leads by which its reader says that it was not them.
pub const ALARM: &str = "/alarm";
/// 接入平台: the organisations that somebody acts for.
pub const PORTAL: &str = "/portal";
/// Below it, each organisation.
pub const PORTAL_ORGANISATIONS: &str = "/portal/organisations";
/// 新建机构
pub const PORTAL_CREATE: &str = "/portal/organisations/new";
/// An organisation.
pub const PORTAL_ORGANISATION: &str = "/portal/organisations/{organisation}";
/// Its name.
pub const PORTAL_NAME: &str = "/portal/organisations/{organisation}/name";
/// Leaving it.
pub const PORTAL_LEAVE: &str = "/portal/organisations/{organisation}/leave";
/// 变更记录
pub const PORTAL_HISTORY: &str = "/portal/organisations/{organisation}/history";
/// 成员
pub const PORTAL_MEMBERS: &str = "/portal/organisations/{organisation}/members";
/// One of them.
pub const PORTAL_MEMBER: &str = "/portal/organisations/{organisation}/members/{member}";
/// Taking one out.
pub const PORTAL_MEMBER_REMOVE: &str = "/portal/organisations/{organisation}/members/{member}/remove";
/// An invitation taken back.
pub const PORTAL_WITHDRAW: &str = "/portal/organisations/{organisation}/invitations/{invitation}";
/// Sites of an organisation in the sandbox.
pub const PORTAL_SANDBOX: &str = "/portal/organisations/{organisation}/sandbox";
/// Registering a site in the sandbox.
pub const PORTAL_SANDBOX_NEW: &str = "/portal/organisations/{organisation}/sandbox/new";
/// The stand-ins of an organisation in the sandbox.
pub const PORTAL_SANDBOX_CANDIDATES: &str = "/portal/organisations/{organisation}/sandbox/candidates";
/// A site in the sandbox.
pub const PORTAL_SANDBOX_SITE: &str = "/portal/organisations/{organisation}/sandbox/{site}";
/// Changing what a site in the sandbox is registered with.
pub const PORTAL_SANDBOX_SETTINGS: &str = "/portal/organisations/{organisation}/sandbox/{site}/settings";
/// What was refused to a site in the sandbox.
pub const PORTAL_SANDBOX_ERRORS: &str = "/portal/organisations/{organisation}/sandbox/{site}/errors";
/// A sign-in in the sandbox on which every message is shown.
pub const PORTAL_SANDBOX_TRY: &str = "/portal/organisations/{organisation}/sandbox/{site}/try";
/// Where the sandbox sends people back to from it.
pub const PORTAL_TRY: &str = "/portal/try";
/// A change of the sandbox's signing key, rehearsed for a site.
pub const PORTAL_SANDBOX_ROTATION: &str = "/portal/organisations/{organisation}/sandbox/{site}/rotation";
/// What a site in the sandbox is told of accounts.
pub const PORTAL_SANDBOX_SIGNALS: &str = "/portal/organisations/{organisation}/sandbox/{site}/signals";
/// The secrets of a site in the sandbox.
pub const PORTAL_SANDBOX_SECRETS: &str = "/portal/organisations/{organisation}/sandbox/{site}/secrets";
/// Taking a site out of the sandbox.
pub const PORTAL_SANDBOX_REMOVE: &str = "/portal/organisations/{organisation}/sandbox/{site}/remove";
/// Applying for a site of the sandbox to be one for candidates.
pub const PORTAL_SANDBOX_APPLY: &str = "/portal/organisations/{organisation}/sandbox/{site}/production";
/// An organisation's sites for candidates.
pub const PORTAL_PRODUCTION: &str = "/portal/organisations/{organisation}/production";
/// One of them.
pub const PORTAL_PRODUCTION_SITE: &str = "/portal/organisations/{organisation}/production/{production}";
/// Applying for a change of it.
pub const PORTAL_PRODUCTION_CHANGE: &str = "/portal/organisations/{organisation}/production/{production}/change";
/// Its secrets.
pub const PORTAL_PRODUCTION_SECRETS: &str = "/portal/organisations/{organisation}/production/{production}/secrets";
/// How it is doing.
pub const PORTAL_PRODUCTION_HEALTH: &str = "/portal/organisations/{organisation}/production/{production}/health";
/// Taking an application back.
pub const PORTAL_PRODUCTION_WITHDRAW: &str = "/portal/organisations/{organisation}/production/{production}/withdraw";
/// Where the link of an invitation leads.
pub const PORTAL_INVITATION: &str = "/portal/invitation";
/// 已授权的网站
pub const SITES: &str = "/account/sites";
/// 撤销授权, for the site that the query names.
pub const SITE_WITHDRAWAL: &str = "/account/sites/withdraw";
/// 联系方式
pub const CONTACT: &str = "/account/contact";
/// The code that was sent to a contact of the account.
pub const CONTACT_PROOF: &str = "/account/contact/proof";
/// Another contact in place of the present one.
pub const CONTACT_CHANGE: &str = "/account/contact/change";
/// Where the link leads that undoes such a change.
pub const CONTACT_UNDO: &str = "/contact/undo";
/// Where the link leads that was sent to a mail address to prove it.
pub const CONTACT_CONFIRM: &str = "/contact/confirm";
/// 注销账号
pub const CLOSURE: &str = "/account/close";
/// The page that takes that back, for who signs in meanwhile.
pub const CLOSURE_TAKE_BACK: &str = "/account/close/take-back";
/// Where the link leads that takes it back.
pub const CLOSURE_LINK: &str = "/close/take-back";
/// Where the link leads by which the holder of a number keeps it.
pub const NUMBER_KEEP: &str = "/contact/number";
/// 找回账号
pub const FIND_ACCOUNT: &str = "/recover/account";
/// 重置密码
pub const RECOVER: &str = "/recover";
/// The code that was sent to who forgot the password.
pub const RECOVER_CODE: &str = "/recover/code";
/// Where the link leads that was sent to them.
pub const RECOVER_LINK: &str = "/recover/link";
/// Where the link leads that cancels a wait.
pub const RECOVER_CANCEL: &str = "/recover/cancel";
/// Where the link leads that goes on after it.
pub const RECOVER_RESUME: &str = "/recover/resume";
/// The new password.
pub const RECOVER_PASSWORD: &str = "/recover/password";
/// Where a passkey's answer is sent that is shown in place of another channel.
pub const RECOVER_PASSKEY: &str = "/recover/passkey";
/// 信息占用申诉: where it begins.
pub const APPEAL: &str = "/appeal";
/// The code that was sent to who appeals.
pub const APPEAL_CODE: &str = "/appeal/code";
/// What is occupied, and by the papers of whom.
pub const APPEAL_DETAILS: &str = "/appeal/details";
/// How the appeal stands, for who has its link.
pub const APPEAL_CASE: &str = "/appeal/case";
/// Where the photo of the document is sent.
pub const APPEAL_PHOTO: &str = "/appeal/photo";
/// Where the present holder of the document objects.
pub const APPEAL_OBJECTION: &str = "/appeal/objection";
/// Where a document that was won is bound to an account.
pub const APPEAL_DOCUMENT: &str = "/appeal/document";
/// 用户服务协议
pub const AGREEMENT: &str = "/agreement";
/// 用户隐私政策
pub const PRIVACY: &str = "/privacy";
/// 无障碍说明
pub const ACCESSIBILITY: &str = "/accessibility";
/// 帮助
pub const HELP: &str = "/help";
/// 服务状态
pub const STATUS: &str = "/status";
/// What errors of the protocol mean.
pub const ERRORS: &str = "/errors";
/// What one of them means: its `error_uri`.
pub const ERROR: &str = "/errors/{code}";
/// The same for programs.
pub const STATUS_DOCUMENT: &str = "/status.json";
/// The picture of a captcha; the sealed challenge stands in the query.
pub const CAPTCHA_IMAGE: &str = "/captcha/image";
/// The authorization endpoint (RFC 6749 §3.1).
pub const AUTHORIZE: &str = "/authorize";
