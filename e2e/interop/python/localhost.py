"""Names below localhost are this machine (RFC 6761 §6.3), which the system's resolver does not know everywhere."""

import socket

_resolve = socket.getaddrinfo


def _here(host, *rest, **named):
    return _resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **named)


socket.getaddrinfo = _here
