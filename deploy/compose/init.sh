#!/bin/sh
# Makes what the programs of docker-compose.yml need and no repository may hold: passwords, the master key, a
# certificate for each server. Each program gets a folder with what is its own. Run again, it keeps all that exists and
# renews certificates two months before they end.
set -eu
umask 077
out=${OUT:-/out}
program_user=${PROGRAM_USER:-10001:10001}
postgres_user=${POSTGRES_USER_ID:-999:999}
proxy_user=${PROXY_USER:-99:99}

# FILE: 256 random bits in hexadecimal, unless the file is there.
secret() {
    [ -s "$1" ] && return
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "$1.new"
    mv "$1.new" "$1"
}

# FILE OWNER COPY: hands a copy to a program.
hand() {
    cp "$1" "$3.new"
    chown "$2" "$3.new"
    mv "$3.new" "$3"
}

# Whether a certificate exists and lasts two more months.
lasts() {
    openssl x509 -in "$1" -noout -checkend 5184000 > /dev/null 2>&1
}

mkdir -p "$out/init"
cd "$out/init"
printf '[req]\ndistinguished_name = dn\n[dn]\n' > openssl.cnf
new_key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -config openssl.cnf"

# Good for names of this machine only (name constraints): whoever trusts it can be deceived about localhost at most.
if ! lasts ca.pem; then
    # shellcheck disable=SC2086 # several words
    openssl req -x509 $new_key -days 3650 -subj "/O=E-TEST development/CN=E-TEST development CA" \
        -addext "basicConstraints = critical, CA:TRUE, pathlen:0" \
        -addext "keyUsage = critical, keyCertSign, cRLSign" \
        -addext "subjectKeyIdentifier = hash" \
        -addext "nameConstraints = critical, permitted;DNS:localhost, permitted;IP:127.0.0.0/255.0.0.0" \
        -keyout ca-key.pem -out ca.pem 2> /dev/null
    rm -f ./*-cert.pem
fi
secret postgres_password
mkdir -p "$out/postgres"
hand postgres_password "$postgres_user" "$out/postgres/postgres_password"

for program in passport cet pets ncre; do
    if ! lasts "$program-cert.pem"; then
        printf 'subjectAltName = DNS:%s.localhost\nextendedKeyUsage = serverAuth\nkeyUsage = critical, digitalSignature\nauthorityKeyIdentifier = keyid\n' \
            "$program" > "$program.ext"
        # shellcheck disable=SC2086 # several words
        openssl req $new_key -subj "/O=E-TEST development/CN=$program.localhost" -keyout "$program-key.pem" 2> /dev/null |
            openssl x509 -req -CA ca.pem -CAkey ca-key.pem -days 397 -extfile "$program.ext" \
                -out "$program-cert.pem" 2> /dev/null
    fi
    mkdir -p "$out/$program"
    hand ca.pem "$program_user" "$out/$program/ca.pem"
    hand "$program-cert.pem" "$program_user" "$out/$program/cert.pem"
    hand "$program-key.pem" "$program_user" "$out/$program/key.pem"
    hand postgres_password "$program_user" "$out/$program/postgres_password"
done
# The proxy has the passport's name, and reads its key beside its certificate.
mkdir -p "$out/proxy"
hand passport-cert.pem "$proxy_user" "$out/proxy/cert.pem"
hand passport-key.pem "$proxy_user" "$out/proxy/cert.pem.key"
secret master_key
hand master_key "$program_user" "$out/passport/master_key"
for site in cet pets ncre; do
    secret "client_secret_$site"
    hand "client_secret_$site" "$program_user" "$out/$site/client_secret"
done
echo "secrets and certificates are in place"
