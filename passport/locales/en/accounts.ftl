# Signing in
accounts-login-title = Candidate sign-in
accounts-login-latin = { "" }
accounts-province = Province of your test centre
accounts-account = Account
accounts-account-hint = The e-mail or mobile number you registered with
accounts-login-account-hint = The e-mail or mobile number you registered with, or the ID number if you gave one
accounts-find-account = Find my account
accounts-password = Password
accounts-forgot-password = Forgot it?
accounts-login-stay = How long you stay signed in
accounts-login-remember = Keep me signed in on this device (until it is not used for { $span })
accounts-login-public = This is a public computer (signs out after { $span } without use, and keeps no trace)
accounts-login-button = Sign in
accounts-no-passport = No Passport yet?
accounts-register-link = Register
accounts-login-cancel = Go back to { $site } without signing in
accounts-login-cancel-plain = Go back without signing in
accounts-aside-title = About signing in
accounts-aside-once = Sign in once for every exam
accounts-aside-once-text = CET, PETS and NCRE share one Passport. You type your password only here. Exam sites never see it.
accounts-aside-changed = New phone, or an old e-mail address?
accounts-aside-changed-text = You do not need a new Passport. See how to find yours.
accounts-aside-changed-link = Find my account
accounts-aside-help = Trouble signing in?
accounts-aside-help-link = Read the help

accounts-login-account-missing = Type the e-mail or mobile number you registered with
accounts-login-password-missing = Type your password
accounts-login-province-missing = Choose the province you will take the exam in
accounts-login-wrong = That account and password don’t match. { $left ->
        [one] 1 try left
       *[other] { $left } tries left
    }, or reset the password
accounts-login-wrong-number = That account and password don’t match. { $left ->
        [one] 1 try left
       *[other] { $left } tries left
    }. You can sign in with your e-mail or mobile number instead, or reset the password
accounts-login-locked = To protect your account, try again after { $time } or reset the password now
accounts-login-blocked = This account is on hold. Please ask on the contact page of the exam site
accounts-login-too-many = Too many tries came from this network. Try again after { $time }

# Notices after a redirect, or when a form is shown again
accounts-notice-registered = You are registered. Please sign in
accounts-notice-away = You were away a while. Sign in again; your answers are kept
accounts-notice-sign-in-first = Sign in and you can go on
accounts-notice-once-more = The next step matters. Please sign in once more to show that it is you
accounts-notice-again = This page was open for a long time, so nothing has been done yet. Look it over and press the button again
accounts-notice-signed-out = You are signed out
accounts-notice-password-changed = Your password is changed. All your other devices are signed out
accounts-notice-profile-saved = Your details are saved
accounts-notice-other-account = This page was opened with another account, so nothing was saved. Below are the details of the one signed in now
accounts-notice-site-withdrawn = The consent has been withdrawn.

# Cookies refused
accounts-cookies-title = Your browser kept no cookie
accounts-cookies-lead = After you sign in, the browser needs a cookie to remember you. It refuses cookies of this site, so you cannot sign in. Your account is fine.
accounts-cookies-allow = Allow cookies for this site in the settings of the browser, or use another browser
accounts-cookies-again = Press the button below and try again
accounts-cookies-button = Open the page again

# Registration
accounts-register-title = Register
accounts-register-lead = You can sign in and reset your password with your e-mail or your mobile number, so give the ones you use.
accounts-register-section-account = Account
accounts-email = E-mail
accounts-mobile = Mobile number
accounts-mobile-hint = For a number outside mainland China, begin with + and the country or region code
accounts-password-confirm = Password again
accounts-password-confirm-hint = Type the same password once more
accounts-register-section-personal = Personal details
accounts-register-personal-note = (optional)
accounts-register-personal-text = With these you can sign in by your ID number, and find your account by your ID. They are not your exam registration, which checks your details again.
accounts-id-type = ID type
accounts-id-number = ID number
accounts-name = Name
accounts-agree-before = I have read and accept the
accounts-agree-agreement = Service agreement
accounts-agree-and = and the
accounts-agree-privacy = Privacy policy
accounts-agree = Agreements
accounts-register-button = Register
accounts-have-passport = Already have an E-TEST Passport?
accounts-login-link = Sign in
accounts-register-aside = About registering
accounts-register-one = One Passport for each person
accounts-register-one-text = It serves CET, PETS and NCRE. If you registered before, find your account first.
accounts-register-one-link = Find my account
accounts-register-steps = Only 2 steps
accounts-register-step-1 = Fill in this page and send it
accounts-register-step-2 = Sign in with your e-mail or mobile number
accounts-none = Not given

accounts-id-type-resident = Resident identity card
accounts-id-type-hk-mo-permit = Mainland travel permit for Hong Kong and Macao residents
accounts-id-type-tw-permit = Mainland travel permit for Taiwan residents
accounts-id-type-hk-mo-tw-residence = Residence permit for Hong Kong, Macao and Taiwan residents
accounts-id-type-passport = Passport
accounts-id-type-permanent-residence = Foreign permanent resident identity card
accounts-id-type-military = Military identity document
accounts-id-type-hk-id = Hong Kong identity card
accounts-id-type-mo-id = Macao identity card

accounts-password-rule-length = 8–18 characters
accounts-password-rule-length-modern = 15–128 characters of any kind, spaces too
accounts-password-rule-letter-digit = At least one letter and one digit
accounts-password-rule-special = At least one of !@#$%^&*_-

accounts-email-empty = Type your e-mail
accounts-email-incomplete = An e-mail address has an @ with something on both sides, for example name@example.com
accounts-email-domain = The part after the @ is incomplete; an address looks like name@example.com
accounts-email-character = One character can’t stand in an e-mail address; please check it
accounts-email-too-long = This address is too long; 254 characters is the most
accounts-mobile-empty = Type your mobile number
accounts-mobile-character = A mobile number has digits only; please check it
accounts-mobile-length = A mobile number has 11 digits; this one has { $count }
accounts-mobile-prefix = Mobile numbers of mainland China begin with 13 to 19; please check it
accounts-mobile-foreign = Country or region code and number have 8–15 digits together; please check it
accounts-password-broken-length = Make it 8–18 characters long
accounts-password-broken-length-modern = Make it 15–128 characters long; a few unrelated words are easiest to remember
accounts-password-broken-letter-digit = Add letters and digits and it is done
accounts-password-broken-special = Add one special character and it is done
accounts-password-broken-several = Some rules are not met yet; see the crosses below
accounts-password-hint = No common password, and not your name, birthday, mobile number or e-mail
accounts-password-guessable-common = Many people use this password, or one that hardly differs, so it is soon guessed. Take a few unrelated words, with digits and signs
accounts-password-guessable-pattern = Characters that repeat, count up or lie side by side on the keyboard are soon guessed. Take a few unrelated words, with digits and signs
accounts-password-guessable-own = Most of this password is your name, e-mail, mobile number, ID number or birthday, which others know. Choose something that has nothing to do with you
accounts-password-guessable-site = Most of this password is the name of the Passport or of an exam, so it is soon guessed. Choose something that has nothing to do with them
accounts-password-empty = Choose a password
accounts-password-confirm-empty = Type the password once more
accounts-password-confirm-differs = The two passwords differ; please type them again
accounts-name-too-long = A name can have 50 characters at most
accounts-name-character = One character can’t stand in a name; please use letters
accounts-id-type-missing = Choose which document this number is of
accounts-id-empty = Type the ID number, or set the ID type to “Not given”
accounts-id-length = This type of ID doesn’t have { $count } characters; please check it against the document
accounts-id-form = One character doesn’t fit this type of ID; please check it against the document
accounts-id-region = The region code at the start doesn’t fit; please check it against the document
accounts-id-birth = The date of birth in the number doesn’t fit; please check it against the document
accounts-id-check = The last character doesn’t fit the others; please check it against the document
accounts-id-taken = This ID belongs to another Passport. Yours? Find it. Not yours? Make an appeal
accounts-agree-changed = The agreements have changed. If you have read the new ones and accept them, tick this box and sign in once more
accounts-agreements-title = The agreements have changed
accounts-agreements-lead = The service agreement and the privacy policy have changed since you accepted them, and are of { $version } now. If you have read the new ones and accept them, tick the box, and go on with what you were doing.
accounts-agreements-grown-title = You are 14
accounts-agreements-grown-lead = A guardian has consented for you so far; now you decide. Please read the service agreement and the privacy policy of { $version }, and tick the box if you accept them. Your guardian’s name and contact are deleted, or will be at once.
accounts-age = Age
accounts-age-hint = Under 14, a guardian has to consent before you register for exams
accounts-age-over = 14 or older
accounts-age-under = Under 14
accounts-age-missing = Choose whether you are 14 or older
accounts-agreements-button = Accept and go on
accounts-agreements-hint = If you do not accept them, you can still download your data, cancel the account or sign out.
accounts-agree-missing = Tick this box if you have read both and accept them
accounts-register-taken = The e-mail or the mobile number already has a Passport. Yours? Sign in or find your account. Not yours? Try another one
accounts-register-taken-label = E-mail or mobile number
accounts-register-too-many = Too many registrations came from this network. Try again after { $time }

# Province alone
accounts-province-title = Choose the province of your test centre
accounts-province-lead = { $site } needs to know in which province you take the exam.
accounts-province-lead-plain = The exam site needs to know in which province you take the exam.
accounts-continue = Continue
accounts-cancel = Cancel

# Signing out
accounts-sign-out-title = Sign out of the Passport?
accounts-sign-out-text = Afterwards exam sites ask you to sign in again in this browser.
accounts-sign-out-button = Sign out
accounts-stay = Stay signed in

# The pages of an account
accounts-home = My Passport

# Profile
accounts-profile-title = Edit details
accounts-profile-lead = Your name is shown to the exam sites you enter.
accounts-profile-language = Language of the pages
accounts-profile-province = Usual province of your test centre
accounts-profile-save = Save
accounts-profile-back = Back to the home page
accounts-language-missing = Choose the language of the pages

# Password
accounts-password-title = Change password
accounts-sites = Authorised sites
accounts-password-lead = Your other devices will be signed out; this one stays signed in.
accounts-password-set-title = Set a password
accounts-password-set-lead = You can then sign in with the password, and confirm with a passkey. Your other devices will be signed out; this one stays signed in.
accounts-password-remove = No password any more
accounts-password-remove-title = Sign in with passkeys only?
accounts-password-remove-lead = Your password will be deleted, and only a passkey signs you in. Without a password there is none to be guessed or phished.
accounts-password-remove-passkey = To sign in, your browser has to run JavaScript, and you need a device that holds a passkey.
accounts-password-remove-lost = If you lose the device: sign in with another passkey, or follow “Forgot password” and set a new password with your e-mail, your mobile and a recovery code.
accounts-password-remove-again = You can set a password again at any time on the security page.
accounts-password-remove-button = Delete the password
accounts-password-remove-keep = Keep the password
accounts-password-remove-first = Before the password can be deleted:
accounts-password-remove-lacks-passkey = Add a passkey
accounts-password-remove-lacks-reserve = Add a second passkey, or save recovery codes, for the day a device is lost
accounts-password-remove-lacks-contact = Verify your e-mail or mobile number, by which a password can be set again
accounts-notice-password-removed = Your password is deleted. From now on, sign in with a passkey
accounts-password-old = Current password
accounts-password-new = New password
accounts-password-old-missing = Type your current password
accounts-password-old-wrong = That is not your current password. { $left ->
        [one] 1 try left
       *[other] { $left } tries left
    }, or reset it
accounts-password-old-locked = To protect your account, try again after { $time } or reset the password now
accounts-password-same = The new password is the same as the current one; please choose another
accounts-password-save = Change password

accounts-profile-more = More about you
accounts-profile-more-text = All of it may stay empty. A site sees it only once you let it
accounts-profile-nickname = Nickname
accounts-profile-gender = Gender
accounts-gender-female = Female
accounts-gender-male = Male
accounts-profile-birthdate = Date of birth
accounts-profile-birthdate-hint = For example 2006-02-28; the year alone will do as well
accounts-profile-website = Your own page
accounts-profile-website-hint = It begins with https://
accounts-profile-region = Province
accounts-profile-locality = City
accounts-profile-street = Street
accounts-profile-postal-code = Postal code
accounts-detail-too-long = This is too long; please shorten it
accounts-detail-character = One character can’t be shown; please check it
accounts-detail-url = Type a whole address that begins with https://
accounts-detail-date = Type a date like 2006-02-28, or the year alone
