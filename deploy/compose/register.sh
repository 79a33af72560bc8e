#!/bin/sh
# Brings the passport's database to this version and registers the three sites; changes nothing when all is so already.
set -eu
config=${CONFIG:-/etc/etest/passport.toml}
clients=${CLIENTS:-/etc/etest/clients}
secrets=${SECRETS:-/run/sites}
passport --config "$config" migrate
for site in cet pets ncre; do
    passport --config "$config" clients add --file "$clients/$site.toml" --secret-file "$secrets/$site/client_secret"
done
