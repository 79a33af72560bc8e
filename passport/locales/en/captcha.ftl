captcha-missing = Complete the picture check
captcha-wrong = That was not right. Here is a new one, please try again
captcha-stale = This check was used before or has expired. Here is a new one, please try again
