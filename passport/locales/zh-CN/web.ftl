# The frame of the passport's pages, its documents and its error pages.
web-brand = E-TEST 通行证
web-sandbox = 沙盒，仅供试用
web-find-account = 找回账号
web-next = 接下来怎么办
web-go-home = 去通行证首页
web-try-again = 再试一次

web-fault-not-found-title = 没有找到这个页面
web-fault-not-found-lead = 地址可能输错了，或者页面已经搬走。您的账号没有问题。
web-fault-not-openable-title = 这个页面不能直接打开
web-fault-not-openable-lead = 它要从上一页点按钮进入。从首页重新开始就可以，已经提交的内容不会丢失。
web-fault-too-large-title = 提交的内容太大
web-fault-too-large-lead = 我们没有收下这次提交。请返回上一页，缩短内容再提交。
web-fault-wrong-host-title = 地址不对
web-fault-wrong-host-lead = 这里不是您要找的网站。请核对浏览器地址栏里的网址。
web-fault-broken-form-title = 表单没有完整送到
web-fault-broken-form-lead = 什么都没有改动。请返回上一页再提交一次，填过的内容还在浏览器里。
web-fault-foreign-form-title = 这次提交来自别的网站
web-fault-foreign-form-lead = 为保护您的账号，我们没有处理它，什么都没有改动。请从通行证的页面操作。
web-fault-unavailable-title = 我们这边暂时不能处理
web-fault-unavailable-lead = 是我们的问题，不是您的。您的账号没有问题，已经提交的内容不会丢失。请过几秒再试。
web-fault-busy-title = 现在人很多
web-fault-busy-lead = 同时登录的人太多，这一次没有排上。请过几秒再试，不用重新填写账号信息。
web-fault-broken-title = 我们这边出了问题
web-fault-broken-lead = 问题已经记录下来，我们会处理。您的账号没有问题。请再试一次；仍然不行，请把下面的编号告诉客服。

web-authorize-title = 暂时无法继续登录
web-authorize-account-fine = 您的账号没有问题，也不用改密码。
web-authorize-unknown-client-lead = 有一个网站请您登录，但它没有在通行证登记过。我们没有把您带过去，以免信息送错地方。
web-authorize-redirect-uri-lead = “{ $site }”发来的登录请求里，返回地址没有登记过。我们没有把您带过去，以免信息送错地方。
web-authorize-request-lead = “{ $site }”发来的登录请求不完整，我们没有办法把您带回去。
web-authorize-step-back = 回到“{ $site }”，重新点“进入报名”。
web-authorize-step-back-unknown = 回到您来的网站，重新点“进入报名”。
web-authorize-step-home = 还是这样？请从通行证首页直接进入考试网站。
web-authorize-step-support = 仍然不行，请把下面的编号告诉该网站的客服。
web-authorize-go-back = 回到{ $site }
web-authorize-unknown-client-fix = 核对client_id，大小写也要一致。新网站请先登记。
web-authorize-redirect-uri-fix = 发送登记过的返回地址。它必须与登记的某一个逐字节相同，包括末尾的斜杠、大小写和端口；需要新地址时先登记。
web-authorize-request-fix = 按规则改正这个参数后重新发起请求。

web-developers = 给网站开发人员
web-developers-error = 错误
web-developers-received = 收到的值
web-developers-rule = 规则
web-developers-fix = 怎么改
web-developers-more = 这个错误的说明
web-developers-reference = 关联编号
