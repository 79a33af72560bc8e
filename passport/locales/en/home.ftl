home-greeting = Hello, { $name }
home-greeting-plain = Hello
home-lead = Choose an exam and go straight in. No second password.
home-tiles = Exam sites
home-account = Account
home-name = Name
home-mobile = Mobile number
home-email = E-mail
home-document = ID
home-province = Usual province of your test centre
home-none = Not given
home-verified = Verified
home-unverified = Not verified yet
home-tile-truth = You are signed in, go straight in
home-welcome-title = One Passport for every exam
home-welcome-lead = Register once and sign in once for CET, PETS and NCRE.
home-welcome-sign-in = Sign in
home-welcome-register = Register
home-prove = Neither your e-mail address nor your mobile number is verified. Verify one of them to keep the account and to be able to reset the password.
home-prove-link = Verify now
home-contact-hint = Changing the mobile number or the email address takes one more proof that it is you
home-safety = Security
home-safety-all = Security settings
home-safety-passkeys = { $count ->
    [one] 1 passkey, last used { $used }
   *[other] { $count } passkeys, last used { $used }
}
home-safety-passkeys-unused = { $count ->
    [one] 1 passkey, not used yet
   *[other] { $count } passkeys, not used yet
}
home-safety-app = Last used { $used }
home-safety-alone = A password only
home-safety-alone-text = With a second step, nobody gets in who only knows the password
home-safety-sms = A password and codes by SMS
home-safety-sms-text = SMS is the weakest second step; there are safer ones
home-safety-codes = { $left ->
    [0] None left: if the phone is lost, you can’t sign in
    [one] 1 left
   *[other] { $left } left
}
home-safety-devices = { $count ->
    [one] Signed in in 1 place
   *[other] Signed in in { $count } places
}
home-safety-devices-new = { $count ->
    [one] Signed in in 1 place, from a new region or network
   *[other] Signed in in { $count } places, { $new } of them from a new region or network
}
home-safety-look = Have a look
home-latest = What happened last
home-latest-all = All activity
home-guardian = You can enter exam sites once a guardian has consented.
home-guardian-link = Ask a guardian
home-guardian-label = Guardian
home-guardian-given = Consented
home-guardian-look = Look
