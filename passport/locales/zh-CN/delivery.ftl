# Mail and SMS of the passport.
delivery-signature =
    E-TEST通行证
    { $issuer }
    这是系统自动发出的邮件，请不要回复。

# What closes a mail about something that its reader may not have done: with a link of its own, or without.
delivery-not-me-action = 这不是我
delivery-not-me =
    如果这不是您本人的操作，请打开下面的链接，选择“这不是我”。所有登录会马上退出，账号停用到您重置密码为止：
    { $denial }
delivery-not-me-reset =
    如果这不是您本人的操作，请立即重置密码：
    { $issuer }/recover

delivery-signed-in-subject = 有新的浏览器登录了您的E-TEST通行证
delivery-signed-in-text =
    您好，

    { $time }，有人在没有登录过的浏览器里登录了您的账号。
    设备：{ $new }
    网络地址：{ $from }

    如果是您本人，您无需做任何事。

    { $not-me }
delivery-signed-in-sms = 【E-TEST】{ $time }新浏览器登录了您的账号：{ $new }，{ $from }。非本人请打开：{ $link }

delivery-signed-in-guessed-subject = 多次输错密码后，有人登录了您的E-TEST通行证
delivery-signed-in-guessed-text =
    您好，

    { $time }，有人在没有登录过的浏览器里登录了您的账号。在这之前，因为多次输错密码，账号刚刚锁定过。
    设备：{ $new }
    网络地址：{ $from }

    如果是您本人，您无需做任何事。

    { $not-me }
delivery-signed-in-guessed-sms = 【E-TEST】{ $time }多次输错密码后，新浏览器登录了您的账号：{ $new }。非本人请打开：{ $link }

delivery-case-opened-subject = 您的E-TEST通行证已停用，个案编号{ $new }
delivery-case-opened-text =
    您好，

    { $time }，有人从您收到的通知或者账户动态里报告“这不是我”。为了保护您，所有登录都已退出，重置密码之前没有人能登录。邮箱、手机号、验证方式和资料都没有变。

    个案编号是{ $new }。联系客服时请报这个编号。

    请现在重置密码，账号随即恢复：
    { $issuer }/recover

    如果不是您报告的，说明有人能看到发给您的邮件或短信。也请重置密码，并检查您的联系方式。
delivery-case-opened-sms = 【E-TEST】{ $time }有人报告“这不是我”，账号已停用，个案编号{ $new }。重置密码后恢复：{ $link }

delivery-taken-subject = 有人用您的电子邮箱或手机号注册E-TEST通行证
delivery-taken-text =
    您好，

    有人正在用您的电子邮箱或手机号注册E-TEST通行证，但您已经有通行证了，因此没有注册新的账号。

    如果是您本人，请直接登录，忘记密码时可以重置：
    { $issuer }

    您的账号没有变化。

    { $not-me }

delivery-password-changed-subject = 您的E-TEST通行证密码已修改
delivery-password-changed-text =
    您好，

    您的密码已于{ $time }修改，其他设备上的登录均已退出。

    { $not-me }

delivery-locked-subject = 您的E-TEST通行证已暂时锁定
delivery-locked-text =
    您好，

    由于多次输入错误的密码，您的账号已锁定至{ $time }。到时会自动解锁，您无需做任何事。

    { $not-me }

delivery-taken-sms = 【E-TEST】有人正在用您的手机号注册通行证。您已有通行证，请直接登录，账号没有变化。非本人请打开：{ $link }

delivery-code-subject = E-TEST通行证验证码：{ $code }
delivery-code-text =
    您好，

    您的验证码是{ $code }，请填入正在填写的表单，10分钟内有效。

    如果您没有在填写E-TEST通行证的表单，可能是别人填错了邮箱，您无需做任何事，账号也没有变化。

delivery-code-sms = 【E-TEST】验证码{ $code }，10分钟内有效。如非本人操作，请忽略。

delivery-proof-registered-subject = 请验证您的邮箱：E-TEST通行证已注册
delivery-proof-registered-action = 验证这个邮箱
delivery-proof-registered-text =
    您好，

    您已成功注册E-TEST通行证。电子邮箱和手机号都可以用来登录：
    { $issuer }

    请打开下面的链接确认这个邮箱是您的，链接1小时内有效：
    { $link }

    也可以登录后在“联系方式”里重新发送。注册后7天内都没有验证的账号会被注销。

    如果不是您本人注册，请打开链接，选择“不是我”。

delivery-proof-contact-subject = E-TEST通行证验证码：{ $code }
delivery-proof-contact-action = 验证这个邮箱
delivery-proof-contact-text =
    您好，

    您的验证码是{ $code }，10分钟内有效。也可以打开下面的链接，1小时内有效：
    { $link }

    这次验证是{ $time }从网络地址{ $from }发起的。如果不是您本人，请打开链接，选择“不是我”。

delivery-proof-contact-sms = 【E-TEST】验证码{ $code }，用于验证手机号，10分钟内有效。请不要告诉任何人。

delivery-proof-recovery-subject = 重置E-TEST通行证密码，验证码：{ $code }
delivery-proof-recovery-action = 重置密码
delivery-proof-recovery-text =
    您好，

    您的验证码是{ $code }，用于重置密码，10分钟内有效。也可以打开下面的链接，1小时内有效：
    { $link }

    这次重置是{ $time }从网络地址{ $from }发起的。如果不是您本人，请打开链接，选择“不是我”，密码不会改变。

    请不要把验证码告诉任何人。我们不会打电话向您索要。

delivery-proof-recovery-sms = 【E-TEST】验证码{ $code }，用于重置密码，10分钟内有效。请不要告诉任何人。

delivery-password-changed-sms = 【E-TEST】您的密码已于{ $time }修改。如非本人操作，请打开：{ $link }
delivery-locked-sms = 【E-TEST】因多次输错密码，您的账号锁定至{ $time }，到时自动解锁。非本人请打开：{ $link }

delivery-password-reset-subject = 您的E-TEST通行证密码已重置
delivery-password-reset-text =
    您好，

    您的密码已于{ $time }重置，所有设备上的登录均已退出。为了安全，之后72小时内不能更换邮箱和手机号。

    { $not-me }

delivery-password-reset-sms = 【E-TEST】您的密码已于{ $time }重置，所有登录均已退出。如非本人操作，请打开：{ $link }

delivery-recovery-waits-subject = 有人要重置您的E-TEST通行证密码
delivery-recovery-waits-action = 取消重置
delivery-recovery-waits-text =
    您好，

    有人收到了发给您账号的验证码，但还不足以重置密码，正在等待到{ $time }。

    如果是您本人，请等到那时。如果不是，请打开下面的链接取消：
    { $link }

    { $not-me }

delivery-recovery-waits-sms = 【E-TEST】有人要重置您的密码，将在{ $time }以后可以重置。如非本人，请取消：{ $link }

delivery-recovery-waited-subject = 现在可以重置您的E-TEST通行证密码
delivery-recovery-waited-action = 选一个新密码
delivery-recovery-waited-text =
    您好，

    等待结束了，没有人取消。请打开下面的链接，选一个新密码，链接在{ $time }前有效：
    { $link }

delivery-recovery-waited-sms = 【E-TEST】等待结束，请在{ $time }前打开链接选一个新密码：{ $link }

delivery-contact-changed-subject = 您的E-TEST通行证更换了联系方式
delivery-contact-changed-action = 撤销更换
delivery-contact-changed-text =
    您好，

    您的账号更换了联系方式，新的是{ $new }。

    如果这不是您本人的操作，请在{ $time }前打开下面的链接撤销，账号会暂停登录，等您重置密码：
    { $link }

delivery-contact-changed-sms = 【E-TEST】您的账号换成了新的联系方式{ $new }。如非本人，请在{ $time }前撤销：{ $link }

delivery-account-found-subject = 您的E-TEST通行证账号
delivery-account-found-text =
    您好，

    有人用您的证件和姓名查询账号。您可以用下面的账号登录：
    { $new }

    { $issuer }

    账号只发给了您，查询的人看不到。

    { $not-me }

delivery-account-found-sms = 【E-TEST】您的账号：{ $new }，只发给了您。如非本人查询，请打开：{ $link }

delivery-invited-subject = 邀请您加入{ $new }（E-TEST接入平台）
delivery-invited-text =
    您好，

    { $from }邀请您加入“{ $new }”，一起管理它接入E-TEST通行证的考试站。

    打开下面的链接，用您自己的通行证登录，就可以加入。邀请在{ $time }前有效，只能用一次：
    { $link }

    如果您不认识这个机构，不用理会这封邮件。

delivery-invited-action = 查看邀请
delivery-invited-sms = 【E-TEST】{ $new }邀请您加入接入平台，{ $time }前有效：{ $link }

delivery-member-removed-subject = 您已被移出{ $new }（E-TEST接入平台）
delivery-member-removed-text =
    您好，

    { $from }已将您移出“{ $new }”。您不能再查看和管理它的考试站，您发出的、还没有人接受的邀请也已撤回。

    如果您认为这是误操作，请联系该机构的所有者。
delivery-member-removed-sms = 【E-TEST】您已被移出接入平台的{ $new }。如有疑问，请联系该机构的所有者。

delivery-application-answered-subject = { $new }的接入申请有了答复（E-TEST接入平台）
delivery-application-answered-text =
    您好，

    “{ $new }”的正式接入申请已有答复。答复内容和下一步，请看站点页面：
    { $link }

delivery-application-answered-action = 查看答复
delivery-application-answered-sms = 【E-TEST】{ $new }的接入申请有了答复：{ $link }

delivery-closing-subject = 您的E-TEST通行证即将注销
delivery-closing-text =
    您好，

    有人用您的密码申请注销您的账号。账号将在{ $time }注销，之后不能恢复。

    想保留账号，请登录，或者打开下面的链接撤回：
    { $link }

    { $not-me }

delivery-closing-action = 撤回注销
delivery-closing-sms = 【E-TEST】您的账号申请了注销，将在{ $time }注销。想保留，请登录或打开链接撤回：{ $link }

delivery-closing-taken-back-subject = 您的E-TEST通行证已撤回注销
delivery-closing-taken-back-text =
    您好，

    您的账号在{ $time }撤回了注销，照常使用。

    { $not-me }

delivery-closing-taken-back-sms = 【E-TEST】您的账号在{ $time }撤回了注销，照常使用。如非本人操作，请打开：{ $link }

delivery-closed-subject = 您的E-TEST通行证已注销
delivery-closed-text =
    您好，

    您的账号在{ $time }按您的申请注销了。个人资料已经删除，不能恢复。

    以后查成绩、补办证明，请凭证件到考试网站办理。需要新的通行证，可以重新注册：
    { $issuer }/register

delivery-closed-sms = 【E-TEST】您的账号在{ $time }按您的申请注销了，个人资料已经删除。

delivery-number-claimed-subject = 有人请求解绑您通行证上的手机号
delivery-number-claimed-action = 号码是我的，保留
delivery-number-claimed-text =
    您好，

    有人验证了手机号{ $new }，表示这个号码现在是他的，请求把它从您的E-TEST通行证上解绑。

    如果号码还是您的，请在{ $time }前打开下面的链接保留它：
    { $link }

    如果您已经不用这个号码，什么都不用做。到时号码会解绑，您的账号和资料不变，对方也不能进入您的账号。

delivery-number-claimed-sms = 【E-TEST】有人请求把号码{ $new }从通行证上解绑。号码还是您的，请在{ $time }前保留：{ $link }

delivery-number-kept-subject = 手机号仍属于原来的通行证
delivery-number-kept-text =
    您好，

    您请求把手机号{ $new }从一个E-TEST通行证上解绑，但它的主人保留了这个号码，所以没有解绑。

    30天内不能再请求。如果号码确实是您的，请凭证件联系客服：
    { $issuer }/help
delivery-number-kept-sms = 【E-TEST】号码{ $new }没有解绑：原来通行证的主人保留了它。30天内不能再请求；号码确实是您的，请凭证件联系客服。

delivery-number-ages-subject = 请再验证一次手机号：E-TEST通行证
delivery-number-ages-action = 验证手机号
delivery-number-ages-text =
    您好，

    您的手机号{ $new }很久没有验证了。{ $time }以后，忘记密码时不能再只凭短信重置。

    号码还是您的，请登录后再验证一次：
    { $link }
delivery-number-ages-sms = 【E-TEST】您的手机号{ $new }很久没有验证，{ $time }以后不能再只凭短信重置密码。请登录后再验证一次：{ $link }

delivery-step-number-ages-subject = 请再验证一次手机号：E-TEST通行证
delivery-step-number-ages-action = 验证手机号
delivery-step-number-ages-text =
    您好，

    您的手机号{ $new }很久没有验证了。{ $time }以后，不能再用短信验证登录，只能用恢复码。

    号码还是您的，请登录后再验证一次：
    { $link }
delivery-step-number-ages-sms = 【E-TEST】您的手机号{ $new }很久没有验证，{ $time }以后不能再用短信验证登录。请登录后再验证一次：{ $link }

delivery-number-detached-subject = 手机号已从通行证上解绑
delivery-number-detached-text =
    您好，

    手机号{ $new }有了新的主人，已从您的E-TEST通行证上解绑。您的账号和资料不变，请用别的方式登录，也可以在“联系方式”里添加新的手机号：
    { $issuer }

delivery-number-detached-sms = 【E-TEST】号码{ $new }已从原来的通行证上解绑，现在可以用它注册，或者添加到账号。

delivery-contact-lost-subject = 一个没有验证过的联系方式已从您的通行证上取消
delivery-contact-lost-text =
    您好，

    { $new }登记在您的E-TEST通行证上，但从来没有验证过。能收到它的消息的人表示它不属于这个通行证，所以取消了登记：不能再用它登录或重置密码。您的账号和资料不变，其他联系方式照常使用。

    它确实是您的？请登录后在“联系方式”里重新添加并验证：
    { $issuer }

delivery-contact-lost-sms = 【E-TEST】{ $new }在您的账号里从未验证过，收到它的消息的人表示不属于您，已取消登记。账号不变；是您的请登录后重新添加并验证。

delivery-passkey-added-subject = 通行密钥已添加：E-TEST通行证
delivery-passkey-added-text =
    您好，

    { $time }，添加了一个通行密钥。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-passkey-added-sms = 【E-TEST】{ $time }添加了一个通行密钥。如非本人操作，请打开：{ $link }

delivery-passkey-removed-subject = 通行密钥已移除：E-TEST通行证
delivery-passkey-removed-text =
    您好，

    { $time }，移除了一个通行密钥。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-passkey-removed-sms = 【E-TEST】{ $time }移除了一个通行密钥。如非本人操作，请打开：{ $link }

delivery-authenticator-added-subject = 身份验证器已开启：E-TEST通行证
delivery-authenticator-added-text =
    您好，

    { $time }，开启或更换了身份验证器。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-authenticator-added-sms = 【E-TEST】{ $time }开启或更换了身份验证器。如非本人操作，请打开：{ $link }

delivery-authenticator-removed-subject = 身份验证器已关闭：E-TEST通行证
delivery-authenticator-removed-text =
    您好，

    { $time }，关闭了身份验证器。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-authenticator-removed-sms = 【E-TEST】{ $time }关闭了身份验证器。如非本人操作，请打开：{ $link }

delivery-proof-second-step-subject = 登录E-TEST通行证的验证码：{ $code }
delivery-proof-second-step-text =
    您好，

    您的验证码是{ $code }，用于登录时的第二步，10分钟内有效。

    请不要告诉任何人。如果不是您本人在登录，说明有人知道您的密码，请尽快修改：
    { $issuer }
delivery-proof-second-step-sms = 【E-TEST】登录验证码{ $code }，10分钟内有效。工作人员不会向您索要。不是您在登录？有人知道您的密码，请尽快修改。

delivery-sms-added-subject = 短信验证已开启：E-TEST通行证
delivery-sms-added-text =
    您好，

    { $time }，开启了短信验证。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-sms-added-sms = 【E-TEST】{ $time }开启了短信验证。如非本人操作，请打开：{ $link }

delivery-sms-removed-subject = 短信验证已关闭：E-TEST通行证
delivery-sms-removed-text =
    您好，

    { $time }，关闭了短信验证。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-sms-removed-sms = 【E-TEST】{ $time }关闭了短信验证。如非本人操作，请打开：{ $link }

delivery-codes-replaced-subject = 恢复码已更换：E-TEST通行证
delivery-codes-replaced-text =
    您好，

    { $time }，换了一组新的恢复码，旧的已失效。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-codes-replaced-sms = 【E-TEST】{ $time }换了一组新的恢复码，旧的已失效。如非本人操作，请打开：{ $link }

delivery-code-used-subject = 有人用了一个恢复码：E-TEST通行证
delivery-code-used-text =
    您好，

    { $time }，用一个恢复码登录了您的账号。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-code-used-sms = 【E-TEST】{ $time }用一个恢复码登录了您的账号。如非本人操作，请打开：{ $link }

delivery-codes-guessed-subject = 有人知道您的密码：E-TEST通行证
delivery-codes-guessed-text =
    您好，

    { $time }，有人输入了正确的密码，但第二步的验证码多次不对，账号没有被登录。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-codes-guessed-sms = 【E-TEST】{ $time }有人输入了正确的密码，但第二步的验证码多次不对，账号没有被登录。如非本人操作，请打开：{ $link }

delivery-password-removed-subject = 密码已删除：E-TEST通行证
delivery-password-removed-text =
    您好，

    { $time }，账号的密码被删除了，以后只用通行密钥登录。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-password-removed-sms = 【E-TEST】{ $time }您的账号删除了密码，以后只用通行密钥登录。如非本人操作，请打开：{ $link }

delivery-data-copied-subject = 您的数据被下载了：E-TEST通行证
delivery-data-copied-text =
    您好，

    { $time }，有人登录您的账号，下载了通行证保存的、关于您的全部数据。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-data-copied-sms = 【E-TEST】{ $time }有人登录您的账号，下载了您的全部数据。如非本人操作，请打开：{ $link }

delivery-factors-removed-subject = 全部验证方式已移除：E-TEST通行证
delivery-factors-removed-text =
    您好，

    { $time }，等待期满，移除了通行密钥、身份验证器和恢复码。

    如果是您本人的操作，您无需做任何事。

    { $not-me }
delivery-factors-removed-sms = 【E-TEST】{ $time }等待期满，移除了通行密钥、身份验证器和恢复码。如非本人操作，请打开：{ $link }

delivery-proof-appeal-subject = E-TEST通行证申诉，验证码：{ $code }
delivery-proof-appeal-text =
    您好，

    您的验证码是{ $code }，用于信息占用申诉，10分钟内有效。申诉的进展会发到这个邮箱。

    这次验证是{ $time }从网络地址{ $from }发起的。如果不是您本人，您无需做任何事。

    请不要把验证码告诉任何人。我们不会打电话向您索要。

delivery-proof-appeal-sms = 【E-TEST】验证码{ $code }，用于信息占用申诉，10分钟内有效。请不要告诉任何人。

delivery-appeal-begun-subject = 您的申诉{ $new }
delivery-appeal-begun-action = 查看申诉
delivery-appeal-begun-text =
    您好，

    您的申诉编号是{ $new }。打开下面的链接可以上传证件照片、查看进展，也可以撤回申诉：
    { $link }

    在手机上也能打开，直接拍照上传。请不要把链接转给别人。

delivery-appeal-begun-sms = 【E-TEST】申诉编号{ $new }。上传证件照片、查看进展：{ $link }

delivery-appeal-refused-subject = 您的申诉{ $new }没有通过
delivery-appeal-refused-action = 查看原因
delivery-appeal-refused-text =
    您好，

    工作人员看过了您的申诉{ $new }，没有通过。原因和接下来可以做什么，请打开下面的链接：
    { $link }

delivery-appeal-refused-sms = 【E-TEST】您的申诉{ $new }没有通过，查看原因：{ $link }

delivery-appeal-granted-subject = 您的申诉{ $new }已通过，请绑定证件
delivery-appeal-granted-action = 绑定证件
delivery-appeal-granted-text =
    您好，

    您的申诉{ $new }已通过，证件已从原来的通行证上解绑，为您保留到{ $time }。请在这之前打开下面的链接，把它绑定到您的通行证；还没有通行证的，先注册一个：
    { $link }

    链接只能用一次。请不要转给别人。

delivery-appeal-granted-sms = 【E-TEST】您的申诉{ $new }已通过，请在{ $time }前绑定证件：{ $link }

delivery-document-claimed-subject = 有人申诉您通行证上的证件是他的
delivery-document-claimed-action = 证件是我的，提出异议
delivery-document-claimed-text =
    您好，

    有人提交了证件照片，表示您E-TEST通行证上绑定的证件是他的。工作人员初步核实后，请您说明情况。

    如果证件是您的，请在{ $time }前打开下面的链接提出异议：
    { $link }

    如果证件不是您的，什么都不用做。到时由另一位工作人员决定；证件解绑后，您的账号、联系方式和报名都不变，对方也不能进入您的账号。

delivery-document-claimed-sms = 【E-TEST】有人申诉您通行证上的证件是他的。证件是您的，请在{ $time }前提出异议：{ $link }

delivery-document-kept-subject = 证件保留在您的通行证上
delivery-document-kept-text =
    您好，

    关于您E-TEST通行证上证件的申诉已经结束，证件保留在您的账号上。您无需做任何事：
    { $issuer }

delivery-document-kept-sms = 【E-TEST】关于您通行证上证件的申诉已经结束，证件保留在您的账号上。

delivery-document-detached-subject = 证件已从您的通行证上解绑
delivery-document-detached-text =
    您好，

    两位工作人员核实后确认，您E-TEST通行证上绑定的证件属于别人，已经解绑。您的账号、联系方式和报名不变，照常登录：
    { $issuer }

    如果您认为弄错了，请登录后提出信息占用申诉，上传您的证件照片。

    { $not-me }

delivery-document-detached-sms = 【E-TEST】经核实，您通行证上的证件属于别人，已解绑，账号和报名不变。有异议可以申诉，怀疑账号被盗请打开：{ $link }

delivery-lost-key-subject = E-TEST通行证的一把签名密钥已作废，请更新密钥集
delivery-lost-key-text =
    您好，

    您是网站“{ $site }”（客户端编号{ $id }）登记的联系人。E-TEST通行证的一把签名密钥可能已经落入他人之手，我们在{ $time }把它作废了：

    密钥编号：{ $kid }
    算法：{ $alg }

    从那时起，通行证不再公布这把密钥，也不再接受它签过的任何内容。现在签名的是另一把密钥，它早已公布。

    请现在重新获取密钥集：
    { $keys }

    在您更新之前，拿到这把密钥的人可以伪造通行证的登录，您的网站可能会相信。遵守缓存期限的网站最晚在{ $until }更新；缓存更久，或者把密钥写在配置里的网站，要等到您自己更换。我们这边没有办法缩短这段时间。

    请检查您的网站在更新之前收到的登录。如果我们同时结束了会话，登记了后端退出地址的网站会另外收到通知。

delivery-pinned-key-subject = E-TEST通行证继续用原来的密钥为您的网站签名
delivery-pinned-key-text =
    您好，

    您是网站“{ $site }”（客户端编号{ $id }）登记的联系人。您的网站暂时不能使用E-TEST通行证的下一把签名密钥。从{ $time }起，无论其他网站用哪把密钥，我们都为您的网站使用下面这把，到{ $until }为止：

    密钥编号：{ $kid }
    算法：{ $alg }

    到期后，我们会自动改用其他网站都在用的密钥。请在此之前让网站从这里读取密钥，遇到不认识的密钥编号时重新获取：
    { $keys }

    如果这把密钥落入他人之手，我们会立即作废它，不等到期。

delivery-lifted-key-subject = E-TEST通行证恢复用现在的密钥为您的网站签名
delivery-lifted-key-text =
    您好，

    您是网站“{ $site }”（客户端编号{ $id }）登记的联系人。此前我们单独为您的网站保留了一把密钥。从{ $time }起，这一安排提前结束，我们改用其他网站都在用的密钥为您的网站签名。下面这把不再使用：

    密钥编号：{ $kid }
    算法：{ $alg }

    它以前签的内容在到期之前仍然有效。如果现在有人无法登录您的网站，请让网站重新获取密钥集：
    { $keys }

delivery-proof-guardian-subject = 请您作为监护人决定是否同意：E-TEST通行证
delivery-proof-guardian-text =
    您好，

    一位未满14周岁的考生注册了E-TEST通行证（考试报名账号），把您填写为监护人。依照《个人信息保护法》，孩子的信息要经监护人同意才能使用。

    您的验证码是{ $code }，10分钟内有效。您在孩子身边，可以在孩子的页面上阅读说明并输入它。

    不在身边，请打开下面的链接，看清是谁、同意什么，再选择同意或不同意，7天内有效：
    { $link }

    这次请求是{ $time }从网络地址{ $from }发起的。如果您不是孩子的监护人，请打开链接选择“不同意”，或者不用理会。

delivery-proof-guardian-action = 查看并决定
delivery-proof-guardian-sms = 【E-TEST】未满14周岁的考生请您作为监护人决定。验证码{ $code }，或打开{ $link }

delivery-guardian-missing-subject = 您的E-TEST通行证还需要监护人同意
delivery-guardian-missing-text =
    您好，

    您未满14周岁，还没有监护人同意您使用通行证。在同意以前不能进入考试网站，您填写的内容都还在。

    请登录并请监护人同意：
    { $link }

    到{ $time }还没有监护人同意，账号会注销，信息会删除。

delivery-guardian-missing-action = 请监护人同意
delivery-guardian-missing-sms = 【E-TEST】您的账号还需要监护人同意，{ $time }以前没有同意会注销。请登录办理：{ $link }

delivery-guardian-withdrew-subject = 监护人撤回了同意：E-TEST通行证
delivery-guardian-withdrew-text =
    您好，

    您的监护人撤回了同意。所有登录已退出，暂时不能进入考试网站。

    请和监护人商量，也可以登录后重新请监护人同意：
    { $link }

    到{ $time }还没有监护人同意，账号会注销，信息会删除。

delivery-guardian-withdrew-action = 重新请监护人同意
delivery-guardian-withdrew-sms = 【E-TEST】监护人撤回了同意，账号已退出登录，{ $time }以前没有重新同意会注销。登录办理：{ $link }

delivery-guardian-agreed-subject = 监护人已同意：E-TEST通行证
delivery-guardian-agreed-text =
    您好，

    { $time }，您的监护人同意您使用E-TEST通行证。现在可以进入考试网站报名：

    { $issuer }

delivery-guardian-agreed-sms = 【E-TEST】{ $time }您的监护人已同意，现在可以进入考试网站报名。

delivery-guardian-consented-subject = 您已同意孩子使用E-TEST通行证
delivery-guardian-consented-text =
    您好，

    { $time }，您作为监护人，同意孩子使用E-TEST通行证报名考试。请保存这封邮件。

    您随时可以撤回同意，不需要登录：
    { $link }

    撤回后，孩子的登录马上退出，考试网站不再得到孩子的信息。孩子满14周岁以后，由孩子自己决定，我们会删除您的信息。

    如果不是您本人同意的，请打开链接撤回。

delivery-guardian-consented-action = 撤回同意
delivery-guardian-consented-sms = 【E-TEST】您作为监护人同意了孩子使用通行证。撤回请打开{ $link }
