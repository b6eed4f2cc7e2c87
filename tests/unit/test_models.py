"""The registry of models: who may do what with them, what is refused, and what the first start makes."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from domain.config import DEFAULT_EMBEDDING
from domain.errors import Conflict, InvalidInput, ModelSilent, NotAllowed, NotFound
from domain.models import ChatReply, ModelKind
from domain.users import Role
from services import model_trials, models
from services.model_drafts import Draft
from services.settings import ModelSeeds, Settings
from services.setup import open_installation
from services.tables import CollectionRow, ConversationRow, IndexVersionRow, ModelRow, SettingRow
from tests.conftest import add_user
from tests.fake_provider import KEY, Fake, fake  # noqa: F401 - a fixture

LLM, EMBEDDING, RERANKER = ModelKind.LLM, ModelKind.EMBEDDING, ModelKind.RERANKER


@pytest.fixture(autouse=True)
def _with_fake(fake):  # noqa: F811
    """All tests here register models of the fake provider."""


def draft(kind=LLM, name="Fast", provider="fake", secret=KEY, remove_key=False, **parameters) -> Draft:
    return Draft(kind, name, provider, {"model": "small", **parameters}, secret, remove_key)


def indexed_with(installation, admin, embedding: str) -> None:
    with installation.database.session() as session:
        collection = CollectionRow(name=f"with {embedding}", owner_id=admin.id)
        session.add(collection)
        session.flush()
        session.add(
            IndexVersionRow(
                collection_id=collection.id, embedding=embedding, dimension=8, ingestion_pipeline=""
            )
        )


def test_a_new_installation_works_without_any_model_of_others(installation, member):
    found = {kind: models.find(installation, kind, None) for kind in ModelKind}
    assert [(m.id, m.name, m.origin) for m in found.values()] == [
        ("extractive", "Extractive", "built-in"),
        (DEFAULT_EMBEDDING, "all-MiniLM-L6-v2", "built-in"),
        ("learned-order", "Learned order", "built-in"),
    ]
    assert models.usable(installation, member, LLM) == [found[LLM]]
    assert models.fallback(installation, LLM) is None


def test_a_model_is_found_by_id_and_by_name_and_reached_with_its_key(installation, admin):
    model = models.add(installation, admin, draft(context="4096", temperature=0.5))
    assert models.find(installation, LLM, "fast ") == models.find(installation, LLM, model.id)
    config = models.config(installation, model.id)
    assert (config.secret, config.text("base_url")) == (KEY, "https://models.example/v1")
    assert (config.number("context", 0), config.number("temperature", 0)) == (4096, 0.5)
    assert model.origin == "admin"
    assert model.has_secret


def test_an_unknown_model_is_refused_with_the_names_of_those_that_can_be_had(installation, admin):
    models.add(installation, admin, draft())
    with pytest.raises(InvalidInput, match=r"no active model named “gone”.*“Extractive”.*“Fast”"):
        models.find(installation, LLM, "gone")
    with pytest.raises(NotFound, match="deleted"):
        models.config(installation, "gone")


def test_only_admins_manage_models_and_only_they_see_parameters(installation, admin, member):
    model = models.add(installation, admin, draft())
    analyst = add_user(installation, "ann", Role.ANALYST)
    for user in (member, analyst):
        for act in (
            lambda u: models.listing(installation, u),
            lambda u: models.get(installation, u, model.id),
            lambda u: models.add(installation, u, draft(name="Other")),
            lambda u: models.edit(installation, u, model.id, 1, draft()),
            lambda u: models.set_active(installation, u, model.id, active=False),
            lambda u: models.set_default(installation, u, model.id),
            lambda u: models.set_fallback(installation, u, model.id),
            lambda u: models.delete(installation, u, model.id),
            lambda u: model_trials.test(installation, u, model.id),
            lambda u: model_trials.try_out(installation, u, draft()),
            lambda u: model_trials.offered(installation, u, draft()),
        ):
            with pytest.raises(NotAllowed, match="Only an admin may manage models"):
                act(user)
        shown = models.usable(installation, user, LLM)
        assert [m.name for m in shown] == ["Extractive", "Fast"]
        assert all(m.parameters == {} for m in shown)
    assert models.get(installation, admin, model.id).parameters["model"] == "small"


def test_an_admin_who_lost_the_role_meanwhile_is_refused(installation, admin):
    second = add_user(installation, "bob", Role.ADMIN)
    from services import users

    users.set_role(installation, admin, "bob", Role.MEMBER)
    with pytest.raises(NotAllowed):
        models.listing(installation, second)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (draft(surprise="x"), "no parameter named “surprise”"),
        (draft(model=" "), "“Model” is missing"),
        (draft(base_url="models.example/v1"), "“Base URL” must be an address"),
        (draft(base_url="ftp://models.example"), "must be an address"),
        (draft(base_url="https://"), "must be an address"),
        (draft(base_url="https://a b.example"), "must be an address"),
        (draft(base_url="https://host:port/v1"), "must be an address"),
        (draft(base_url="https://me:key@models.example"), "must not hold a user name or a key"),
        (draft(context=100), "at least 512 and at most 1,000,000"),
        (draft(context="many"), "must be a whole number"),
        (draft(context=1024.5), "must be a whole number"),
        (draft(context=True), "must be a whole number"),
        (draft(temperature="nan"), "must be a number"),
        (draft(temperature=3), "at most 2"),
        (draft(effort="none"), "one of: low, high"),
        (draft(model="x" * 3000), "too long"),
        (draft(model="a\nb"), "cannot be seen"),
        (draft(name=" "), "needs a name of 1 to 120"),
        (draft(name="x" * 121), "needs a name of 1 to 120"),
        (draft(name="a\u202eb"), "needs a name of 1 to 120"),
        (draft(secret="two words"), "no spaces"),
        (draft(secret="ключ"), "letters, digits and signs"),
        (draft(provider="keyed", secret=""), "Keyed needs a key"),
        (draft(provider="keyless"), "Keyless takes no key"),
        (draft(provider="nobody"), "no provider named “nobody”"),
        (draft(provider="built-in", secret=""), "part of the program"),
    ],
)
def test_what_no_provider_could_use_is_refused_in_words(installation, admin, given, sentence):
    with pytest.raises(InvalidInput, match=sentence):
        models.add(installation, admin, given)


def test_two_models_of_one_kind_have_two_names(installation, admin):
    first = models.add(installation, admin, draft())
    other = models.add(installation, admin, draft(name="Other"))
    models.add(installation, admin, draft(kind=EMBEDDING))
    with pytest.raises(Conflict, match="named “Fast” already"):
        models.add(installation, admin, draft())
    with pytest.raises(Conflict, match="named “Fast” already"):
        models.edit(installation, admin, other.id, other.version, draft())
    assert models.get(installation, admin, first.id) == first


def test_editing_keeps_the_key_unless_another_is_given_or_it_is_removed(installation, admin):
    model = models.add(installation, admin, draft())
    model = models.edit(installation, admin, model.id, model.version, draft(secret="", model="large"))
    assert models.config(installation, model.id).secret == KEY
    model = models.edit(installation, admin, model.id, model.version, draft(secret="another-key"))
    assert models.config(installation, model.id).secret == "another-key"
    model = models.edit(installation, admin, model.id, model.version, draft(secret="", remove_key=True))
    assert not model.has_secret
    assert models.config(installation, model.id).secret == ""


def test_a_needed_key_cannot_be_removed(installation, admin):
    model = models.add(installation, admin, draft(provider="keyed"))
    with pytest.raises(InvalidInput, match="Keyed needs a key"):
        models.edit(installation, admin, model.id, 1, draft(provider="keyed", secret="", remove_key=True))


def test_a_kept_key_is_never_sent_to_another_server(installation, admin):
    model = models.add(installation, admin, draft())
    elsewhere = draft(secret="", base_url="https://elsewhere.example/v1")
    for act in (
        lambda: models.edit(installation, admin, model.id, 1, elsewhere),
        lambda: model_trials.try_out(installation, admin, elsewhere, model.id),
        lambda: model_trials.offered(installation, admin, elsewhere, model.id),
    ):
        with pytest.raises(InvalidInput, match="another server"):
            act()
    models.edit(installation, admin, model.id, 1, draft(secret="", base_url="https://models.example/v2"))
    models.edit(installation, admin, model.id, 2, draft(base_url="https://elsewhere.example/v1"))


def test_of_two_admins_who_edit_one_model_the_second_is_told(installation, admin):
    model = models.add(installation, admin, draft())
    models.edit(installation, admin, model.id, model.version, draft(name="First"))
    with pytest.raises(Conflict, match="Someone changed “First” meanwhile"):
        models.edit(installation, admin, model.id, model.version, draft(name="Second"))
    assert models.get(installation, admin, model.id).name == "First"


def test_a_model_keeps_its_kind_and_its_provider(installation, admin):
    model = models.add(installation, admin, draft())
    for changed in (draft(kind=EMBEDDING), draft(provider="keyed")):
        with pytest.raises(InvalidInput, match="keeps its kind and its provider"):
            models.edit(installation, admin, model.id, 1, changed)


def test_there_is_one_default_of_each_kind_and_it_stays_active(installation, admin):
    model = models.add(installation, admin, draft())
    models.set_default(installation, admin, model.id)
    assert [m.is_default for m in models.listing(installation, admin, LLM)] == [True, False]
    assert models.find(installation, LLM, None).id == model.id
    with pytest.raises(InvalidInput, match="is the default"):
        models.set_active(installation, admin, model.id, active=False)
    assert models.find(installation, EMBEDDING, None).id == DEFAULT_EMBEDDING


def test_an_inactive_model_is_offered_nowhere_but_serves_what_began_with_it(installation, admin, member):
    model = models.add(installation, admin, draft())
    models.set_fallback(installation, admin, model.id)
    models.set_active(installation, admin, model.id, active=False)
    assert [m.name for m in models.usable(installation, member, LLM)] == ["Extractive"]
    assert models.fallback(installation, LLM) is None
    with pytest.raises(InvalidInput):
        models.find(installation, LLM, model.id)
    for act in (models.set_default, models.set_fallback):
        with pytest.raises(InvalidInput, match="not active"):
            act(installation, admin, model.id)
    assert models.config(installation, model.id).secret == KEY


def test_extractive_stays_active(installation, admin):
    models.set_default(installation, admin, models.add(installation, admin, draft()).id)
    with pytest.raises(InvalidInput, match="stays active"):
        models.set_active(installation, admin, models.EXTRACTIVE, active=False)


def test_one_language_model_takes_over_for_others(installation, admin):
    first, second = (models.add(installation, admin, draft(name=name)) for name in ("A", "B"))
    models.set_fallback(installation, admin, first.id)
    models.set_fallback(installation, admin, second.id)
    assert models.fallback(installation, LLM).id == second.id
    models.set_fallback(installation, admin, None)
    assert models.fallback(installation, LLM) is None
    with pytest.raises(InvalidInput, match="no language model"):
        models.set_fallback(installation, admin, DEFAULT_EMBEDDING)


def test_deleting_the_default_makes_the_built_in_one_the_default(installation, admin):
    model = models.add(installation, admin, draft())
    models.set_default(installation, admin, model.id)
    with installation.database.session() as session:
        session.add(ConversationRow(user_id=admin.id, model_id=model.id))
    assert models.delete(installation, admin, model.id)
    assert models.find(installation, LLM, None).id == models.EXTRACTIVE
    with installation.database.read() as session:
        assert session.scalars(select(ConversationRow.model_id)).all() == [None]
    with pytest.raises(NotFound):
        models.delete(installation, admin, model.id)


def test_what_is_part_of_the_program_cannot_be_deleted_or_changed(installation, admin):
    for model_id in models.BUILT_IN.values():
        with pytest.raises(NotAllowed, match="part of the program"):
            models.delete(installation, admin, model_id)
    with pytest.raises(InvalidInput, match="part of the program"):
        models.edit(installation, admin, "extractive", 1, draft(provider="built-in", secret=""))
    with pytest.raises(InvalidInput, match="needs no test"):
        model_trials.test(installation, admin, models.EXTRACTIVE)


def test_an_embedding_in_use_is_retired_and_can_come_back(installation, admin, member):
    model = models.add(installation, admin, draft(kind=EMBEDDING, name="Vectors"))
    indexed_with(installation, admin, model.id)
    assert models.get(installation, admin, model.id).collections == 1
    models.set_default(installation, admin, model.id)
    assert not models.delete(installation, admin, model.id)
    kept = models.get(installation, admin, model.id)
    assert (kept.retired, kept.active, kept.is_default) == (True, False, False)
    assert models.find(installation, EMBEDDING, None).id == DEFAULT_EMBEDDING
    assert [m.name for m in models.usable(installation, member, EMBEDDING)] == ["all-MiniLM-L6-v2"]
    assert models.config(installation, model.id).secret == KEY
    models.set_active(installation, admin, model.id, active=True)
    assert models.find(installation, EMBEDDING, "Vectors").id == model.id


def test_the_model_behind_an_embedding_in_use_stays_but_its_key_may_change(installation, admin):
    model = models.add(installation, admin, draft(kind=EMBEDDING, name="Vectors"))
    model_trials.test(installation, admin, model.id)
    indexed_with(installation, admin, model.id)
    with pytest.raises(InvalidInput, match="Collections are indexed with “Vectors”"):
        models.edit(installation, admin, model.id, 1, draft(kind=EMBEDDING, model="large"))
    changed = models.edit(installation, admin, model.id, 1, draft(kind=EMBEDDING, secret="another-key"))
    assert changed.capabilities == {"dimension": 8}
    assert changed.tested_at is None


def test_a_test_calls_the_model_and_remembers_what_it_learnt(installation, admin):
    made = {kind: models.add(installation, admin, draft(kind=kind, context=8192)) for kind in ModelKind}
    for model in made.values():
        trial = model_trials.test(installation, admin, model.id)
        assert trial.ok, trial.error
        kept = models.get(installation, admin, model.id)
        assert kept.tested_at is not None
        assert kept.capabilities == trial.capabilities
        assert kept.capabilities["latency_ms"] == trial.latency_ms
    learnt = models.get(installation, admin, made[LLM].id).capabilities
    assert (learnt["logprobs"], learnt["token_counts"], learnt["context"]) == (True, True, 8192)
    assert learnt["tokens_per_character"] == pytest.approx(0.25, abs=0.01)
    assert models.get(installation, admin, made[EMBEDDING].id).capabilities["dimension"] == 8
    assert json.dumps(models.find(installation, LLM, made[LLM].id).capabilities)


def test_what_the_provider_says_no_to_is_told_in_its_words_and_only_to_admins(installation, admin, member):
    model = models.add(installation, admin, draft(secret="wrong-key"))
    trial = model_trials.test(installation, admin, model.id)
    assert (trial.ok, trial.error) == (False, "Fake refuses the key. Enter the one that it gave you.")
    assert models.get(installation, admin, model.id).capabilities["error"] == trial.error
    assert "error" not in models.usable(installation, member, LLM)[1].capabilities
    learnt = {"latency_ms": 5}
    renamed = draft(name="Other", secret="")
    assert (
        "error"
        not in models.edit(installation, admin, model.id, 1, renamed, capabilities=learnt).capabilities
    )
    with_key = models.edit(installation, admin, model.id, 2, draft())
    assert "error" not in with_key.capabilities
    assert model_trials.test(installation, admin, model.id).ok


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (ChatReply(" "), "answered with nothing"),
        (ChatReply("Hel", problem="The connection was lost."), "The connection was lost."),
        (ModelSilent("Silence."), "Silence."),
    ],
)
def test_a_model_that_does_not_answer_fails_its_test(installation, admin, monkeypatch, reply, sentence):
    def chat(self, model, request, on_text):
        if isinstance(reply, Exception):
            raise reply
        return reply

    monkeypatch.setattr(Fake, "chat", chat)
    assert sentence in model_trials.try_out(installation, admin, draft()).error


def test_a_token_count_that_no_tokenizer_makes_is_not_believed(installation, admin, monkeypatch):
    monkeypatch.setattr(Fake, "chat", lambda *_: ChatReply("Hello.", prompt_tokens=3))
    learnt = model_trials.try_out(installation, admin, draft()).capabilities
    assert learnt["token_counts"] is True
    assert "tokens_per_character" not in learnt


def test_a_reranker_that_cannot_tell_fails_its_test(installation, admin, monkeypatch):
    for scores, sentence in (([0.9, 0.1], "first"), ([0.5], "no score"), ([3.0, 4.0], "no score")):
        monkeypatch.setattr(Fake, "rerank", lambda self, model, question, texts, s=scores: s)
        assert sentence in model_trials.try_out(installation, admin, draft(kind=RERANKER)).error


def test_an_embedding_whose_vectors_changed_their_length_fails_its_test(installation, admin, monkeypatch):
    model = models.add(installation, admin, draft(kind=EMBEDDING))
    model_trials.test(installation, admin, model.id)
    indexed_with(installation, admin, model.id)
    embed = Fake.embed
    monkeypatch.setattr(Fake, "embed", lambda *a, **k: embed(*a, **k)[:, :4])
    trial = model_trials.test(installation, admin, model.id)
    assert "vectors of 4 numbers, but collections were indexed with 8" in trial.error
    assert models.get(installation, admin, model.id).capabilities["dimension"] == 8


def test_a_test_of_what_was_changed_meanwhile_is_not_remembered(installation, admin, monkeypatch):
    model = models.add(installation, admin, draft())

    def change(self, model_config, request, on_text):
        models.edit(installation, admin, model.id, 1, draft(model="large"))
        return ChatReply("Hello.")

    monkeypatch.setattr(Fake, "chat", change)
    assert model_trials.test(installation, admin, model.id).ok
    assert models.get(installation, admin, model.id).tested_at is None


def test_a_draft_is_tried_with_the_key_that_is_stored(installation, admin, monkeypatch):
    model = models.add(installation, admin, draft())
    seen = []
    monkeypatch.setattr(Fake, "_check", lambda self, config: seen.append(config.secret))
    assert model_trials.try_out(installation, admin, draft(secret=""), model.id).ok
    unfinished = draft(name="", secret="new-key", model="")
    assert model_trials.offered(installation, admin, unfinished, model.id) == ["small", "large"]
    model_trials.try_out(installation, admin, draft(secret="", remove_key=True), model.id)
    assert seen == [KEY, "new-key", ""]
    assert models.get(installation, admin, model.id).tested_at is None


def test_the_files_of_local_models_can_be_listed(installation, admin):
    local = Draft(LLM, "", "llama.cpp")
    assert all(name.endswith(".gguf") for name in model_trials.offered(installation, admin, local))
    outside = Draft(LLM, "Local", "llama.cpp", {"model": "../../secret.gguf"})
    assert "below the models folder" in model_trials.try_out(installation, admin, outside).error


def test_what_a_trial_learnt_is_saved_with_the_draft(installation, admin):
    trial = model_trials.try_out(installation, admin, draft())
    model = models.add(installation, admin, draft(), capabilities=trial.capabilities)
    assert model.capabilities == trial.capabilities
    assert model.tested_at is not None


SEEDS = {
    "openai_api_key": KEY,
    "openai_chat_model": "small",
    "azure_openai_endpoint": "https://azure.example",
    "azure_openai_api_key": KEY,
    "azure_openai_chat_deployment": "small",
    "azure_openai_embeddings_deployment": "vectors",
    "openai_api_version": "2024-10-21",
    "cohere_api_key": KEY,
    "google_api_key": "<YOUR_GOOGLE_KEY>",
    "mistral_api_key": KEY,
    "local_model": "qwen3:4b",
    "kh_ollama_url": "http://localhost:11434/v1/",
}


def started(settings, **seeds):
    given = {"KH_APP_DATA_DIR": settings.data_dir, "EVIDENTIA_MODELS_DIR": settings.models_dir}
    return open_installation(Settings(_env_file=None, **given, **seeds), "test")


def test_the_environment_seeds_models_at_the_first_start_only(settings):
    first = started(settings, **SEEDS)
    from services import users

    admin = users.operator(first)
    listed = models.listing(first, admin)
    seeded = [(m.kind.value, m.name, m.provider, m.origin) for m in listed if m.origin != "built-in"]
    assert sorted(seeded) == [
        ("embedding", "mistral-embed", "openai", "environment: MISTRAL_API_KEY"),
        ("embedding", "text-embedding-3-large", "openai", "environment: OPENAI_API_KEY"),
        ("embedding", "vectors", "azure", "environment: AZURE_OPENAI_API_KEY"),
        ("llm", "mistral-small-latest", "openai", "environment: MISTRAL_API_KEY"),
        ("llm", "qwen3:4b", "ollama", "environment: LOCAL_MODEL"),
        ("llm", "small", "openai", "environment: OPENAI_API_KEY"),
        ("llm", "small (Azure OpenAI)", "azure", "environment: AZURE_OPENAI_API_KEY"),
        ("reranker", "rerank-v3.5", "cohere", "environment: COHERE_API_KEY"),
    ]
    assert models.find(first, LLM, None).name == "small"
    assert models.find(first, EMBEDDING, None).id == DEFAULT_EMBEDDING
    assert models.config(first, models.find(first, LLM, "small").id).secret == KEY
    ollama = models.config(first, models.find(first, LLM, "qwen3:4b").id)
    assert ollama.text("base_url") == "http://localhost:11434"
    models.delete(first, admin, models.find(first, LLM, "small").id)
    first.close()
    again = started(settings, **SEEDS)
    assert len(models.listing(again, admin)) == len(listed) - 1
    again.close()


def test_a_server_of_one_s_own_needs_no_key(settings):
    opened = started(settings, openai_api_base="http://localhost:8000/v1", openai_chat_model="local")
    model = models.find(opened, LLM, None)
    assert (model.name, model.origin, model.has_secret) == (
        "local",
        "environment: OPENAI_API_BASE",
        False,
    )
    opened.close()


def test_an_address_in_the_environment_that_is_none_does_not_keep_the_app_from_starting(settings):
    opened = started(settings, openai_api_key=KEY, openai_api_base="not an address", openai_chat_model="m")
    assert models.find(opened, LLM, None).id == models.EXTRACTIVE
    log = (opened.settings.logs / "test.log").read_text(encoding="utf-8")
    assert "OPENAI_API_KEY names a model that cannot be used" in log
    assert KEY not in log
    opened.close()


def test_an_installation_from_before_gets_what_is_built_in_and_nothing_else(settings):
    first = started(settings)
    with first.database.session() as session:
        session.delete(session.get_one(SettingRow, "models_seeded"))
        for row in session.scalars(select(ModelRow)):
            session.delete(row)
    first.close()
    again = started(settings, **SEEDS)
    with again.database.read() as session:
        assert {row.origin for row in session.scalars(select(ModelRow))} == {"built-in"}
    again.close()


def test_seeds_are_not_handed_to_other_processes(settings):
    given = Settings(_env_file=None, KH_APP_DATA_DIR=settings.data_dir, openai_api_key=KEY)
    assert KEY not in given.environment().values()
    assert KEY not in repr(given)
    assert set(ModelSeeds.model_fields) <= set(Settings.model_fields)
