captcha-missing = 请完成验证码
captcha-wrong = 验证码不对，已换了一张，请再试一次
captcha-stale = 这个验证码已用过或已过期，已换了新的，请再试一次
captcha-too-easy = 刚才从您所在的网络登录失败的次数较多，请再验证一次，这次要多等几秒
captcha-code-missing = 请输入收到的验证码
captcha-code-wrong = 与收到的验证码不一致，请核对
captcha-code-nowhere = 请先填写邮箱或手机号，验证码会发到那里
captcha-code-too-many = 验证码发得太多了。请{ $time }以后再试
