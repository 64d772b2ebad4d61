"""hazecast is under Apache-2.0; it imports nothing under the GPL."""

import re
from collections.abc import Callable
from importlib.metadata import Distribution
from pathlib import Path

import pytest

# LGPL is another licence, and a runtime library's exception allows linking.
GPL = re.compile(r"(?<!L)GPL(?![^()]*exception)|(?<!Lesser )General Public License", re.IGNORECASE)

# Offered under several licences, of which one may be chosen; its metadata lists them side by side.
CHOSEN = {"pyphen": "License :: OSI Approved :: Mozilla Public License 1.1 (MPL 1.1)"}


def stated_licence(distribution: Distribution) -> str:
    """The SPDX expression; else the classifiers; else the first line of the free text."""
    metadata = distribution.metadata
    classifiers = [line for line in metadata.get_all("Classifier") or () if line.startswith("License ::")]
    free_text = (metadata.get("License") or "").strip().splitlines()
    return metadata.get("License-Expression") or "; ".join(classifiers) or "".join(free_text[:1])


@pytest.mark.parametrize(
    ("licence", "is_gpl"),
    [
        ("GPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("AGPL-3.0-only", True),
        ("LGPL-3.0-only", False),
        ("BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("Apache-2.0", False),
    ],
)
def test_the_gpl_is_recognised(licence: str, is_gpl: bool) -> None:
    assert bool(GPL.search(licence)) is is_gpl


def test_no_dependency_is_under_the_gpl(distributions_of: Callable[..., dict[str, Distribution]]) -> None:
    licences = {name: stated_licence(distribution) for name, distribution in distributions_of("all").items()}
    assert {"numpy", "cartopy"} <= licences.keys()
    for name, licence in CHOSEN.items():
        assert licence in licences[name].split("; ")
    licences |= CHOSEN
    assert [name for name, licence in licences.items() if not licence] == []
    assert {name: licence for name, licence in licences.items() if GPL.search(licence)} == {}


def test_the_own_licence_is_the_full_apache_licence(repository: Path) -> None:
    text = (repository / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
