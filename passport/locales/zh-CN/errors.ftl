# 错误说明：协议请求被拒绝时的规则，给网站的开发者看。每一条的原因和办法在docs/errors里。

errors-title = 错误说明
errors-lead = 网站的请求没有被接受时，答复里的error_uri指向这里的一页：看到的是什么，怎么改，标准的哪一节。
errors-entry-title = { $name }：错误说明
errors-mend = 怎么改
errors-facts = 答复与标准
errors-section = 标准
errors-group = 类别
errors-private = 为了不让猜测的人得到线索，请求方得到的是笼统的答复；确切原因只给客户端的负责人看。
errors-all = 全部错误
errors-group-form = 各种请求
errors-group-authorize = 授权请求
errors-group-pushed = 推送的请求
errors-group-object = 签名的请求
errors-group-client = 客户端认证
errors-group-token = 换取令牌
errors-group-proof = 证明与证书
errors-group-resource = 用户信息、查询与撤销
errors-group-registration = 登记客户端
errors-group-logout = 退出登录
errors-group-service = 服务本身
