# The frame of the passport's pages, its documents and its error pages.
web-brand = E-TEST Passport
web-sandbox = Sandbox, for trying out
web-find-account = Find your account
web-next = What to do next
web-go-home = Go to the Passport home page
web-try-again = Try again

web-fault-not-found-title = There is no such page
web-fault-not-found-lead = The address may be mistyped, or the page has moved. Your account is fine.
web-fault-not-openable-title = This page cannot be opened by itself
web-fault-not-openable-lead = It is reached by a button on the page before. Start again from the home page; nothing you sent is lost.
web-fault-too-large-title = That is too large to send
web-fault-too-large-lead = We did not take it. Go back, shorten it and send it again.
web-fault-wrong-host-title = Wrong address
web-fault-wrong-host-lead = This is not the site you are looking for. Please check the address in your browser.
web-fault-broken-form-title = The form did not arrive whole
web-fault-broken-form-lead = Nothing was changed. Go back and send it once more; your browser still has what you typed.
web-fault-foreign-form-title = This form was sent by another site
web-fault-foreign-form-lead = To protect your account we did not act on it, and nothing was changed. Please use the pages of the Passport.
web-fault-unavailable-title = We cannot do this just now
web-fault-unavailable-lead = The fault is ours, not yours. Your account is fine and nothing you sent is lost. Please try again in a few seconds.
web-fault-busy-title = Many people are here just now
web-fault-busy-lead = Too many people are signing in at once, and your turn did not come. Please try again in a few seconds.
web-fault-broken-title = Something went wrong on our side
web-fault-broken-lead = It has been recorded and we will look into it. Your account is fine. Please try again; if it fails again, give support the reference below.

web-authorize-title = We cannot continue signing you in
web-authorize-account-fine = Your account is fine and there is no need to change your password.
web-authorize-unknown-client-lead = A site asks you to sign in, but it is not registered with the Passport. We did not take you there, so that nothing goes to the wrong place.
web-authorize-redirect-uri-lead = The request from “{ $site }” names a return address that is not registered. We did not take you there, so that nothing goes to the wrong place.
web-authorize-request-lead = The request from “{ $site }” is not complete, and we have no way to take you back.
web-authorize-step-back = Go back to “{ $site }” and choose “Enter registration” again.
web-authorize-step-back-unknown = Go back to the site you came from and choose “Enter registration” again.
web-authorize-step-home = The same again? Enter the exam site from the Passport home page.
web-authorize-step-support = If that fails too, give that site's support the reference below.
web-authorize-go-back = Back to { $site }
web-authorize-unknown-client-fix = Check the client_id, capitals included. A new site must be registered first.
web-authorize-redirect-uri-fix = Send a registered return address. It must equal one of them byte for byte, with trailing slashes, capitals and port; register a new one before using it.
web-authorize-request-fix = Correct the parameter as the rule says and send the request again.

web-developers = For the developers of the site
web-developers-error = Error
web-developers-received = Received
web-developers-rule = Rule
web-developers-fix = How to fix it
web-developers-more = What this error means
web-developers-reference = Reference
