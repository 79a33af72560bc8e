# A change of the signing key, rehearsed for a site in the sandbox.

rotation-title = Rehearse a change of keys
rotation-lead = The Passport changes its signing key from time to time. See in the sandbox whether “{ $site }” follows.
rotation-until = Under way until { $time }
rotation-was = Last time: { $time }
rotation-succeeded = It follows: the site took a token of the new key
rotation-failed = It may not follow: the site began another sign-in at once, or was refused
rotation-given = Tokens were given; there is no outcome to see yet
rotation-nothing = Nobody has signed in yet
rotation-tokens = Tokens given
rotation-seen = We see only a part of it: if user information is asked for with the access token, the ID token was taken. That it failed is a guess.
rotation-look = Look again
rotation-begin-title = Begin
rotation-begin = Change the key now
rotation-point-key = For five minutes the sandbox signs with its next key for this site and for no other, and then goes back by itself.
rotation-point-sign-in = Wait a minute, sign in at your site as a candidate to try with, and come back for the outcome.
rotation-point-mend = If that fails: when a kid is not known, read jwks_uri again, and never write keys into the configuration.
