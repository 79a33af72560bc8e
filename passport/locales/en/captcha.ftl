captcha-missing = Complete the picture check
captcha-wrong = That was not right. Here is a new one, please try again
captcha-stale = This check was used before or has expired. Here is a new one, please try again
captcha-code-missing = Type the code that you received
captcha-code-wrong = This is not the code that you received; please check it
captcha-code-nowhere = Type your e-mail or mobile number first: the code is sent there
captcha-code-too-many = Several codes were sent. Try again after { $time }
