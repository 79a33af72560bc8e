captcha-missing = Complete the security check
captcha-wrong = That was not right. Here is a new one, please try again
captcha-stale = This check was used before or has expired. Here is a new one, please try again
captcha-too-easy = Many sign-ins from your network failed just now. Please let the check run once more; it takes a few seconds longer
captcha-code-missing = Type the code that you received
captcha-code-wrong = This is not the code that you received; please check it
captcha-code-nowhere = Type your e-mail or mobile number first: the code is sent there
captcha-code-too-many = Several codes were sent. Try again after { $time }
