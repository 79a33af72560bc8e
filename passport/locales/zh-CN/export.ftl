# 下载我的数据: a copy of what is stored of a person.
export-title = 下载我的数据
export-lead = 通行证保存的、关于您的全部内容，做成一个文件给您。
export-inside = 文件里有
export-inside-account = 姓名、邮箱、手机号、证件号码和您填写的其他资料
export-inside-protection = 密码是哪天设置的、通行密钥的名称、身份验证器和恢复码的情况；不含密码和密钥本身
export-inside-sessions = 正在登录的设备
export-inside-sites = 您授权过的网站
export-inside-activity = 12个月的账户动态
export-elsewhere = 报名、成绩和证书由各考试网站保存，不在这个文件里。
export-careful = 文件里有完整的证件号码。请保存在只有您能打开的地方，不要在公用的电脑上下载。
export-button = 下载
export-back = 返回修改资料
export-guarded = 刚重置过密码。为了保护您的资料，{ $time }以后才能下载
export-often = 今天已经下载过几次。请{ $time }以后再试
