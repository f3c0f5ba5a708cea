"""What a page of the public's costs, whatever the number of deployments; and whom it asks."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from deployments.enums import DocumentKind, DocumentStatus, Status
from deployments.models import Deployment
from tests.deployments.public_site import (
    MACHINES,
    PLAIN,
    addresses_of,
    addresses_of_document,
    fill,
)
from tests.factories import Cast, make_deployment, make_policy_document

MOST_QUERIES = 5
MOST_BYTES = 50_000


@pytest.mark.parametrize("count", [3, 300])
def test_queries_and_bytes_do_not_grow_with_the_deployments(
    cast: Cast, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
):
    fill(count)
    for _ in range(3):
        make_policy_document()
    over = Deployment.objects.filter(status=Status.CLOSED)[0]
    year = over.starts_at.year
    pages = [
        *(reverse(name) for name in PLAIN),
        reverse("public:announced") + "?page=2",
        reverse("public:results") + f"?year={year}&page=2",
        *addresses_of(over)[:1],
    ]
    client = Client()

    for address in pages:
        with django_assert_max_num_queries(MOST_QUERIES):
            response = client.get(address)
        assert response.status_code == 200
        assert len(response.content) <= MOST_BYTES, address
    for address in (*(reverse(name) for name in MACHINES), *addresses_of(over)):
        with django_assert_max_num_queries(MOST_QUERIES):
            assert client.get(address).status_code == 200


def loaded_with(body: str) -> set[str]:
    """Styles, icons and pictures that a browser asks for beside the page."""
    return set(re.findall(r'(?:href|src)="/static/([^"#]+)', body))


def test_a_page_with_all_that_it_loads_is_as_light(cast: Cast):
    """As it travels: pages compressed, what lies in files as it lies there."""
    fill(300)
    for kind in DocumentKind:
        make_policy_document(kind=kind)
    over = Deployment.objects.filter(status=Status.CLOSED)[0]
    client = Client(headers={"accept-encoding": "gzip"})
    files: set[str] = set()

    for address in (*(reverse(name) for name in PLAIN), *addresses_of(over)[:1]):
        response = client.get(address)
        assert response["Content-Encoding"] == "gzip"
        files |= (beside := loaded_with(gzip.decompress(response.content).decode()))
        paths = [Path(str(finders.find(name))) for name in beside]
        total = len(response.content) + sum(path.stat().st_size for path in paths)
        assert total <= MOST_BYTES, (address, total)
    assert "css/public.css" in files
    assert "img/icons.svg" in files


def test_a_compressed_page_is_known_again(cast: Cast):
    client = Client(headers={"accept-encoding": "gzip"})
    first = client.get("/")

    again = client.get("/", headers={"if-none-match": first["ETag"]})

    assert first["Vary"] == "Accept-Encoding"
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age=60" in again["Cache-Control"]


@pytest.mark.parametrize("version", ["%00", "1%00", "1.0%0a", "..", "%e2%80%ae", "x" * 900])
def test_an_address_of_nothing_is_not_found(cast: Cast, version: str):
    for address in (f"/policies/policy/{version}/", f"/policies/{version}/1.0/document.pdf"):
        assert Client().get(address).status_code == 404


def test_a_long_document_is_read_in_pages_that_are_short_enough(cast: Cast):
    """Of 400 kB; the PDF has all of it."""
    chapters = [f"# Chapter {n}\n\n" + 'It is "necessary" & limited. ' * 400 for n in range(35)]
    document = make_policy_document(body="\n\n".join(chapters))
    address, pdf = addresses_of_document(document)[:2]
    client = Client()

    shown, number = "", 1
    while True:
        response = client.get(f"{address}?page={number}")
        assert len(response.content) <= MOST_BYTES
        shown += response.content.decode()
        number += 1
        if f"?page={number}" not in shown:
            break

    assert number > 10
    assert all(f"<h2>Chapter {n}</h2>" in shown for n in range(35))
    assert shown.count("limited.") == 35 * 400
    assert client.get(pdf)["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_everything_is_the_same_for_everyone_and_may_be_kept(cast: Cast, is_signed_in: bool):
    """No cookie, no script, no variation by cookie; and 304 for whoever has it already."""
    deployment = make_deployment(status=Status.CLOSED)
    document = make_policy_document()
    client = Client()
    if is_signed_in:
        client.force_login(cast.alice)
    addresses = [reverse(name) for name in (*PLAIN, *MACHINES)]
    addresses += [reverse("public:print", args=[what]) for what in ("sign", "leaflet")]
    addresses += [*addresses_of(deployment), *addresses_of_document(document)]

    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert "public" in response["Cache-Control"]
        assert "max-age=60" in response["Cache-Control"]
        assert b"<script" not in response.content
        assert b"Alice" not in response.content
        assert b" style=" not in response.content
        again = client.get(address, headers={"if-none-match": response["ETag"]})
        assert (again.status_code, again.content) == (304, b""), address
        assert client.post(address).status_code == 405


def test_a_page_that_changed_is_sent_again(cast: Cast):
    client = Client()
    first = client.get("/")
    make_deployment(status=Status.AUTHORISED)

    again = client.get("/", headers={"if-none-match": first["ETag"]})

    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


def test_a_draft_of_a_policy_is_nowhere(cast: Cast):
    draft = make_policy_document(status=DocumentStatus.DRAFT, title="Secret draft")
    client = Client()

    for address in addresses_of_document(draft):
        assert client.get(address).status_code == 404
    for name in ("public:documents", "public:public_api:documents"):
        assert b"Secret draft" not in client.get(reverse(name)).content
