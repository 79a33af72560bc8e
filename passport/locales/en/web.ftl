# The frame of the passport's pages, its documents and its error pages.
web-brand = E-TEST Passport
