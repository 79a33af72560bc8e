# 演练换密钥

rotation-title = 演练换密钥
rotation-lead = 通行证会定期更换签名密钥。先在沙盒里看看“{ $site }”跟不跟得上。
rotation-until = 正在演练，到{ $time }为止
rotation-was = 上次演练：{ $time }
rotation-succeeded = 跟上了：站点接受了新密钥签名的令牌
rotation-failed = 可能没有跟上：令牌发出后，站点马上又发起登录或被拒绝
rotation-given = 令牌已发出，还看不出结果
rotation-nothing = 还没有人登录
rotation-tokens = 发出的令牌
rotation-seen = 我们只能看到一部分：用访问令牌取用户信息，就说明ID令牌通过了；失败是推测。
rotation-look = 刷新
rotation-begin-title = 开始演练
rotation-begin = 现在换密钥
rotation-point-key = 五分钟内，沙盒用下一把密钥给这个站点签名，其他站点不受影响；之后自动换回。
rotation-point-sign-in = 一分钟后用试用考生登录您的站点，再回来看结果。
rotation-point-mend = 如果登录失败：遇到不认识的kid，要重新读取jwks_uri，不要把公钥写死在配置里。
