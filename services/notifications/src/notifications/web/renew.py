"""Where the button on an expired link's page leads: a new link goes to the address on file.

The answer is the same for every token, valid or not: it tells nobody whom we know.
"""

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from notifications.ports import Clock, Commands, Links, Reader
from notifications.use_cases import renew_link
from notifications.use_cases.renew_link import RenewLink
from notifications.web.frame import BadForm, Frame
from notifications.working_set import Step, UseCase

MOST_BYTES = 8 * 1024
RENEW = UseCase(renew_link.needs, renew_link.renew_link)


def pages(
    frame: Frame, reader: Reader, commands: Commands, links: Links, clock: Clock
) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.post("/links/renew")
    async def renew(request: Request) -> HTMLResponse:
        token = await _token(request)
        claims = links.claims(token) if token is not None else None
        if claims is not None:
            message = RenewLink(
                person_id=claims.person,
                known_as=await reader.known_as(claims.person),
                purpose=claims.purpose,
                interview_id=claims.interview,
            )
            await commands.command(Step(message, RENEW), now=clock.now())
        return frame.page("renewed.html")

    return router


async def _token(request: Request) -> str | None:
    """The one field of the form, which may come from any service's page."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise BadForm("token", "This is longer than any link of ours.")
    try:
        fields = parse_qs(body.decode(), max_num_fields=10)
    except ValueError:
        return None
    tokens = fields.get("token", [])
    return tokens[0] if len(tokens) == 1 else None
