# Downloading one's data: a copy of what is stored of a person.
export-title = Download my data
export-lead = Everything that the Passport keeps about you, in one file.
export-inside = The file holds
export-inside-account = your name, e-mail, mobile number, ID number, and what else you told
export-inside-protection = when your password was chosen, the names of your passkeys, and whether you have an authenticator app and recovery codes; not the password or the keys themselves
export-inside-sessions = the devices that are signed in
export-inside-sites = the sites that you let in
export-inside-activity = 12 months of account activity
export-elsewhere = Registrations, results and certificates are kept by the exam sites and are not in this file.
export-careful = The file holds your whole ID number. Keep it where only you can open it, and do not download it on a shared computer.
export-button = Download
export-back = Back to your profile
export-guarded = The password was reset a short while ago. To protect your data, you can download them from { $time } on
export-often = You downloaded your data several times today. Try again after { $time }
