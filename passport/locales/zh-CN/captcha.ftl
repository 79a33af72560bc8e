captcha-missing = 请完成验证码
captcha-wrong = 验证码不对，已换了一张，请再试一次
captcha-stale = 这个验证码已用过或已过期，已换了新的，请再试一次
