// Names below localhost are this machine (RFC 6761 §6.3), which the system's resolver does not know everywhere.
import dns from 'node:dns'

const lookup = dns.lookup
dns.lookup = (host, ...rest) => lookup(host.endsWith('.localhost') ? '127.0.0.1' : host, ...rest)
