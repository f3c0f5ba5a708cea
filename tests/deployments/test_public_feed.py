"""The feed is valid Atom (RFC 4287), says what changed last, and runs nothing in a reader."""

import re
from datetime import datetime, timedelta
from html.parser import HTMLParser
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from deployments import publication
from deployments.enums import Status
from deployments.models import Deployment, DeploymentResult
from tests.factories import Cast, make_deployment
from tests.site_pages import COUNTS
from tests.tampering import triggers_disabled

ATOM = "{http://www.w3.org/2005/Atom}"
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def feed() -> Element:
    found: Element = fromstring(Client().get(reverse("public:feed")).content)
    return found


def text(of: Element, name: str) -> str:
    """Of the one element with this name: RFC 4287 allows no second."""
    (found,) = of.findall(ATOM + name)
    return found.text or ""


def links(of: Element, rel: str) -> list[str]:
    found = of.findall(f"{ATOM}link")
    return [link.attrib["href"] for link in found if link.attrib.get("rel", "alternate") == rel]


def entry_of(deployment: Deployment) -> Element:
    guid = f"urn:uuid:{deployment.uuid}"
    (found,) = [each for each in feed().findall(f"{ATOM}entry") if text(each, "id") == guid]
    return found


class Words(HTMLParser):
    """What a reader shows of an HTML summary, and the elements that it would make."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.words, self.elements = "", list[str]()
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def test_it_has_what_the_standard_asks_for(cast: Cast, settings: Settings):
    settings.FORCE_NAME, settings.CONTACT_EMAIL = "Seed Constabulary", "lfr@police.example"
    for status in (Status.AUTHORISED, Status.LIVE, Status.ENDED, Status.CLOSED, Status.CANCELLED):
        make_deployment(status=status)

    root = feed()

    assert root.tag == f"{ATOM}feed"
    (author,) = root.findall(f"{ATOM}author")
    assert (text(author, "name"), text(author, "email")) == (
        "Seed Constabulary",
        "lfr@police.example",
    )
    assert text(root, "title")
    assert len(links(root, "alternate")) == len(links(root, "self")) == 1
    entries = root.findall(f"{ATOM}entry")
    assert len({text(entry, "id") for entry in entries}) == len(entries) == 5
    for each in (root, *entries):
        assert re.match(r"^[a-z][a-z0-9+.-]*:", text(each, "id"))
        assert RFC3339.fullmatch(text(each, "updated"))
    for entry in entries:
        assert text(entry, "title")
        assert links(entry, "alternate")[0].startswith("http")
        assert RFC3339.fullmatch(text(entry, "published"))
        assert text(entry, "published") <= text(entry, "updated")


def test_addresses_are_those_of_the_site_that_the_settings_name(cast: Cast, settings: Settings):
    settings.PUBLIC_URL = "https://lfr.example"
    made = make_deployment(status=Status.AUTHORISED)

    assert links(feed(), "alternate") == ["https://lfr.example/"]
    assert links(entry_of(made), "alternate")[0].startswith("https://lfr.example/deployment/")


def test_a_result_and_a_new_notice_are_changes(cast: Cast):
    """A reader shows again what has a later date, and the feed begins with what changed last."""
    over, other = make_deployment(status=Status.ENDED), make_deployment(status=Status.AUTHORISED)
    assert text(entry_of(over), "title").startswith("Over, result to follow")
    before = text(entry_of(over), "updated")
    publication.publish_result(over, COUNTS, profile_version="embedded 1")
    later = over.status_at + timedelta(hours=3)
    with triggers_disabled("deployments_deploymentresult"):
        DeploymentResult.objects.filter(deployment=over).update(published_at=later)

    entry = entry_of(over)

    assert text(entry, "title").startswith("Result: ")
    assert datetime.fromisoformat(text(entry, "updated")) > datetime.fromisoformat(before)
    assert "Alerts: 9, of which 6 true and 2 false" in text(entry, "summary")
    assert text(feed().findall(f"{ATOM}entry")[0], "id") == f"urn:uuid:{over.uuid}"
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=other.pk).update(published_at=later + timedelta(hours=1))
    assert text(feed().findall(f"{ATOM}entry")[0], "id") == f"urn:uuid:{other.uuid}"


def test_a_withheld_or_late_notice_says_so(cast: Cast):
    late, withheld = (make_deployment(status=Status.ENDED) for _ in range(2))
    with triggers_disabled("deployments_deployment"):
        Deployment.objects.filter(pk=late.pk).update(
            published_at=late.starts_at - timedelta(hours=10), notice_lead_days=3
        )
        Deployment.objects.filter(pk=withheld.pk).update(published_at=None)

    assert "later than policy asks" in text(entry_of(late), "summary")
    assert "withheld beforehand" in text(entry_of(withheld), "summary")


def test_a_place_is_words_never_markup(cast: Cast):
    place = 'Fish & <script>alert("1")</script> Row'
    made = make_deployment(status=Status.AUTHORISED, place=place)

    shown = Words(text(entry_of(made), "summary"))

    assert place in shown.words
    assert shown.elements == []
    assert place in text(entry_of(made), "title")


def test_a_feed_of_nothing_is_the_same_each_time(db: None):
    client = Client()
    first = client.get(reverse("public:feed"))

    assert text(feed(), "updated").startswith("1970-01-01")
    again = client.get(reverse("public:feed"), headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304
