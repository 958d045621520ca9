"""What notifications alone needs: a mail server that lets it in, and a key to sign links with."""

from joserfc.errors import JoseError

from notifications.adapters.check.findings import Findings
from notifications.adapters.links import Links
from notifications.adapters.signing import NoSigningKey
from notifications.adapters.smtp import MailServer, OutOfReach, Tls, lets_in
from notifications.ports import Signer
from parley_contracts.links import LinkClaims

TRIAL = LinkClaims(person="check:nobody", purpose="home", generation=1, expires=0)
"""Expired before it is made: it opens nothing, wherever it ends up."""
MEANS = {
    "SMTPAuthenticationError": "it refuses the login",
    "SMTPNotSupported": "it offers no login, or no STARTTLS",
    "SSLCertVerificationError": "its certificate is not to be trusted",
    "FileNotFoundError": "not tried, for a file that it needs cannot be read",
}
"""By the name of the error."""


async def look_at_mail(server: MailServer, prefix: str, findings: Findings) -> None:
    setting = f"{prefix}SMTP_HOST"
    place = f"{server.host}:{server.port}"
    if server.username is not None and server.tls is Tls.NONE:
        findings.lacks(f"{prefix}SMTP_TLS", "a login would go over an open line: starttls, or tls")
        return
    try:
        await lets_in(server)
    except OutOfReach as trouble:
        why = MEANS.get(str(trouble), f"no mail server answers there: {trouble}")
        findings.lacks(setting, f"{place}: {why}")
    else:
        findings.fine[setting] = place


def look_at_signing(signer: Signer, links: Links | None, prefix: str, findings: Findings) -> None:
    """A link that we sign has to open the pages of all services, which verify with the public file; None: not had here."""
    setting = f"{prefix}SIGNING_KEYS"
    try:
        token = signer.link(TRIAL).partition("?token=")[2]
    except NoSigningKey as trouble:
        findings.lacks(setting, f"{trouble}: `python -m notifications keys add`, then `keys use`")
    except (JoseError, ValueError, KeyError):
        findings.lacks(setting, "holds no private key that can be read")
    else:
        if links is not None and links.claims(token) is None:
            findings.lacks(setting, f"signs with a key that {prefix}LINK_KEYS does not show")
        else:
            findings.fine[setting] = "a key is in use" if links is None else "its links verify"
