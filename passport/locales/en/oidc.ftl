# The provider's own pages: consent and signing out.
oidc-form-again = This page has been open for a long time and your browser's credentials have changed. Please press the button once more.
oidc-consent-title = Share this with “{ $site }”?
oidc-consent-gets = It will receive
oidc-consent-as = as { $person }
oidc-consent-required = Required
oidc-consent-optional = Optional
oidc-consent-none = You have not given one
oidc-consent-openid = Your Passport number
oidc-consent-openid-text = It lets the site recognise you and holds no personal data
oidc-consent-profile = Name
oidc-consent-email = E-mail address
oidc-consent-phone = Mobile number
oidc-consent-exam = Province of the test centre
oidc-consent-exam-text = The province you chose when signing in, and whether your ID has been checked
oidc-consent-offline = Access while you are away
oidc-consent-offline-text = After you sign out it can still read what stands above
oidc-consent-other = The service “{ $scope }”
oidc-consent-other-text = A service of the exam system that the site was registered for under this name
oidc-consent-never = It will not receive your password or ID number, and cannot see your records at other exam sites.
oidc-consent-deny = Don't share, go back
oidc-consent-allow = Share and continue
oidc-consent-policy = The site's privacy policy
oidc-consent-terms = The site's terms of service
oidc-logout-title = Sign out of the Passport?
oidc-logout-lead = A site asks you to sign out of the E-TEST Passport.
oidc-logout-lead-site = “{ $site }” asks you to sign out of the E-TEST Passport.
oidc-logout-text = Afterwards every exam site will ask you to sign in again. Your account and your registrations stay as they are.
oidc-logout-leave = Sign out
oidc-logout-stay = Stay signed in
oidc-signed-out-title = You are signed out
oidc-signed-out-lead = You have signed out of the E-TEST Passport. On a shared computer, close all browser windows.
oidc-signed-out-home = Go to the Passport

# Back to the site by a form
oidc-form-post-title = Returning to the site
oidc-form-post-lead = If this page does not go on by itself, press the button below.
oidc-form-post-go = Continue
