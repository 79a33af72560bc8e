# Signing in and out at an exam site, and every way it can fail.
signin-again = Sign in again
signin-for-developers = For the developers of the site
signin-developer-error = Error

signin-ask-title = Do you want to sign in?
signin-ask-text = Another web page or a message brought you here, so we ask first. “Sign in” signs you in with your Passport and opens the page you wanted; if you leave it, nothing happens.
signin-ask-button = Sign in

signin-fault-cancelled-title = You cancelled signing in
signin-fault-cancelled-text = You are not signed in, and nothing has changed. You can sign in again whenever you like.
signin-fault-expired-title = This sign-in took too long
signin-fault-expired-text = To keep you safe, a sign-in must be finished within an hour. Your account is fine. Sign in again and you will be taken where you wanted to go.
signin-fault-lost-title = This sign-in could not be continued
signin-fault-lost-text = It may have been started in another browser, or this address has been used before. Your account is fine. Please sign in again.
signin-fault-cookies-title = Your browser did not keep the sign-in
signin-fault-cookies-text = Allow cookies for this site in your browser's settings, or leave private browsing, and sign in again.
signin-fault-clock-title = The time of the sign-in is off
signin-fault-clock-text = This is our fault: the clocks of this site and of the Passport differ. Your account is fine. Please sign in again in a while; if it still fails, tell us the reference below.
signin-fault-unreachable-title = The Passport cannot be reached just now
signin-fault-unreachable-text = This is our fault; your account and what you filled in are kept. Please wait a few seconds and sign in again.
signin-fault-refused-title = The Passport did not finish this sign-in
signin-fault-refused-text = Your account is fine. Please sign in again; if it still fails, tell us the reference below.
signin-fault-issuer-title = This did not come from the Passport
signin-fault-issuer-text = We did not use it, to protect your account. Please sign in again from this site.
signin-fault-token-title = The answer did not pass our checks
signin-fault-token-text = We did not use it, to protect your account. Please sign in again; if it still fails, tell us the reference below.
signin-fault-malformed-title = This sign-in address is incomplete
signin-fault-malformed-text = Something in it is missing or stands twice. Your account is fine. Please sign in again.

signin-out-title = You are signed out
signin-out-everywhere = You are signed out of this site and of the Passport.
signin-out-here = You are signed out of this site. On a shared computer, please sign out of the Passport as well.
signin-out-passport = Go to the Passport
signin-confirm-title = Do you want to sign out?
signin-confirm-text = You are still signed in. The button signs you out here and at the Passport. Your registration is not affected.
signin-confirm-button = Sign out
signin-confirm-stay = Go on registering
