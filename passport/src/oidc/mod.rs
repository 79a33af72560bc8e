//! The OpenID provider: discovery, authorization, tokens, user information and logout.
