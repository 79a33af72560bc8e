# The provider's own pages: consent and signing out.
oidc-form-again = 这个页面打开太久，浏览器里的凭据已经换了。请再按一次。
oidc-consent-title = 把以下信息交给“{ $site }”？
oidc-consent-gets = 它会得到
oidc-consent-as = 以{ $person }的身份
oidc-consent-required = 必需
oidc-consent-optional = 可选
oidc-consent-none = 您还没有填写
oidc-consent-openid = 您的通行证编号
oidc-consent-openid-text = 网站靠它认出您，不含任何个人资料
oidc-consent-profile = 姓名
oidc-consent-email = 电子邮箱
oidc-consent-phone = 手机号
oidc-consent-exam = 考点省份
oidc-consent-exam-text = 您登录时选的考点省份，以及证件是否核验过
oidc-consent-offline = 您离开以后继续访问
oidc-consent-offline-text = 您退出登录以后，它仍然可以读取上面的信息
oidc-consent-other = 服务“{ $scope }”
oidc-consent-other-text = 该网站登记时获准使用的一项考试系统服务
oidc-consent-never = 它不会得到您的密码、证件号，也看不到您在其他考试网站的记录。
oidc-consent-deny = 不同意，返回该网站
oidc-consent-allow = 同意并继续
oidc-consent-policy = 该网站的隐私政策
oidc-consent-terms = 该网站的服务条款
oidc-logout-title = 要退出通行证吗？
oidc-logout-lead = 有网站请您退出E-TEST通行证。
oidc-logout-lead-site = “{ $site }”请您退出E-TEST通行证。
oidc-logout-text = 退出以后，再进入任何一个考试网站都要重新登录。您的账号和报名不受影响。
oidc-logout-leave = 退出通行证
oidc-logout-stay = 保持登录
oidc-signed-out-title = 您已退出
oidc-signed-out-lead = 您已退出E-TEST通行证。在公用电脑上，请关闭所有浏览器窗口。
oidc-signed-out-home = 去通行证首页

# 以表单返回网站
oidc-form-post-title = 正在返回网站
oidc-form-post-lead = 如果页面没有自动跳转，请点击下面的按钮。
oidc-form-post-go = 继续
