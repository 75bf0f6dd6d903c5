"""The addresses that a crawl has still to visit, nearest to its start first, each once, within limits."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

from echo_app.knowledge.crawling.addresses import Scope, is_trap
from echo_app.knowledge.crawling.fetching import MOST_REDIRECTS

# Of one path, so many sorts of query are visited: a calendar or a filter can make them without end.
MOST_QUERIES = 50
# Requests for each page that is kept: redirects, missing pages and pages without text are visited too.
_REQUESTS_A_PAGE = 4
_REQUESTS_BESIDES = 100


@dataclass(frozen=True)
class Visit:
    """An address to visit: how many links from the start, and after how many redirects in a row."""

    url: str
    depth: int
    redirects: int = 0


class Frontier:
    """`known` addresses have a document already: no look of theirs makes them a trap."""

    def __init__(self, scope: Scope, *, most_pages: int, most_depth: int, known: Iterable[str] = ()) -> None:
        self._scope = scope
        self._most_depth = most_depth
        self._most_requests = most_pages * _REQUESTS_A_PAGE + _REQUESTS_BESIDES
        self._known = frozenset(known)
        self._waiting: deque[Visit] = deque()
        self._seen: set[str] = set()
        self._queries: Counter[str] = Counter()
        self._taken = 0
        # Whether something was left out only because the crawl may not make more requests.
        self.was_cut = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def found(self) -> int:
        """How many addresses there were to visit so far."""
        return len(self._seen)

    def add(self, url: str, depth: int) -> None:
        """Takes a link that was found, if it belongs to the crawl and is new."""
        if url in self._seen or depth > self._most_depth or not self._scope.has(url):
            return
        if url not in self._known:
            path, _, query = url.partition("?")
            if is_trap(url) or (query and self._queries[path] >= MOST_QUERIES):
                return
            self._queries[path] += bool(query)
        self._take(Visit(url, depth))

    def add_start(self, url: str) -> None:
        """Takes an address that the tenant has named, whatever the filters say of it."""
        if url not in self._seen:
            self._take(Visit(url, 0))

    def add_target(self, visit: Visit, url: str, *, anywhere: bool = False) -> bool:
        """Takes where a page redirects to, `anywhere` also outside the crawl; False when that was often enough, or
        leads in a circle."""
        if visit.redirects >= MOST_REDIRECTS or url == visit.url:
            return False
        if url not in self._seen and (anywhere or self._scope.has(url)):
            self._take(Visit(url, visit.depth, visit.redirects + 1))
        return True

    def next(self) -> Visit | None:
        return self._waiting.popleft() if self._waiting else None

    def _take(self, visit: Visit) -> None:
        if self._taken >= self._most_requests:
            self.was_cut = True
            return
        self._taken += 1
        self._seen.add(visit.url)
        self._waiting.append(visit)
