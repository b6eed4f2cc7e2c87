"""Choices in the address hold values, so that a link means the same to readers of every language."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def page(words):
    import streamlit as st

    from components import address

    chosen = address.choice("colour", st.selectbox, "Colour", words)
    st.text(chosen)


def opened(words, **query):
    app = AppTest.from_function(page, args=(words,))
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


ENGLISH, FRENCH = {"red": "Red", "blue": "Blue"}, {"red": "Rouge", "blue": "Bleu"}


def test_a_link_made_in_one_language_works_in_another():
    made = opened(ENGLISH)
    assert made.text[0].value == "red"
    assert "colour" not in made.query_params
    made.selectbox[0].set_value("blue").run()
    assert made.query_params["colour"] in ("blue", ["blue"])
    read = opened(FRENCH, colour="blue")
    assert read.text[0].value == "blue"
    assert read.selectbox[0].options == ["Rouge", "Bleu"]


def test_what_the_address_should_not_name_leaves_the_usual_choice():
    assert opened(ENGLISH, colour="<b>green</b>").text[0].value == "red"


def test_going_back_to_the_usual_choice_leaves_no_trace():
    app = opened(ENGLISH, colour="blue")
    app.selectbox[0].set_value("red").run()
    assert "colour" not in app.query_params
