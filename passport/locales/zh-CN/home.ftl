home-greeting = 您好，{ $name }
home-greeting-plain = 您好
home-lead = 选择一个考试，直接进入，不用再输入密码。
home-tiles = 考试网站
home-account = 账号信息
home-name = 姓名
home-mobile = 手机号
home-email = 电子邮箱
home-document = 证件
home-province = 常用考点省份
home-none = 没有填写
home-verified = 已验证
home-unverified = 待验证
home-tile-truth = 已登录，直接进入
home-welcome-title = 一个通行证，全部考试
home-welcome-lead = 注册一次、登录一次，CET、PETS、NCRE报名都能用。
home-welcome-sign-in = 登录
home-welcome-register = 注册
home-prove = 您的邮箱和手机号还没有验证。验证其中一个，账号才能长期使用，忘了密码也能重置。
home-prove-link = 去验证
home-contact-hint = 修改手机号或邮箱，需要再验证一次身份
home-safety = 安全状况
home-safety-all = 安全设置
home-safety-passkeys = { $count }个，最近用于{ $used }
home-safety-passkeys-unused = { $count }个，还没有用过
home-safety-app = 最近用于{ $used }
home-safety-alone = 只有密码
home-safety-alone-text = 再加一步验证，别人知道密码也登录不了
home-safety-codes = { $left ->
    [0] 一个也没有，手机丢了就登录不了
   *[other] 还剩{ $left }个
}
home-safety-devices = { $count }处登录中
home-safety-devices-new = { $count }处登录中，其中{ $new }处来自新地区或新网络
home-safety-look = 查看
home-latest = 最近动态
home-latest-all = 全部记录
