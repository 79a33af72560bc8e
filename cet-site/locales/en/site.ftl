# The pages of an exam site.
site-steps = The six steps of registering
site-buttons = Services
site-all-news = All news
site-no-news = No news yet. Registration dates will be announced here.
site-first-time-before = First time here? {""}
site-first-time-link = Create a Passport
site-first-time-after = {" "}first, then enter registration. One Passport is enough for every exam.
site-by-province-before = Registration opens province by province. {""}
site-by-province-link = See when yours opens
site-by-province-after = {" "}and come then; there is no need to queue before.
site-back-home = Back to the home page
site-back-news = All news
site-colon = :{" "}
site-stage-ahead = registration opens on { $when }
site-stage-open =
    { $count ->
        [one] { $count } province is open for registration
       *[other] { $count } provinces are open for registration
    }
site-stage-closed = registration is over
site-openings-title = When each province opens
site-openings-when = Opens
site-openings-provinces = Provinces
site-openings-closes = Registration ends in every province on { $when }.
site-list-separator = ,{" "}
site-notice-registration = Registration
site-notice-arrangement = Arrangements
site-notice-question = Questions
site-notice-results = Results

site-desk-title = Registration
site-desk-greeting = Hello, { $name }
site-desk-lead = { $exam }, { $sitting }
site-desk-next = Next: { $number } { $step }
site-desk-process = How to register
site-desk-account = Your account
site-desk-account-name = Account
site-desk-province = Province of the test centre
site-desk-province-unknown = Not chosen yet
site-desk-change-before = Wrong province? Sign out, sign in again and choose another. Your name and password are changed in your {""}
site-desk-change-link = Passport
site-desk-change-after = .
site-desk-dates = Dates: { $sitting }
site-desk-ahead = { $province } opens on { $when }. You can see now what to have ready.
site-desk-open = { $province } is open for registration until { $when }.
site-desk-closed = Registration for this sitting is over. The next dates will be announced in the news.
site-desk-no-centre = There is no centre of this exam in { $province }. Sign out, sign in again and choose the province where you will sit it.
site-desk-first-opens = Provinces open one after the other from { $when }.
site-desk-any-open = Some provinces are open for registration, until { $when }.

site-failure-missing-title = There is no such page
site-failure-missing-text = The address may be mistyped, or the page has moved.
site-failure-missing-button = Back to the home page
site-failure-method-title = This page can't be opened this way
site-failure-method-text = Please start from the home page. Your account and your entries are not affected.
site-failure-method-button = Back to the home page
site-failure-large-title = What was sent is too large
site-failure-large-text = Nothing was saved. Please make it smaller and try again.
site-failure-large-button = Back to the home page
site-failure-host-title = Wrong address
site-failure-host-text = Please open the site by its own address.
site-failure-host-button = Open the site
site-failure-busy-title = We are too busy just now
site-failure-busy-text = This is our fault; what you filled in is kept. Please wait a few seconds and try again.
site-failure-busy-button = Try again
site-failure-broken-title = Something went wrong here
site-failure-broken-text = This is our fault and has been recorded. Please start from the home page; if it happens again, tell us the reference below.
site-failure-broken-button = Back to the home page
