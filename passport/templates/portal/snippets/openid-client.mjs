import * as client from 'openid-client'

const issuer = new URL('{{ site.issuer }}')
const client_id = '{{ site.client_id }}'
const redirect_uri = '{{ site.redirect_uri }}'
const scope = '{{ site.scope }}'
{% if site.method == "none" -%}
const config = await client.discovery(issuer, client_id, undefined, client.None())
{%- else if site.method == "private_key_jwt" -%}
// key: { key, kid } of the private key whose public half stands at your jwks_uri
const config = await client.discovery(issuer, client_id, undefined, client.PrivateKeyJwt(key))
{%- else -%}
const secret = process.env.PASSPORT_CLIENT_SECRET
const config = await client.discovery(issuer, client_id, secret, client.{% if site.method == "client_secret_post" %}ClientSecretPost{% else %}ClientSecretBasic{% endif %}(secret))
{%- endif %}
