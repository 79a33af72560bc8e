# Mail and SMS of the passport.
delivery-signature =
    E-TEST Passport
    { $issuer }
    This message was sent automatically. Please do not reply.

# What closes a mail about something that its reader may not have done: with a link of its own, or without.
delivery-not-me-action = This wasn’t me
delivery-not-me =
    If this was not you, open this link and choose “This wasn’t me”. Everybody is signed out at once, and nobody can sign in until you reset the password:
    { $denial }
delivery-not-me-reset =
    If this was not you, reset your password now:
    { $issuer }/recover

delivery-signed-in-subject = A new browser signed in to your E-TEST Passport
delivery-signed-in-text =
    Hello,

    On { $time } somebody signed in to your account with a browser that had not done so before.
    Device: { $new }
    Network address: { $from }

    If it was you, there is nothing to do.

    { $not-me }
delivery-signed-in-sms = [E-TEST] On { $time } a new browser signed in to your account: { $new }, { $from }. If it was not you, open: { $link }

delivery-signed-in-guessed-subject = After wrong passwords, somebody signed in to your E-TEST Passport
delivery-signed-in-guessed-text =
    Hello,

    On { $time } somebody signed in to your account with a browser that had not done so before. Just before, several wrong passwords had locked the account.
    Device: { $new }
    Network address: { $from }

    If it was you, there is nothing to do.

    { $not-me }
delivery-signed-in-guessed-sms = [E-TEST] On { $time }, after several wrong passwords, a new browser signed in to your account: { $new }. If it was not you, open: { $link }

delivery-case-opened-subject = Your E-TEST Passport is shut, case { $new }
delivery-case-opened-text =
    Hello,

    On { $time } somebody answered one of your notices, or a line of your account’s history, with “This wasn’t me”. To protect you, everybody was signed out, and nobody can sign in before the password is reset. Address, number, protections and data stay as they were.

    The number of the case is { $new }. Tell it to our staff when you ask them.

    Reset the password now, and the account is open again:
    { $issuer }/recover

    If it was not you who reported this, somebody reads your mails or messages. Reset the password as well, and check your contact details.
delivery-case-opened-sms = [E-TEST] On { $time } somebody reported “This wasn’t me”. Your account is shut, case { $new }. Reset the password to open it: { $link }

delivery-taken-subject = Someone tried to register your e-mail address or mobile number
delivery-taken-text =
    Hello,

    Someone is registering an E-TEST Passport with your e-mail address or mobile number. You already have a passport, so no new account was made.

    If it was you, simply sign in; if you forgot the password, you can reset it:
    { $issuer }

    Your account has not changed.

    { $not-me }

delivery-password-changed-subject = The password of your E-TEST Passport was changed
delivery-password-changed-text =
    Hello,

    Your password was changed on { $time }. You have been signed out on all other devices.

    { $not-me }

delivery-locked-subject = Your E-TEST Passport is locked for a while
delivery-locked-text =
    Hello,

    Because of several wrong passwords, your account is locked until { $time }. It unlocks by itself; there is nothing to do.

    { $not-me }

delivery-taken-sms = [E-TEST] Someone is registering a passport with your mobile number. You already have one: simply sign in. Your account has not changed. If it was not you, open: { $link }

delivery-code-subject = Your code for E-TEST Passport: { $code }
delivery-code-text =
    Hello,

    Your code is { $code }. Type it into the form that you are filling in. It is good for 10 minutes.

    If you are not filling in a form of E-TEST Passport, somebody mistyped their address. There is nothing to do, and nothing has changed.

delivery-code-sms = [E-TEST] Your code is { $code }, good for 10 minutes. If you did not ask for it, there is nothing to do.

delivery-proof-registered-subject = Please verify your address: your E-TEST Passport is registered
delivery-proof-registered-action = Verify this address
delivery-proof-registered-text =
    Hello,

    You have registered an E-TEST Passport. You can sign in with your e-mail address or your mobile number:
    { $issuer }

    Please open this link to confirm that the address is yours. It is good for an hour:
    { $link }

    Once signed in, you can have it sent again under “Contact details”. An account with nothing verified is closed 7 days after registration.

    If it was not you, open the link and choose “It was not me”.

delivery-proof-contact-subject = Your code for E-TEST Passport: { $code }
delivery-proof-contact-action = Verify this address
delivery-proof-contact-text =
    Hello,

    Your code is { $code }, good for 10 minutes. Or open this link, good for an hour:
    { $link }

    It was asked for on { $time } from the network address { $from }. If it was not you, open the link and choose “It was not me”.

delivery-proof-contact-sms = [E-TEST] { $code } is your code to verify your mobile number, good for 10 minutes. Tell it to nobody.

delivery-proof-recovery-subject = Resetting the password of your E-TEST Passport: { $code }
delivery-proof-recovery-action = Reset the password
delivery-proof-recovery-text =
    Hello,

    Your code is { $code }. It resets your password and is good for 10 minutes. Or open this link, good for an hour:
    { $link }

    It was asked for on { $time } from the network address { $from }. If it was not you, open the link and choose “It was not me”: your password stays as it is.

    Tell the code to nobody. We never call to ask for it.

delivery-proof-recovery-sms = [E-TEST] { $code } is your code to reset your password, good for 10 minutes. Tell it to nobody.

delivery-password-changed-sms = [E-TEST] Your password was changed on { $time }. If it was not you, open: { $link }
delivery-locked-sms = [E-TEST] Because of several wrong passwords, your account is locked until { $time }. It unlocks by itself. If it was not you, open: { $link }

delivery-password-reset-subject = The password of your E-TEST Passport was reset
delivery-password-reset-text =
    Hello,

    Your password was reset on { $time }. You have been signed out on all devices. To keep the account safe, address and number cannot be changed for 72 hours.

    { $not-me }

delivery-password-reset-sms = [E-TEST] Your password was reset on { $time }, and you were signed out everywhere. If it was not you, open: { $link }

delivery-recovery-waits-subject = Someone wants to reset the password of your E-TEST Passport
delivery-recovery-waits-action = Cancel the reset
delivery-recovery-waits-text =
    Hello,

    Someone got a code that was sent to your account. It is not enough to reset the password, and they wait until { $time }.

    If it is you, just wait. If not, open this link and cancel:
    { $link }

    { $not-me }

delivery-recovery-waits-sms = [E-TEST] Someone wants to reset your password and can after { $time }. If it is not you, cancel: { $link }

delivery-recovery-waited-subject = You can reset the password of your E-TEST Passport now
delivery-recovery-waited-action = Choose a new password
delivery-recovery-waited-text =
    Hello,

    The wait is over, and nobody cancelled. Open this link and choose a new password. It is good until { $time }:
    { $link }

delivery-recovery-waited-sms = [E-TEST] The wait is over. Open the link and choose a new password before { $time }: { $link }

delivery-contact-changed-subject = The contact details of your E-TEST Passport were changed
delivery-contact-changed-action = Undo the change
delivery-contact-changed-text =
    Hello,

    The contact details of your account were changed; now there is { $new }.

    If this was not you, open this link before { $time } to undo it. Nobody can sign in then until you reset the password:
    { $link }

delivery-contact-changed-sms = [E-TEST] Your account has the new contact { $new }. If it was not you, undo it before { $time }: { $link }

delivery-account-found-subject = Your E-TEST Passport account
delivery-account-found-text =
    Hello,

    Someone asked for the account of your ID and name. You can sign in with:
    { $new }

    { $issuer }

    It was sent to you alone: whoever asked does not see it.

    { $not-me }

delivery-account-found-sms = [E-TEST] You can sign in with: { $new }. It was sent to you alone. If you did not ask, open: { $link }

delivery-invited-subject = You are invited to join { $new } (E-TEST portal)
delivery-invited-text =
    Hello,

    { $from } invites you to join "{ $new }" and to run the exam sites that it connects to the E-TEST Passport.

    Open this link and sign in with your own Passport to join. It can be used once, before { $time }:
    { $link }

    If you do not know this organisation, there is nothing to do.

delivery-invited-action = See the invitation
delivery-invited-sms = [E-TEST] { $new } invites you to its sites in the portal, before { $time }: { $link }

delivery-member-removed-subject = You were removed from { $new } (E-TEST portal)
delivery-member-removed-text =
    Hello,

    { $from } removed you from "{ $new }". You can no longer see or manage its exam sites, and invitations that you sent and nobody accepted yet were taken back.

    If you think that this is a mistake, ask an owner of the organisation.
delivery-member-removed-sms = [E-TEST] You were removed from { $new } in the portal. If in doubt, ask one of its owners.

delivery-application-answered-subject = There is an answer about { $new } (E-TEST portal)
delivery-application-answered-text =
    Hello,

    The review has answered your application for production of "{ $new }". The answer, and what you can do next, stands on the page of the site:
    { $link }

delivery-application-answered-action = See the answer
delivery-application-answered-sms = [E-TEST] There is an answer about { $new } in the portal: { $link }

delivery-closing-subject = Your E-TEST Passport is about to be cancelled
delivery-closing-text =
    Hello,

    Someone asked with your password to cancel your account. It will be cancelled on { $time }, and cannot be restored after that.

    To keep it, sign in, or open this link and take it back:
    { $link }

    { $not-me }

delivery-closing-action = Take it back
delivery-closing-sms = [E-TEST] Your account will be cancelled on { $time }, as was asked. To keep it, sign in or take it back: { $link }

delivery-closing-taken-back-subject = Your E-TEST Passport will not be cancelled
delivery-closing-taken-back-text =
    Hello,

    On { $time } the cancelling of your account was taken back. It works as before.

    { $not-me }

delivery-closing-taken-back-sms = [E-TEST] The cancelling of your account was taken back on { $time }. It works as before. If it was not you, open: { $link }

delivery-closed-subject = Your E-TEST Passport is cancelled
delivery-closed-text =
    Hello,

    On { $time } your account was cancelled, as you asked. Your data is deleted and cannot be restored.

    For results and certificates, show your ID at the exam sites. If you need a Passport again, register a new one:
    { $issuer }/register

delivery-closed-sms = [E-TEST] Your account was cancelled on { $time }, as you asked. Your data is deleted.

delivery-number-claimed-subject = Someone asks for the mobile number of your E-TEST Passport
delivery-number-claimed-action = It is mine, keep it
delivery-number-claimed-text =
    Hello,

    Someone verified the mobile number { $new }, says that it is theirs now, and asks to have it taken off your E-TEST Passport.

    If the number is still yours, open this link before { $time } to keep it:
    { $link }

    If you do not use it any more, there is nothing to do. It is taken off then; your account and data stay as they are, and nobody gets into your account by it.

delivery-number-claimed-sms = [E-TEST] Someone asks to have { $new } taken off its passport. If it is still yours, keep it before { $time }: { $link }

delivery-number-kept-subject = The mobile number stays with its passport
delivery-number-kept-text =
    Hello,

    You asked to have the mobile number { $new } taken off an E-TEST Passport. Its owner kept the number, so it stays there.

    For 30 days it cannot be asked for again. If the number really is yours, show your ID to our staff:
    { $issuer }/help
delivery-number-kept-sms = [E-TEST] { $new } was not taken off its passport: the owner kept it. It cannot be asked for again for 30 days; if the number really is yours, show your ID to our staff.

delivery-number-ages-subject = Please verify your mobile number once more: E-TEST Passport
delivery-number-ages-action = Verify the number
delivery-number-ages-text =
    Hello,

    Your mobile number { $new } was verified long ago. After { $time }, a message to it is no longer enough to reset a forgotten password.

    If the number is still yours, sign in and verify it once more:
    { $link }
delivery-number-ages-sms = [E-TEST] Your mobile number { $new } was verified long ago. After { $time } a message to it is no longer enough to reset your password. Sign in and verify it once more: { $link }

delivery-step-number-ages-subject = Please verify your mobile number once more: E-TEST Passport
delivery-step-number-ages-action = Verify the number
delivery-step-number-ages-text =
    Hello,

    Your mobile number { $new } was verified long ago. After { $time }, no codes to sign in are sent to it, and only a recovery code helps.

    If the number is still yours, sign in and verify it once more:
    { $link }
delivery-step-number-ages-sms = [E-TEST] Your mobile number { $new } was verified long ago. After { $time } no codes to sign in are sent to it. Sign in and verify it once more: { $link }

delivery-number-detached-subject = A mobile number was taken off your E-TEST Passport
delivery-number-detached-text =
    Hello,

    The mobile number { $new } has a new owner and was taken off your E-TEST Passport. Your account and data stay as they are. Sign in another way; under “Contact details” you can add a new number:
    { $issuer }

delivery-number-detached-sms = [E-TEST] { $new } was taken off the passport that had it. You can register with it now, or add it to your account.

delivery-contact-lost-subject = A contact that was never verified was taken off your Passport
delivery-contact-lost-text =
    Hello,

    { $new } was given for your E-TEST Passport but never verified. Whoever reads what is sent there said that it does not belong to this Passport, so it was taken off: it signs in and resets the password no more. Your account and data stay as they are, and so do your other contact details.

    Is it yours after all? Sign in, and add and verify it under “Contact details”:
    { $issuer }

delivery-contact-lost-sms = [E-TEST] { $new } was never verified in your account, and whoever reads it said that it is not yours. It was taken off; your account stays as it is. If it is yours, sign in and add it again.

delivery-passkey-added-subject = A passkey was added: E-TEST Passport
delivery-passkey-added-text =
    Hello,

    At { $time }, a passkey was added to your account.

    If it was you, there is nothing to do.

    { $not-me }
delivery-passkey-added-sms = [E-TEST] { $time }: a passkey was added to your account. If it was not you, open: { $link }

delivery-passkey-removed-subject = A passkey was removed: E-TEST Passport
delivery-passkey-removed-text =
    Hello,

    At { $time }, a passkey was removed from your account.

    If it was you, there is nothing to do.

    { $not-me }
delivery-passkey-removed-sms = [E-TEST] { $time }: a passkey was removed from your account. If it was not you, open: { $link }

delivery-authenticator-added-subject = Your authenticator app was turned on: E-TEST Passport
delivery-authenticator-added-text =
    Hello,

    At { $time }, an authenticator app was turned on or replaced.

    If it was you, there is nothing to do.

    { $not-me }
delivery-authenticator-added-sms = [E-TEST] { $time }: an authenticator app was turned on or replaced. If it was not you, open: { $link }

delivery-authenticator-removed-subject = Your authenticator app was turned off: E-TEST Passport
delivery-authenticator-removed-text =
    Hello,

    At { $time }, the authenticator app was turned off.

    If it was you, there is nothing to do.

    { $not-me }
delivery-authenticator-removed-sms = [E-TEST] { $time }: the authenticator app was turned off. If it was not you, open: { $link }

delivery-proof-second-step-subject = Your code to sign in to the E-TEST Passport: { $code }
delivery-proof-second-step-text =
    Hello,

    Your code is { $code }. It is for the second step of signing in, and good for 10 minutes.

    Tell it to nobody. If it is not you who is signing in, somebody knows your password. Please change it soon:
    { $issuer }
delivery-proof-second-step-sms = [E-TEST] { $code } is your code to sign in, good for 10 minutes. Nobody of ours asks you for it. Not you? Somebody knows your password: please change it soon.

delivery-sms-added-subject = Codes by SMS were turned on: E-TEST Passport
delivery-sms-added-text =
    Hello,

    At { $time }, codes by SMS were turned on for signing in.

    If it was you, there is nothing to do.

    { $not-me }
delivery-sms-added-sms = [E-TEST] { $time }: codes by SMS were turned on for signing in. If it was not you, open: { $link }

delivery-sms-removed-subject = Codes by SMS were turned off: E-TEST Passport
delivery-sms-removed-text =
    Hello,

    At { $time }, codes by SMS were turned off for signing in.

    If it was you, there is nothing to do.

    { $not-me }
delivery-sms-removed-sms = [E-TEST] { $time }: codes by SMS were turned off for signing in. If it was not you, open: { $link }

delivery-codes-replaced-subject = Your recovery codes were replaced: E-TEST Passport
delivery-codes-replaced-text =
    Hello,

    At { $time }, a new set of recovery codes was saved, and the former ones stopped working.

    If it was you, there is nothing to do.

    { $not-me }
delivery-codes-replaced-sms = [E-TEST] { $time }: a new set of recovery codes was saved, and the former ones stopped working. If it was not you, open: { $link }

delivery-code-used-subject = A recovery code was used: E-TEST Passport
delivery-code-used-text =
    Hello,

    At { $time }, somebody signed in with one of your recovery codes.

    If it was you, there is nothing to do.

    { $not-me }
delivery-code-used-sms = [E-TEST] { $time }: somebody signed in with one of your recovery codes. If it was not you, open: { $link }

delivery-codes-guessed-subject = Somebody knows your password: E-TEST Passport
delivery-codes-guessed-text =
    Hello,

    At { $time }, somebody typed your right password and several wrong codes. They were not let in.

    If it was you, there is nothing to do.

    { $not-me }
delivery-codes-guessed-sms = [E-TEST] { $time }: somebody typed your right password and several wrong codes. They were not let in. If it was not you, open: { $link }

delivery-password-removed-subject = Your password was deleted: E-TEST Passport
delivery-password-removed-text =
    Hello,

    At { $time }, the password of your account was deleted. Only passkeys sign in from now on.

    If it was you, there is nothing to do.

    { $not-me }
delivery-password-removed-sms = [E-TEST] { $time }: the password of your account was deleted; only passkeys sign in from now on. If it was not you, open: { $link }

delivery-data-copied-subject = Your data were downloaded: E-TEST Passport
delivery-data-copied-text =
    Hello,

    At { $time }, somebody who was signed in to your account downloaded everything that the Passport keeps about you.

    If it was you, there is nothing to do.

    { $not-me }
delivery-data-copied-sms = [E-TEST] { $time }: somebody who was signed in to your account downloaded all your data. If it was not you, open: { $link }

delivery-factors-removed-subject = All extra protections were removed: E-TEST Passport
delivery-factors-removed-text =
    Hello,

    At { $time }, after the wait, passkeys, authenticator app and recovery codes were removed.

    If it was you, there is nothing to do.

    { $not-me }
delivery-factors-removed-sms = [E-TEST] { $time }: after the wait, passkeys, authenticator app and recovery codes were removed. If it was not you, open: { $link }

delivery-proof-appeal-subject = Your appeal to the E-TEST Passport: { $code }
delivery-proof-appeal-text =
    Hello,

    Your code is { $code }. It is for an appeal about information that somebody else uses, and good for 10 minutes. What becomes of the appeal is sent to this address.

    It was asked for on { $time } from the network address { $from }. If it was not you, there is nothing to do.

    Tell the code to nobody. We never call to ask for it.

delivery-proof-appeal-sms = [E-TEST] { $code } is your code for an appeal, good for 10 minutes. Tell it to nobody.

delivery-appeal-begun-subject = Your appeal { $new }
delivery-appeal-begun-action = See the appeal
delivery-appeal-begun-text =
    Hello,

    The number of your appeal is { $new }. Open this link to send the photo of your document, to see how it stands, or to take it back:
    { $link }

    It works on a phone too, where you can take the photo at once. Do not pass the link on.

delivery-appeal-begun-sms = [E-TEST] Your appeal { $new }: send the photo of your document and see how it stands: { $link }

delivery-appeal-refused-subject = Your appeal { $new } was refused
delivery-appeal-refused-action = See why
delivery-appeal-refused-text =
    Hello,

    Our staff looked at your appeal { $new } and refused it. Open this link to read why, and what you can do now:
    { $link }

delivery-appeal-refused-sms = [E-TEST] Your appeal { $new } was refused. See why: { $link }

delivery-appeal-granted-subject = Your appeal { $new } was granted: bind your document
delivery-appeal-granted-action = Bind the document
delivery-appeal-granted-text =
    Hello,

    Your appeal { $new } was granted. The document was taken off the other Passport and is kept for you until { $time }. Before then, open this link to bind it to your Passport, or to register one first:
    { $link }

    The link works once. Do not pass it on.

delivery-appeal-granted-sms = [E-TEST] Your appeal { $new } was granted. Bind your document before { $time }: { $link }

delivery-document-claimed-subject = Somebody says that the document of your Passport is theirs
delivery-document-claimed-action = It is mine, object
delivery-document-claimed-text =
    Hello,

    Somebody sent a photo of a document and says that the one bound to your E-TEST Passport is theirs. Our staff found that credible, and wants to hear you.

    If the document is yours, open this link before { $time } to object:
    { $link }

    If it is not yours, there is nothing to do. Another one of our staff then decides. If the document is taken off, your account, contacts and registrations stay as they are, and nobody gets into your account.

delivery-document-claimed-sms = [E-TEST] Somebody says that the document of your Passport is theirs. If it is yours, object before { $time }: { $link }

delivery-document-kept-subject = The document stays with your Passport
delivery-document-kept-text =
    Hello,

    The appeal about the document of your E-TEST Passport has ended. The document stays with your account, and there is nothing to do:
    { $issuer }

delivery-document-kept-sms = [E-TEST] The appeal about the document of your Passport has ended. It stays with your account.

delivery-document-detached-subject = A document was taken off your Passport
delivery-document-detached-text =
    Hello,

    Two of our staff found that the document bound to your E-TEST Passport belongs to somebody else. It was taken off. Your account, contacts and registrations stay as they are; sign in as always:
    { $issuer }

    If you think that this is wrong, make an appeal of your own with a photo of your document.

    { $not-me }

delivery-document-detached-sms = [E-TEST] The document of your Passport belongs to somebody else and was taken off. Account and registrations stay. If this is wrong, make an appeal; if you fear for the account, open: { $link }

delivery-lost-key-subject = A signing key of E-TEST Passport was withdrawn: please update the key set
delivery-lost-key-text =
    Hello,

    You are a registered contact of the site “{ $site }” (client { $id }). Somebody else may have a signing key of E-TEST Passport. We withdrew it at { $time }:

    Key: { $kid }
    Algorithm: { $alg }

    Since then the Passport neither publishes this key nor accepts anything that it signed. Another one signs now, which was published long before.

    Please fetch the key set again now:
    { $keys }

    Until you do, whoever has the key can forge sign-ins of the Passport, and your site may believe them. Sites that keep to how long key sets may be kept have a new one by { $until }. One that keeps them for longer, or that has the key in its configuration, stays exposed until you change that. There is nothing by which we could make it shorter from here.

    Please look over the sign-ins that your site took before it had the new key set. If we ended sessions as well, sites with a registered back-channel logout address are told of each.

delivery-pinned-key-subject = E-TEST Passport goes on signing for your site with the key that it knows
delivery-pinned-key-text =
    Hello,

    You are a registered contact of the site “{ $site }” (client { $id }). Your site cannot use the next signing key of E-TEST Passport yet. As of { $time } we sign for it with this key, whatever key signs for other sites, until { $until }:

    Key: { $kid }
    Algorithm: { $alg }

    From then on the key that signs for everybody signs for your site too, by itself. Please have your site read its keys from here by then, and fetch them again when a token names one that it does not know:
    { $keys }

    If somebody else gets hold of this key we withdraw it at once, whatever the day.

delivery-lifted-key-subject = E-TEST Passport signs for your site with its present key again
delivery-lifted-key-text =
    Hello,

    You are a registered contact of the site “{ $site }” (client { $id }). Until now we signed for it with a key that we had kept for it. Since { $time } that is over, sooner than the day that we had named, and the key that signs for everybody signs for your site too. This one does not any more:

    Key: { $kid }
    Algorithm: { $alg }

    What it signed before stays good until it expires. If people cannot sign in at your site now, have it fetch the key set again:
    { $keys }

delivery-proof-guardian-subject = Do you consent as a guardian? E-TEST Passport
delivery-proof-guardian-text =
    Hello,

    Somebody under 14 registered an E-TEST Passport, an account for registering for exams, and named you as their guardian. The Personal Information Protection Law lets their data be used only if a guardian consents.

    Your code is { $code }, good for 10 minutes. If you are with the child, read what it is about on their page and type it there.

    If you are elsewhere, open this link, which says who it is and what you consent to, and answer yes or no. It is good for 7 days:
    { $link }

    This was asked for on { $time } from the network address { $from }. If you are no guardian of the child, open the link and answer no, or do nothing.

delivery-proof-guardian-action = Look and decide
delivery-proof-guardian-sms = [E-TEST] Somebody under 14 named you as their guardian. Do you consent? Your code is { $code }, good for 10 minutes; or open this within 7 days: { $link }

delivery-guardian-missing-subject = Your E-TEST Passport needs a guardian’s consent
delivery-guardian-missing-text =
    Hello,

    You are under 14, and no guardian has consented to your Passport yet. Until one does you cannot enter exam sites; everything that you filled in is kept.

    Sign in and ask a guardian:
    { $link }

    If nobody consents until { $time }, the account is cancelled and its data are deleted.

delivery-guardian-missing-action = Ask a guardian
delivery-guardian-missing-sms = [E-TEST] Your account needs a guardian’s consent, or it is cancelled on { $time }. Sign in and ask: { $link }

delivery-guardian-withdrew-subject = Your guardian withdrew their consent: E-TEST Passport
delivery-guardian-withdrew-text =
    Hello,

    Your guardian withdrew their consent. You are signed out everywhere, and cannot enter exam sites for now.

    Talk to them; or sign in and ask a guardian again:
    { $link }

    If nobody consents until { $time }, the account is cancelled and its data are deleted.

delivery-guardian-withdrew-action = Ask a guardian again
delivery-guardian-withdrew-sms = [E-TEST] Your guardian withdrew their consent and you are signed out. If nobody consents until { $time }, the account is cancelled. Sign in: { $link }

delivery-guardian-agreed-subject = Your guardian consented: E-TEST Passport
delivery-guardian-agreed-text =
    Hello,

    On { $time }, your guardian consented to your E-TEST Passport. You can enter the exam sites now:

    { $issuer }

delivery-guardian-agreed-sms = [E-TEST] On { $time } your guardian consented. You can enter the exam sites now.

delivery-guardian-consented-subject = You consented to your child’s E-TEST Passport
delivery-guardian-consented-text =
    Hello,

    On { $time } you consented, as a guardian, that your child uses the E-TEST Passport to register for exams. Please keep this mail.

    You can withdraw that at any time, without signing in:
    { $link }

    Your child is signed out at once then, and exam sites get no more of their data. From the age of 14 on your child decides, and we delete your data.

    If it was not you who consented, open the link and withdraw it.

delivery-guardian-consented-action = Withdraw the consent
delivery-guardian-consented-sms = [E-TEST] You consented to your child’s E-TEST Passport. To withdraw it, or if it was not you: { $link }
