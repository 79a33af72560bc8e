# Mail and SMS of the passport.
delivery-signature =
    E-TEST Passport
    { $issuer }
    This message was sent automatically. Please do not reply.

delivery-registered-subject = Your E-TEST Passport is registered
delivery-registered-text =
    Hello,

    You have registered an E-TEST Passport. You can sign in with your e-mail address or your mobile number:
    { $issuer }

    If this was not you, take the account back under “Find my account”.

delivery-taken-subject = Someone tried to register your e-mail address or mobile number
delivery-taken-text =
    Hello,

    Someone is registering an E-TEST Passport with your e-mail address or mobile number. You already have a passport, so no new account was made.

    If it was you, simply sign in; if you forgot the password, you can reset it:
    { $issuer }

    If it was not you, there is nothing to do. Your account has not changed.

delivery-password-changed-subject = The password of your E-TEST Passport was changed
delivery-password-changed-text =
    Hello,

    Your password was changed on { $time }. You have been signed out on all other devices.

    If this was not you, reset your password now:
    { $issuer }

delivery-locked-subject = Your E-TEST Passport is locked for a while
delivery-locked-text =
    Hello,

    Because of several wrong passwords, your account is locked until { $time }. It unlocks by itself; there is nothing to do.

    If it was not you who tried to sign in, we suggest changing your password afterwards:
    { $issuer }

delivery-taken-sms = [E-TEST] Someone is registering a passport with your mobile number. You already have one, and your account has not changed. If it was you, simply sign in.

delivery-code-subject = Your code for E-TEST Passport: { $code }
delivery-code-text =
    Hello,

    Your code is { $code }. Type it into the form that you are filling in. It is good for 10 minutes.

    If you are not filling in a form of E-TEST Passport, somebody mistyped their address. There is nothing to do, and nothing has changed.

delivery-code-sms = [E-TEST] Your code is { $code }, good for 10 minutes. If you did not ask for it, there is nothing to do.
