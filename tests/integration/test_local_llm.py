"""The local language model with a real llama.cpp server and a small model."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from domain.errors import ModelUnavailable
from domain.models import ChatMessage, ChatRequest, ModelConfig, ModelKind
from pipelines import providers
from pipelines.catalogue import CATALOGUE
from pipelines.llama import LocalServer, Order
from services import local_llm
from services.settings import Settings
from services.setup import open_installation
from tests.conftest import MODELS

ROOT = Path(__file__).resolve().parents[2]
SMALL = CATALOGUE["SmolLM2-135M-Instruct"]
QUESTION = ChatRequest((ChatMessage("user", "Say hello."),), temperature=0.0, max_tokens=12)

pytestmark = pytest.mark.skipif(
    not (MODELS / SMALL.path).is_file(), reason=f"needs “manage.py models download {SMALL.key} --file-only”"
)


def local(path=SMALL.path, context=512):
    return ModelConfig(
        "m", ModelKind.LLM, "Small", "llama.cpp", (("model", path), ("context", context), ("threads", 1))
    )


def ask(installation, request=QUESTION, on_text=lambda _: None):
    reached = local_llm.reachable(installation, local())
    return providers.of(reached).chat(reached, request, on_text)


def get(url, key=None):
    """Status and text of a request to the server, as a web page of somebody else would send it."""
    headers = {"Origin": "http://elsewhere.example"} | ({"Authorization": f"Bearer {key}"} if key else {})
    request = urllib.request.Request(url, headers=headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310
            assert not reply.headers["Access-Control-Allow-Origin"]
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def states(pid):
    """What the threads of a process do, as one letter each; none when it is gone."""
    try:
        found = (Path("/proc") / str(pid) / "task").glob("*/stat")
        return {path.read_text().rpartition(")")[2].split()[0] for path in found}
    except OSError:
        return set()


def runs(pid):
    """Whether a process lives; one that nobody has waited for yet does not."""
    return bool(states(pid) - {"Z"})


def wait_until(condition, what, timeout=15):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@pytest.fixture
def stopped(installation, admin):
    """The installation; its server, if one was started, ends with the test."""
    yield installation
    local_llm.stop(installation, admin)


def test_it_starts_with_the_first_question_and_answers_with_counts_and_certainty(stopped):
    assert local_llm.must_start(stopped, local())
    pieces = []
    reply = ask(stopped, on_text=pieces.append)
    assert reply.text.strip()
    assert "".join(pieces) == reply.text
    assert reply.prompt_tokens > 0
    assert reply.answer_tokens > 0
    assert 0 < reply.certainty <= 1
    assert not local_llm.must_start(stopped, local())
    assert local_llm.status(stopped).file == (MODELS / SMALL.path).resolve()


def test_it_wants_its_key_and_tells_no_path_and_listens_on_this_machine_only(stopped):
    reached = local_llm.reachable(stopped, local())
    url = reached.text("base_url")
    assert url.startswith("http://127.0.0.1:")
    for path in ("/models", "/chat/completions", "/../props", "/../metrics"):
        for key in (None, "wrong"):
            assert get(url + path, key)[0] in (401, 404)
    assert get(f"{url}/models")[0] == get(f"{url}/models", "wrong")[0] == 401
    for path in ("/v1/models", "/props"):
        status, text = get(url.removesuffix("/v1") + path, reached.secret)
        assert status == 200
        assert str(MODELS) not in text
        assert "/" not in json.loads(text).get("model_path", "")
    port = int(url.split(":")[2].removesuffix("/v1"))
    sockets = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    rows = [line.split() for line in sockets.splitlines()]
    listening = {row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")}
    assert listening == {f"0100007F:{port:04X}"}


def test_its_key_stands_in_no_command_line_environment_or_log_and_its_state_is_its_owners(stopped):
    key = local_llm.reachable(stopped, local()).secret
    assert len(key) >= 32
    pid = local_llm.status(stopped).pid
    for name in ("cmdline", "environ"):
        assert key.encode() not in (Path("/proc") / str(pid) / name).read_bytes()
    assert stopped.secret not in (Path("/proc") / str(pid) / "environ").read_bytes()
    assert key not in (stopped.settings.logs / "local_llm.log").read_text()
    assert (stopped.settings.local_llm / "state.json").stat().st_mode & 0o777 == 0o600


def test_two_people_and_another_process_share_one_server(stopped):
    found = []

    def question():
        reply = ask(stopped)
        found.append((local_llm.status(stopped).pid, reply.text))

    threads = [threading.Thread(target=question) for _ in range(2)]
    for thread in threads:
        thread.start()
    other = open_installation(stopped.settings, "test")
    try:
        reached = local_llm.reachable(other, local())
    finally:
        other.close()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1
    assert reached == local_llm.reachable(stopped, local())


def test_many_who_wait_for_their_turn_do_not_make_it_look_dead(stopped):
    reached = local_llm.reachable(stopped, local())
    replies = []
    threads = [threading.Thread(target=lambda: replies.append(ask(stopped))) for _ in range(12)]
    for thread in threads:
        thread.start()
    assert local_llm.reachable(stopped, local()) == reached
    for thread in threads:
        thread.join()
    assert [reply.problem for reply in replies] == [None] * 12
    assert local_llm.reachable(stopped, local()) == reached


def test_a_killed_server_is_there_again_at_the_next_question(stopped):
    before = local_llm.reachable(stopped, local())
    os.kill(local_llm.status(stopped).pid, signal.SIGKILL)
    assert ask(stopped).text
    assert local_llm.reachable(stopped, local()).secret != before.secret


@pytest.mark.slow
def test_a_server_that_hangs_is_replaced(stopped):
    local_llm.reachable(stopped, local())
    pid = local_llm.status(stopped).pid
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: states(pid) == {"T"}, "it hangs")
    assert ask(stopped).text
    assert local_llm.status(stopped).pid != pid
    wait_until(lambda: not runs(pid), "the old one is gone")


def test_other_parameters_take_effect_with_the_next_question(stopped):
    local_llm.reachable(stopped, local())
    pid = local_llm.status(stopped).pid
    reached = local_llm.reachable(stopped, local(context=1024))
    assert local_llm.status(stopped).pid != pid
    assert providers.of(reached).context_size(reached) == 1024


def test_it_stops_when_idle_but_not_in_the_middle_of_an_answer(stopped):
    stopped.settings.local_llm_idle_minutes = 0.5 / 60
    long = ChatRequest((ChatMessage("user", "Tell a long story."),), temperature=0.9, max_tokens=120)
    started = time.monotonic()
    reply = ask(stopped, long)
    assert reply.problem is None
    pid = local_llm.status(stopped).pid
    wait_until(lambda: local_llm.status(stopped).state == "stopped", "it stops")
    assert time.monotonic() - started > 0.5
    wait_until(lambda: not runs(pid), "its process ends")


def test_an_admin_stops_it(stopped, admin):
    local_llm.reachable(stopped, local())
    pid = local_llm.status(stopped).pid
    local_llm.stop(stopped, admin)
    assert local_llm.status(stopped).state == "stopped"
    wait_until(lambda: not runs(pid), "its process ends")


def test_it_ends_with_the_last_process_that_uses_it_however_that_ends(stopped):
    code = (
        "import sys, time; from pathlib import Path; from services.setup import open_installation; "
        "from services.settings import settings_for; from services import local_llm; "
        "from tests.integration.test_local_llm import local; "
        "i = open_installation(settings_for(Path(sys.argv[1]))); local_llm.reachable(i, local()); "
        "print('up', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", code, str(stopped.settings.data_dir)]
    env = {**os.environ, "EVIDENTIA_MODELS_DIR": str(MODELS)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE) as owner:
        assert owner.stdout.readline() == b"up\n"
        pid = local_llm.status(stopped).pid
        # This process uses it as well, so it outlives the one that started it …
        local_llm.reachable(stopped, local())
        owner.kill()
        owner.wait()
        time.sleep(0.8)
        assert runs(pid)
    # … and ends with this one.
    stopped.close()
    wait_until(lambda: not runs(pid), "no orphan")


@pytest.mark.parametrize("content", [b"", b"GGUF but no more than that", None])
def test_a_damaged_file_is_said_with_what_to_do(installation, tmp_path, monkeypatch, content):
    folder = tmp_path / "weights"
    folder.mkdir()
    whole = (MODELS / SMALL.path).read_bytes() if content is None else b""
    (folder / "bad.gguf").write_bytes(whole[: len(whole) // 2] if content is None else content)
    monkeypatch.setitem(installation.settings.__dict__, "models", folder)
    with pytest.raises(ModelUnavailable, match=r"bad is damaged, or of a kind that llama\.cpp does not know"):
        local_llm.reachable(installation, local("bad.gguf"))
    assert local_llm.status(installation).state == "stopped"


def test_a_start_that_takes_too_long_is_given_up(tmp_path):
    server, order = LocalServer(tmp_path / "llm", tmp_path), Order(MODELS / SMALL.path, context=512)
    with pytest.raises(ModelUnavailable, match="did not start within"):
        server.ensure(order, timeout=0.01)
    server.close()
    wait_until(lambda: server.status().state == "stopped", "it is gone")


def test_the_settings_of_an_installation_say_how_long_idle_is():
    assert Settings(_env_file=None, EVIDENTIA_LOCAL_LLM_IDLE_MINUTES=3).local_llm_idle_minutes == 3
