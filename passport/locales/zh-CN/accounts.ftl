# Signing in
accounts-login-title = 考生登录
accounts-login-latin = LOGIN
accounts-province = 考点省份
accounts-account = 账号
accounts-account-hint = 注册时用的邮箱或手机号
accounts-login-account-hint = 注册时用的邮箱或手机号；填过证件的，也可以用证件号
accounts-find-account = 找回账号?
accounts-password = 密码
accounts-forgot-password = 忘记密码?
accounts-login-stay = 登录保留多久
accounts-login-remember = 在这台设备上保持登录（{ $span }不用才退出）
accounts-login-public = 这是公共电脑（{ $span }不操作就退出，不留下记录）
accounts-login-button = 登录
accounts-no-passport = 没有通行证?
accounts-register-link = 点击注册
accounts-login-cancel = 不登录，返回{ $site }
accounts-login-cancel-plain = 不登录，返回
accounts-aside-title = 登录说明
accounts-aside-once = 一次登录，全部考试可用
accounts-aside-once-text = CET、PETS、NCRE用同一个通行证。您的密码只在这里输入，考试网站看不到。
accounts-aside-changed = 换了手机，或邮箱不用了？
accounts-aside-changed-text = 不用重新注册，先看看怎么找回。
accounts-aside-changed-link = 找回账号
accounts-aside-help = 登录遇到问题？
accounts-aside-help-link = 查看帮助

accounts-login-account-missing = 填写注册时用的邮箱或手机号
accounts-login-password-missing = 填写密码
accounts-login-province-missing = 选择您要去考试的省份
accounts-login-wrong = 账号或密码不对。还可以试{ $left }次；忘了密码可以重置
accounts-login-wrong-number = 账号或密码不对。还可以试{ $left }次；也可以改用邮箱或手机号登录，忘了密码可以重置
accounts-login-locked = 为保护您的账号，请{ $time }以后再试，或现在重置密码
accounts-login-blocked = 这个账号暂时停用。请到考试网站的联系页面询问
accounts-login-too-many = 这个网络上试的次数太多了。请{ $time }以后再试

# Notices after a redirect, or when a form is shown again
accounts-notice-registered = 注册成功，请登录
accounts-notice-away = 您离开太久，需要重新登录。填过的都在
accounts-notice-sign-in-first = 登录后就可以继续
accounts-notice-once-more = 接下来的操作比较重要，请再登录一次，确认是您本人
accounts-notice-again = 这个页面打开太久了，我们没有执行。请看一遍，再按一次按钮
accounts-notice-signed-out = 您已退出
accounts-notice-password-changed = 密码已修改。其他设备都已退出登录
accounts-notice-profile-saved = 资料已保存
accounts-notice-other-account = 这个页面是用另一个账号打开的，所以没有保存。下面是现在这个账号的资料
accounts-notice-site-withdrawn = 授权已撤销。

# Cookies refused
accounts-cookies-title = 浏览器没有保存Cookie
accounts-cookies-lead = 登录后，浏览器要靠Cookie记住您。它现在拒绝了本站的Cookie，所以登录不了。您的账号没有受影响。
accounts-cookies-allow = 在浏览器设置里允许本站使用Cookie，或换一个浏览器
accounts-cookies-again = 按下面的按钮，再试一次
accounts-cookies-button = 重新打开页面

# Registration
accounts-register-title = 用户注册
accounts-register-lead = 邮箱和手机号都可以用来登录、重置密码，请填写您常用的。
accounts-register-section-account = 账号
accounts-email = 电子邮箱
accounts-mobile = 手机号
accounts-mobile-hint = 中国大陆以外的号码，以 + 和国家或地区代码开头
accounts-password-confirm = 密码确认
accounts-password-confirm-hint = 再输入一遍相同的密码
accounts-register-section-personal = 个人资料
accounts-register-personal-note = (可选填)
accounts-register-personal-text = 填写后可用证件号登录，也可用证件找回账号。这不是报考信息，报名时仍需核对个人信息。
accounts-id-type = 证件类型
accounts-id-number = 证件号
accounts-name = 姓名
accounts-agree-before = 已仔细阅读并同意
accounts-agree-agreement = 《用户服务协议》
accounts-agree-and = 和
accounts-agree-privacy = 《用户隐私政策》
accounts-agree = 协议
accounts-register-button = 提交
accounts-have-passport = 已经有E-TEST通行证,
accounts-login-link = 直接登录
accounts-register-aside = 注册说明
accounts-register-one = 一个人只需要一个通行证
accounts-register-one-text = CET、PETS、NCRE通用。以前注册过的，先找回账号。
accounts-register-one-link = 找回账号
accounts-register-steps = 注册只需2步
accounts-register-step-1 = 填写本页并提交
accounts-register-step-2 = 用邮箱或手机号登录
accounts-none = 不填写

accounts-id-type-resident = 居民身份证
accounts-id-type-hk-mo-permit = 港澳居民来往内地通行证
accounts-id-type-tw-permit = 台湾居民来往大陆通行证
accounts-id-type-hk-mo-tw-residence = 港澳台居民居住证
accounts-id-type-passport = 护照
accounts-id-type-permanent-residence = 外国人永久居留身份证
accounts-id-type-military = 军人证件
accounts-id-type-hk-id = 香港身份证
accounts-id-type-mo-id = 澳门身份证

accounts-password-rule-length = 8–18位
accounts-password-rule-length-modern = 15–128位，什么字符都可以，空格也算
accounts-password-rule-letter-digit = 至少一个字母和一个数字
accounts-password-rule-special = 至少一个特殊字符 !@#$%^&*_-

accounts-email-empty = 填写电子邮箱
accounts-email-incomplete = 缺少“@”和前后的部分，例如name@example.com
accounts-email-domain = “@”后面的部分不完整，例如name@example.com
accounts-email-character = 有一个字符不能用在邮箱里，请对照再看一遍
accounts-email-too-long = 这个邮箱太长了，最多254个字符
accounts-mobile-empty = 填写手机号
accounts-mobile-character = 手机号里只能有数字，请对照再看一遍
accounts-mobile-length = 手机号是11位，现在有{ $count }位
accounts-mobile-prefix = 手机号以13到19开头，请对照再看一遍
accounts-mobile-foreign = 国家或地区代码加号码一共8–15位，请对照再看一遍
accounts-password-broken-length = 密码要有8–18位
accounts-password-broken-length-modern = 密码要有15–128位，用几个不相干的词连起来最好记
accounts-password-broken-letter-digit = 再加上字母和数字，就符合要求了
accounts-password-broken-special = 再加一个特殊字符，就符合要求了
accounts-password-broken-several = 还差几条，看下面打叉的
accounts-password-hint = 不要用常见的密码，也不要用姓名、生日、手机号或邮箱
accounts-password-guessable-common = 这个密码很多人在用，或只改动了一点，容易被猜到。换成几个不相干的词，再加上数字和符号
accounts-password-guessable-pattern = 重复、连续或键盘上相邻的字符容易被猜到。换成几个不相干的词，再加上数字和符号
accounts-password-guessable-own = 这个密码大部分是您的姓名、邮箱、手机号、证件号或生日，认识您的人猜得到。换成与您无关的内容
accounts-password-guessable-site = 这个密码大部分是通行证或考试的名称，容易被猜到。换成与它们无关的内容
accounts-password-empty = 设置一个密码
accounts-password-confirm-empty = 再输入一遍密码
accounts-password-confirm-differs = 两次输入的密码不一样，请重新输入
accounts-name-too-long = 姓名最多50个字
accounts-name-character = 姓名里有一个字符我们不认识，请用文字填写
accounts-id-type-missing = 选择这个号码是哪种证件
accounts-id-empty = 填写证件号，或把证件类型改为“不填写”
accounts-id-length = 现在有{ $count }位，和这种证件的位数不一样，请对照证件再核对
accounts-id-form = 有一个字符和这种证件的号码不一样，请对照证件再核对
accounts-id-region = 开头的地区代码对不上，请对照证件再核对
accounts-id-birth = 号码里的出生日期对不上，请对照证件再核对
accounts-id-check = 最后一位与前面的对不上，请对照证件再核对
accounts-id-taken = 这个证件号已绑定另一个通行证。是您的？找回它；不是？申诉
accounts-agree-changed = 两份协议有更新。读过新的，同意的话在这里打勾，再登录一次
accounts-agreements-title = 两份协议有更新
accounts-agreements-lead = 您上次同意以后，用户服务协议和用户隐私政策改了，现在是{ $version }版。读过新的，同意的话打勾，然后接着做您正在做的事。
accounts-agreements-grown-title = 您已满14周岁
accounts-agreements-grown-lead = 以前由监护人同意，现在由您自己决定。请读{ $version }版的用户服务协议和用户隐私政策，同意的话打勾。监护人的姓名和联系方式已经或马上删除。
accounts-age = 年龄
accounts-age-hint = 未满14周岁，要请监护人同意后才能报名
accounts-age-over = 已满14周岁
accounts-age-under = 未满14周岁
accounts-age-missing = 选择您是否已满14周岁
accounts-agreements-button = 同意并继续
accounts-agreements-hint = 不同意，也可以下载您的数据、注销账号或者退出。
accounts-agree-missing = 读过两份协议，同意的话在这里打勾
accounts-register-taken = 邮箱或手机号中有一个已经注册过通行证。是您的？直接登录或找回账号；不是？换一个再试
accounts-register-taken-label = 电子邮箱或手机号
accounts-register-too-many = 这个网络上注册的次数太多了。请{ $time }以后再试

# Province alone
accounts-province-title = 选择考点省份
accounts-province-lead = { $site }需要知道您去哪个省份考试。
accounts-province-lead-plain = 考试网站需要知道您去哪个省份考试。
accounts-continue = 继续
accounts-cancel = 取消

# Signing out
accounts-sign-out-title = 退出通行证？
accounts-sign-out-text = 退出后，这个浏览器再进入考试网站需要重新登录。
accounts-sign-out-button = 退出
accounts-stay = 不退出

# The pages of an account
accounts-home = 我的通行证

# Profile
accounts-profile-title = 修改资料
accounts-profile-lead = 姓名会显示给您进入的考试网站。
accounts-profile-language = 页面语言
accounts-profile-province = 常用考点省份
accounts-profile-save = 保存
accounts-profile-back = 返回首页
accounts-language-missing = 选择页面语言

# Password
accounts-password-title = 修改密码
accounts-sites = 已授权的网站
accounts-password-lead = 修改后，其他设备都会退出登录；这台设备不用。
accounts-password-set-title = 设置密码
accounts-password-set-lead = 设置后，可以用密码登录，再加通行密钥确认。其他设备会退出登录；这台设备不用。
accounts-password-remove = 不再用密码
accounts-password-remove-title = 只用通行密钥登录？
accounts-password-remove-lead = 密码会被删除，以后只能用通行密钥登录。没有密码，就没有密码可以被猜到或骗走。
accounts-password-remove-passkey = 登录时，浏览器要能运行JavaScript，身边要有保存了通行密钥的设备。
accounts-password-remove-lost = 设备丢了怎么办：用另一个通行密钥登录，或者点“忘记密码”，用邮箱、手机和恢复码重新设置密码。
accounts-password-remove-again = 随时可以在安全页面重新设置密码。
accounts-password-remove-button = 删除密码
accounts-password-remove-keep = 保留密码
accounts-password-remove-first = 删除密码之前，还需要：
accounts-password-remove-lacks-passkey = 添加一个通行密钥
accounts-password-remove-lacks-reserve = 再添加一个通行密钥，或者保存恢复码：设备丢了时用得上
accounts-password-remove-lacks-contact = 验证邮箱或手机号：需要时用它重新设置密码
accounts-notice-password-removed = 密码已删除。以后请用通行密钥登录
accounts-password-old = 现在的密码
accounts-password-new = 新密码
accounts-password-old-missing = 填写现在的密码
accounts-password-old-wrong = 现在的密码不对。还可以试{ $left }次；忘了可以重置
accounts-password-old-locked = 为保护您的账号，请{ $time }以后再试，或现在重置密码
accounts-password-same = 新密码和现在的一样，请换一个
accounts-password-save = 修改密码

accounts-profile-more = 更多资料
accounts-profile-more-text = 都可以不填。只有您同意某个网站获取时，它才会看到
accounts-profile-nickname = 昵称
accounts-profile-gender = 性别
accounts-gender-female = 女
accounts-gender-male = 男
accounts-profile-birthdate = 出生日期
accounts-profile-birthdate-hint = 例如2006-02-28；也可以只填年份
accounts-profile-website = 个人主页
accounts-profile-website-hint = 以https://开头
accounts-profile-region = 省（自治区、直辖市）
accounts-profile-locality = 城市
accounts-profile-street = 街道地址
accounts-profile-postal-code = 邮政编码
accounts-detail-too-long = 内容太长了，请缩短
accounts-detail-character = 含有无法显示的字符，请检查
accounts-detail-url = 请填写以https://开头的完整网址
accounts-detail-date = 请按2006-02-28这样的格式填写，或只填年份
