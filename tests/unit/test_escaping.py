"""Text of others in places that read Markdown or HTML."""

import pytest

from components.escaping import label, markup


@pytest.mark.parametrize("text", ["2022 Q3 – AAPL.pdf", "wrong. Ask again", "Größe 5", "10:42 "])
def test_plain_text_reads_as_it_is(text):
    assert label(text).replace("\\", "").replace("\u2060", "") == text.strip()


@pytest.mark.parametrize(
    "text", ["*a*", "_a_", "`a`", "$x$", "[a](b)", "![a](b)", "<b>", "# a", "~a~", ":red[a]", "a\n\n# b"]
)
def test_markup_is_escaped(text):
    escaped = label(text)
    assert "\n" not in escaped
    for place, character in enumerate(escaped):
        if not (character.isalnum() or character in " \\\u2060"):
            assert escaped[place - 1] == "\\"


@pytest.mark.parametrize(
    "text", [":smile:", "https://a.org", "www.a.org", "WWW.A.ORG", "a@b.org", "->", "<-"]
)
def test_what_is_recognized_after_escapes_are_gone_is_kept_apart(text):
    assert text not in label(text).replace("\\", "")


def test_html_is_escaped_in_content_and_attributes():
    assert markup("<a b=\"c\" d='e'>&") == "&lt;a b=&quot;c&quot; d=&#x27;e&#x27;&gt;&amp;"
