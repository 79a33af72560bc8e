# Mail and SMS of the passport.
delivery-signature =
    E-TEST通行证
    { $issuer }
    这是系统自动发出的邮件，请不要回复。

delivery-registered-subject = 您的E-TEST通行证已注册
delivery-registered-text =
    您好！

    您已成功注册E-TEST通行证。电子邮箱和手机号都可以用来登录：
    { $issuer }

    如果这不是您本人的操作，请通过“找回账号”取回账号。

delivery-taken-subject = 有人用您的电子邮箱或手机号注册E-TEST通行证
delivery-taken-text =
    您好！

    有人正在用您的电子邮箱或手机号注册E-TEST通行证，但您已经有通行证了，因此没有注册新的账号。

    如果是您本人，请直接登录，忘记密码时可以重置：
    { $issuer }

    如果不是您本人，您无需做任何事，您的账号没有变化。

delivery-password-changed-subject = 您的E-TEST通行证密码已修改
delivery-password-changed-text =
    您好！

    您的密码已于{ $time }修改，其他设备上的登录均已退出。

    如果这不是您本人的操作，请立即重置密码：
    { $issuer }

delivery-locked-subject = 您的E-TEST通行证已暂时锁定
delivery-locked-text =
    您好！

    由于多次输入错误的密码，您的账号已锁定至{ $time }。到时会自动解锁，您无需做任何事。

    如果不是您本人在登录，建议解锁后修改密码：
    { $issuer }

delivery-taken-sms = 【E-TEST】有人正在用您的手机号注册通行证，您已有通行证，账号没有变化。如是本人请直接登录。

delivery-code-subject = E-TEST通行证验证码：{ $code }
delivery-code-text =
    您好！

    您的验证码是{ $code }，请填入正在填写的表单，10分钟内有效。

    如果您没有在填写E-TEST通行证的表单，可能是别人填错了邮箱，您无需做任何事，账号也没有变化。

delivery-code-sms = 【E-TEST】验证码{ $code }，10分钟内有效。如非本人操作，请忽略。
