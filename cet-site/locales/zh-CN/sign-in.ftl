# Signing in and out at an exam site, and every way it can fail.
signin-again = 重新登录
signin-for-developers = 给网站开发人员
signin-developer-error = 错误

signin-ask-title = 要登录吗？
signin-ask-text = 是别的网页或一封邮件把您带到这里的，所以我们先问一声。点“登录”，就用您的通行证登录，并打开您要去的页面；不点，什么都不会发生。
signin-ask-button = 登录

signin-fault-cancelled-title = 您取消了登录
signin-fault-cancelled-text = 没有登录，也没有改动任何内容。想继续报名，随时可以重新登录。
signin-fault-expired-title = 这次登录放得太久了
signin-fault-expired-text = 为了安全，登录要在一小时内完成。您的账号没有问题，请重新登录，会回到您要去的页面。
signin-fault-lost-title = 这次登录没有接上
signin-fault-lost-text = 登录可能是在另一个浏览器里开始的，或者这个地址已经用过。您的账号没有问题，请重新登录。
signin-fault-cookies-title = 浏览器没有保存登录信息
signin-fault-cookies-text = 请在浏览器设置里允许本网站使用Cookie，或者关闭无痕模式，再重新登录。
signin-fault-clock-title = 登录的时间对不上
signin-fault-clock-text = 这是我们的问题：本网站与通行证的时钟不一致。您的账号没有问题，请过一会儿重新登录；还不行，请把下面的编号告诉我们。
signin-fault-unreachable-title = 暂时连不上通行证
signin-fault-unreachable-text = 这是我们的问题，您的账号和填过的内容都在。请等几秒，再重新登录。
signin-fault-refused-title = 通行证没有完成这次登录
signin-fault-refused-text = 您的账号没有问题。请重新登录；还不行，请把下面的编号告诉我们。
signin-fault-issuer-title = 这不是通行证发来的
signin-fault-issuer-text = 我们没有采用它，以保护您的账号。请从本网站重新登录。
signin-fault-token-title = 登录结果没有通过检查
signin-fault-token-text = 我们没有采用它，以保护您的账号。请重新登录；还不行，请把下面的编号告诉我们。
signin-fault-malformed-title = 这个登录地址不完整
signin-fault-malformed-text = 地址里缺少内容或者内容重复。您的账号没有问题，请重新登录。

signin-out-title = 您已退出
signin-out-everywhere = 本网站和通行证都已退出。
signin-out-here = 本网站已退出。用完公用电脑，也请退出通行证。
signin-out-passport = 前往通行证
signin-confirm-title = 要退出登录吗？
signin-confirm-text = 您还没有退出。点下面的按钮，会退出这里和通行证。报名内容不受影响。
signin-confirm-button = 退出登录
signin-confirm-stay = 继续报名
