"""A site's robots.txt (RFC 9309): what may be read, and how fast."""

from protego import Protego

from echo_app.knowledge.crawling.fetching import Fetcher

# The name by which a site's owner speaks to us in robots.txt.
ROBOT = "EchoBot"
# RFC 9309 section 2.5: at least 500 kibibytes must be read.
_LARGEST = 512_000
# A longer wait between two pages is not kept: a site of 500 pages would take a day.
LONGEST_DELAY = 5.0


class Robots:
    """`text` is the file's; an empty one allows everything."""

    def __init__(self, text: str) -> None:
        self._rules = Protego.parse(text)

    def allows(self, url: str) -> bool:
        return bool(self._rules.can_fetch(url, ROBOT))

    @property
    def delay(self) -> float:
        """Seconds between two requests; 0 when the site asks for none."""
        asked = self._rules.crawl_delay(ROBOT)
        rate = self._rules.request_rate(ROBOT)
        if asked is None and rate is not None:
            asked = rate.seconds / rate.requests
        return min(float(asked or 0), LONGEST_DELAY)


async def read_robots(fetcher: Fetcher, origin: str) -> Robots:
    """The rules of `https://host`. No such file allows everything; a site that cannot say is not read
    (RFC 9309 section 2.3.1): raises FetchFailed."""
    answer = await fetcher.follow(f"{origin}/robots.txt", largest=_LARGEST)
    return Robots(answer.content.decode("utf-8", "replace") if answer.status == 200 else "")
