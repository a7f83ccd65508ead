"""The catalogue: what is found in sources and templates, and what the check says no to."""

from __future__ import annotations

import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from deploy_admin.translations import compile_catalogues
from deploy_admin.workbench.management.commands import messages

TEMPLATE = """
{% translate "Quotas" %} {{ _("Figures") }} {% translate 'a "quoted" word' context "noun" %}
{% blocktranslate trimmed with n=1 %}
  Owes {{ n }}
  people
{% endblocktranslate %}
{% blocktranslate count n=units %}{{ n }} unit{% plural %}{{ n }} units{% endblocktranslate %}
{# {% translate "left out" %} #} {% comment %}{% translate "this too" %}{% endcomment %}
{% icon "map" label=_("On the map") %} {{ value|default:_("none") }} {% translate "40 %" %}
"""


def catalogue(**strings: str) -> Catalog:
    found = Catalog(locale="zh_Hans", fuzzy=False)
    for message_id, string in strings.items():
        found.add(message_id.replace("_", " "), string, locations=[("a.py", None)])
    return found


def test_every_way_of_translating_in_a_template_is_found(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(TEMPLATE)
    assert set(messages.found_in_template(path)) == {
        ("Quotas", None),
        ("Figures", None),
        ('a "quoted" word', "noun"),
        ("Owes %(n)s people", None),
        (("%(n)s unit", "%(n)s units"), None),
        ("On the map", None),
        ("none", None),
        ("40 %%", None),
    }


def test_a_complete_catalogue_has_no_faults():
    whole = catalogue(Quotas="名额")
    assert list(messages.faults(whole, whole)) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        (catalogue(), catalogue(Quotas=""), "missing: 'Quotas' (a.py)"),
        (catalogue(Quotas="名额"), catalogue(), "obsolete: 'Quotas'"),
        (catalogue(), catalogue(**{"%(n)d people": "%(m)d人"}), "placeholders differ: '%(n)d people' (a.py)"),
    ],
)
def test_the_check_names_what_is_wrong(before, after, fault):
    assert list(messages.faults(before, after)) == [fault]


def test_a_fuzzy_translation_is_a_fault():
    fuzzy = catalogue(Quotas="名额")
    fuzzy.get("Quotas").flags.add("fuzzy")
    assert list(messages.faults(fuzzy, fuzzy)) == ["fuzzy: 'Quotas' (a.py)"]


def test_a_catalogue_is_written_the_same_way_each_time(tmp_path):
    for name in ("first.po", "second.po"):
        messages.save(catalogue(Quotas="名额", Figures="数据"), tmp_path / name)
    text = (tmp_path / "first.po").read_text()
    assert text == (tmp_path / "second.po").read_text()
    assert "Date" not in text
    assert "Generated-By" not in text


def test_compiling_writes_what_gettext_reads_and_only_when_something_is_newer(tmp_path):
    source = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    messages.save(catalogue(Quotas="名额"), source)
    assert compile_catalogues(tmp_path) == 1
    with source.with_suffix(".mo").open("rb") as file:
        assert read_mo(file).get("Quotas").string == "名额"
    assert compile_catalogues(tmp_path) == 0


def test_the_committed_catalogue_can_be_read_and_says_its_plural_form():
    from django.conf import settings

    text = (settings.BASE_DIR / "locale" / messages.CATALOGUE).read_bytes()
    assert read_po(io.BytesIO(text)).num_plurals == 1
