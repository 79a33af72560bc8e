# The dictionary of errors: the rules by which requests of the protocol are refused, for developers of sites. Cause and mend of each stand in docs/errors.

errors-title = What errors mean
errors-lead = When a request of a site is not accepted, the error_uri of the answer leads to one of these pages: what is seen, what to do, and the section of the standard.
errors-entry-title = { $name }: what it means
errors-mend = What to do
errors-facts = Answer and standard
errors-section = Standard
errors-group = About
errors-private = So that a guesser learns nothing, whoever asks gets a general answer; the exact reason is for the owner of the client.
errors-all = All errors
errors-group-form = Any request
errors-group-authorize = Authorization requests
errors-group-pushed = Pushed requests
errors-group-object = Signed requests
errors-group-client = Client authentication
errors-group-token = Tokens
errors-group-proof = Proofs and certificates
errors-group-resource = User information, introspection, revocation
errors-group-registration = Registering a client
errors-group-logout = Signing out
errors-group-service = The service itself
