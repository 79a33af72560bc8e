# What every page of both programs says.
common-skip = Skip to content
common-menu = Menu
common-nav = Main
common-nav-account = Account
common-footer-nav = Footer
common-home = Home
common-help = Help
common-sign-out = Sign out
common-icp = ICP filing: { $number }
common-agreement = Service agreement
common-privacy = Privacy policy
common-accessibility = Accessibility
common-optional = optional
common-title-error = Error:{" "}
common-errors-title =
    { $count ->
        [one] One thing to correct
       *[other] { $count } things to correct
    }
common-errors-kept = Everything else is kept; only passwords must be typed again.
common-errors-pair = { $field }: { $text }
common-password-show = Show
common-password-hide = Hide
common-password-not-kept = For your safety we did not keep the password you typed. Please type it again
common-rule-kept = Done:{" "}
common-rule-missed = Still missing:{" "}
common-going-to = After signing in you go to
common-choose = Please choose
common-enter = Enter
common-back = Back
common-or = or
common-reference = Reference
common-step-done = Done:{" "}
common-captcha = Characters in the picture
common-captcha-hint = Type the 5 characters; capitals don't matter
common-captcha-alt = Picture with characters. If you cannot see it, choose “Check without a picture”
common-captcha-refresh = New picture
common-captcha-enlarge = Enlarge
common-captcha-shrink = Smaller
common-captcha-work = Check without a picture
common-captcha-work-hint = Your browser solves a small sum by itself, usually in a few seconds. Nothing to read or type
common-captcha-work-running = Checking, one moment
common-captcha-work-done = Checked. You can send the form now
common-captcha-work-noscript = This check needs JavaScript. If you cannot turn it on, get a code by mail or SMS
common-captcha-code = Code
common-captcha-code-hint = If { $to } is right, a 6-digit code is on its way there. It is good for 10 minutes
common-captcha-code-send = Send me a code
common-captcha-code-again = Send a new code
common-captcha-picture = Use the picture
common-captcha-passed = The picture check is passed; no need to do it again.
common-site-policy = The site's privacy policy
common-site-terms = The site's terms of service
common-resend = Send another
common-resend-at = seconds until another can be sent ({ $time })
