"""What may be wrong with a source or with a page of a website, each with what to do about it."""

from echo_app.errors import Conflict, EchoError, Invalid, NotFound


class SourceNotFound(NotFound):
    """This source does not exist or was deleted."""


class SourceNameMissing(Invalid):
    """Give the source a name of at most 100 characters."""


class SourceLanguageUnknown(Invalid):
    """The language must be a code of two letters, for example `en` or `de`."""


class WebsiteAddressMissing(Invalid):
    """Give the website's first page or its sitemap, beginning with http:// or https://."""


class WebsiteAddressInvalid(Invalid):
    """This is no address of a website: it must begin with http:// or https:// and name a host."""


class WebsiteFilterInvalid(Invalid):
    """A path filter begins with / and has at most 500 characters; there can be 100 of each kind."""


class SourceHasNoWebsite(Conflict):
    """Only a website can be crawled."""


class SourceNotForSnippets(Conflict):
    """Snippets belong to a source of the kind `snippets`."""


class CrawlRunning(Conflict):
    """This website is being crawled at this moment. Wait until it is done, or cancel it."""


class CrawlNotRunning(Conflict):
    """This website is not being crawled at this moment."""


class SourceIsOff(Conflict):
    """This source is off. Turn it on first."""


class SnippetNotFound(NotFound):
    """This snippet does not exist or was deleted."""


class SnippetTextMissing(Invalid):
    """Give the snippet a text of at most 100,000 characters."""


class FetchFailed(EchoError):
    """The page could not be fetched."""

    # Whether another try in a while may go well: then nothing is concluded from the failure.
    passing = False


class AddressRefused(FetchFailed):
    """The address is not one of the public internet, or its port is none of a website. If it is a site of your own
    network, the operator of Echo can allow its host."""


class SiteUnreachable(FetchFailed):
    """The site did not answer. Check its address, or try again later."""

    passing = True


class PageTooSlow(FetchFailed):
    """The page took too long to arrive."""

    passing = True


class PageAnsweredWrongly(FetchFailed):
    """The site's answer could not be understood."""

    passing = True


class SiteInTrouble(FetchFailed):
    """The site answered with an error of its own. Try again later."""

    passing = True


class PageTooLarge(FetchFailed):
    """The page is larger than 5 MB (a PDF: 25 MB)."""


class PageMissing(FetchFailed):
    """The page does not exist."""


class PageForbidden(FetchFailed):
    """The page may be read only after logging in."""


class PageNotText(FetchFailed):
    """The address leads to something other than a page or a PDF."""


class PageWithoutText(FetchFailed):
    """The page holds no text of its own; it may be written by scripts in the reader's browser."""


class PageUnreadable(FetchFailed):
    """The page could not be read within the limits of time and memory."""


class RedirectsTooOften(FetchFailed):
    """The page redirects to itself or without end."""


class RobotsForbid(FetchFailed):
    """The site's robots.txt asks not to read this page. Allow `EchoBot` there if the site is yours."""


class SitemapUnreadable(FetchFailed):
    """The sitemap is not one that can be read: it must be XML as on sitemaps.org, or one address a line."""


class SiteWithoutPages(FetchFailed):
    """No page with text was found. Check the address, the path filters and the limits."""


class SiteShrunk(EchoError):
    """The site suddenly links to less than half of its pages, so none was taken out. If that is meant, crawl once
    more."""


class CrawlFailed(EchoError):
    """The website could not be crawled because of a fault on our side. Try again."""
