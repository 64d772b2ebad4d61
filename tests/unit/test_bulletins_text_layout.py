import pytest

from hazecast.bulletins.text_layout import bulleted, plain, table, width, wrapped


@pytest.mark.parametrize(("text", "columns"), [("Beijing", 7), ("北京", 4), ("PM2.5，µg/m³", 12), ("e\u0301", 1)])
def test_a_chinese_character_is_two_columns_wide(text: str, columns: int) -> None:
    assert width(text) == columns


def test_lines_of_chinese_are_broken_at_the_width_and_never_begin_with_punctuation() -> None:
    text = "预计明日白天到夜间，北京、天津有重度霾（橙色），其中局地有极重霾。" * 4
    for columns in range(20, 40):
        lines = wrapped(text, columns=columns).split("\n")
        assert max(width(line) for line in lines) <= columns
        assert "".join(lines) == text
        assert not any(line[0] in "，。、）" or line[-1] in "（" for line in lines)


def test_words_stay_whole_and_further_lines_hang() -> None:
    assert wrapped("one two three four", "- ", columns=10).split("\n") == ["- one two", "  three", "  four"]


def test_a_percent_sign_stays_with_its_number() -> None:
    assert wrapped("humidity of 80 % or more", columns=14).split("\n") == ["humidity of", "80 % or more"]


def test_what_is_too_long_for_a_line_still_comes_out_whole() -> None:
    assert wrapped("a " + "x" * 30, columns=10).split("\n") == ["a", "x" * 30]


def test_columns_line_up_across_scripts() -> None:
    lines = table(["地区", "Level"], [["石家庄", "red"], ["Jinan", "none"]])
    assert lines == ["地区    Level", "石家庄  red", "Jinan   none"]


def test_a_table_too_wide_gives_the_first_cell_a_line_of_its_own() -> None:
    lines = table(["Area", "A", "B"], [["name", "x" * 10, "y" * 10]], columns=20)
    assert lines == ["Area\n  A           B", "name\n  xxxxxxxxxx  yyyyyyyyyy"]


def test_names_cannot_forge_lines_or_steer_a_terminal() -> None:
    assert plain("Nice\nHaze warning lifted\x1b[2J\u202e x") == "Nice Haze warning lifted [2J x"


def test_sentences_are_listed_behind_dashes() -> None:
    assert bulleted(["one two three", "four"], columns=10) == "- one two\n  three\n- four"
