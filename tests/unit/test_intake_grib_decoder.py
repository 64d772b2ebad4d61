"""The process that decodes GRIB: it may break down, hang, be idle or lack its library, and hazecast lives on."""

import subprocess
import sys
import threading
from pathlib import Path

import eccodes
import numpy as np
import pytest

from hazecast.errors import MissingExtra, UnreadableInput
from hazecast.intake.fields import grib_decoder, grib_worker
from hazecast.intake.fields.grib_decoder import DECODER, Decoder, Question
from tests.grib_samples import T2M, regular, written

VALUES = np.arange(12.0).reshape(3, 4) + 270.0
MESSAGE = regular(VALUES, **T2M)
NAME = Question({"shortName": "str", "Ni": "int", "level": "float", "number": "int"})
PRELUDE = "from hazecast.intake.fields import grib_worker as worker; "


@pytest.fixture
def decoder_that(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A decoder whose process does this before it answers."""
    made: list[Decoder] = []

    def make(program: str, patience_seconds: float = 30.0) -> Decoder:
        monkeypatch.setattr(grib_decoder, "PROGRAM", PRELUDE + program)
        made.append(Decoder(patience_seconds))
        return made[-1]

    yield make
    for decoder in made:
        decoder.close()


def test_keys_come_as_asked_and_those_that_a_message_lacks_do_not() -> None:
    answer = DECODER.ask(MESSAGE, NAME, "here")
    assert answer.keys == {"shortName": "2t", "Ni": 4, "level": 2.0}
    assert answer.arrays == ()


def test_values_come_in_the_order_of_the_file_with_gaps_as_nan() -> None:
    message = regular(np.where(VALUES == 275.0, np.nan, VALUES), **T2M)
    (values,) = DECODER.ask(message, Question(arrays=("values",)), "here").arrays
    expected = np.where(VALUES == 275.0, np.nan, VALUES)[::-1].ravel()
    np.testing.assert_allclose(values, expected, atol=1e-5)


def test_a_value_that_is_the_usual_code_for_missing_stays_one() -> None:
    message = regular(np.where(VALUES == 275.0, 9999.0, VALUES), **T2M)
    (values,) = DECODER.ask(message, Question(arrays=("values",)), "here").arrays
    assert np.isfinite(values).all()
    assert values.max() == pytest.approx(9999.0, abs=0.01)


def test_a_message_that_the_library_refuses_is_refused_with_its_place() -> None:
    with pytest.raises(UnreadableInput, match=r"file: message 3 cannot be decoded"):
        DECODER.ask(MESSAGE[:150], Question(arrays=("values",)), "file: message 3")
    assert DECODER.ask(MESSAGE, NAME, "here").keys["shortName"] == "2t"


def test_an_array_beyond_all_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grib_worker, "MOST_VALUES", 11)
    with pytest.raises(ValueError, match="12 values, which is more than 11"):
        grib_worker.answer(eccodes, {"keys": {}, "arrays": ["values"], "set": {}}, MESSAGE)


def test_a_process_that_breaks_down_takes_only_its_message_with_it(decoder_that) -> None:  # type: ignore[no-untyped-def]
    crash = "import os; known = worker.answer; "
    crash += "worker.answer = lambda e, q, m: os.abort() if m == b'bad' else known(e, q, m); worker.serve()"
    decoder = decoder_that(crash)
    assert decoder.ask(MESSAGE, NAME, "here").keys["Ni"] == 4
    with pytest.raises(UnreadableInput, match=r"x\.grib: message 1 cannot be decoded: the library for GRIB broke down on it"):
        decoder.ask(b"bad", NAME, "x.grib: message 1")
    assert decoder.ask(MESSAGE, NAME, "here").keys["Ni"] == 4


def test_a_process_that_finds_no_end_is_ended(decoder_that) -> None:  # type: ignore[no-untyped-def]
    decoder = decoder_that("import time; worker.answer = lambda e, q, m: time.sleep(60); worker.serve()", patience_seconds=1.5)
    with pytest.raises(UnreadableInput, match="found no end within"):
        decoder.ask(MESSAGE, NAME, "here")


def test_a_process_that_ended_for_idleness_is_started_again(decoder_that) -> None:  # type: ignore[no-untyped-def]
    decoder = decoder_that("worker.IDLE_SECONDS = 0.05; worker.serve()")
    for _ in range(2):
        assert decoder.ask(MESSAGE, NAME, "here").keys["Ni"] == 4
        worker = decoder._worker
        assert worker is not None
        assert worker._process.wait(timeout=20) == 0


def test_what_the_library_prints_reaches_nobody(decoder_that, capfd: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    noise = "import os, sys; known = worker.answer; "
    noise += "worker.answer = lambda e, q, m: (os.write(1, b'noise'), os.write(2, b'noise'), known(e, q, m))[2]; worker.serve()"
    assert decoder_that(noise).ask(MESSAGE, NAME, "here").keys["Ni"] == 4
    assert capfd.readouterr() == ("", "")


def test_many_threads_may_ask() -> None:
    messages = [regular(VALUES + i, **T2M) for i in range(8)]
    found: dict[int, float] = {}

    def ask(i: int) -> None:
        (values,) = DECODER.ask(messages[i], Question(arrays=("values",)), "here").arrays
        found[i] = float(values.min())

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == pytest.approx({i: 270.0 + i for i in range(8)}, abs=1e-4)


def test_without_eccodes_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grib_decoder, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtra, match=r"hazecast\[grib\]"):
        Decoder().ask(MESSAGE, NAME, "here")


def test_an_eccodes_that_does_not_load_is_named_too(decoder_that) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(MissingExtra, match="Reading GRIB needs the optional part 'grib'"):
        decoder_that("import sys; sys.modules['eccodes'] = None; worker.serve()").ask(MESSAGE, NAME, "here")


def test_hazecast_itself_never_loads_the_library(tmp_path: Path) -> None:
    file = written(tmp_path / "x.grib2", MESSAGE)
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from hazecast.intake.fields.formats import format_of\nfrom hazecast.intake.fields.layout import Wanted\n"
        f"file = Path({str(file)!r})\npart = format_of(file).read(file, Wanted())\n"
        "print(sorted({'eccodes', 'gribapi', 'cfgrib', 'pyproj'} & sys.modules.keys()), list(part.surface.data_vars))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[] ['air_temperature']"
    assert done.stderr == ""
