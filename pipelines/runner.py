"""Loading pipelines from YAML and running them with the time of every component."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from haystack import Pipeline
from haystack.core.errors import DeserializationError, PipelineError, PipelineRuntimeError
from haystack.tracing.tracer import NullSpan, Span, Tracer, enable_tracing

from domain.config import Runtime
from domain.errors import InvalidInput

ALLOWED_MODULES = ["pipelines.*"]
_timings: ContextVar[dict[str, float] | None] = ContextVar("timings", default=None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a pipeline's components gave, and the milliseconds that each took."""

    outputs: dict[str, dict[str, Any]]
    timings_ms: dict[str, float]

    def get(self, name: str) -> Any:
        """The output of that name; of several components that have one, the last one's.

        Raises ``InvalidInput`` when no component has one.
        """
        found = self.find(name)
        if found is None:
            msg = f"This pipeline gives no “{name}”. Check its components and connections."
            raise InvalidInput(msg)
        return found

    def find(self, name: str) -> Any:
        """The output of that name like ``get``; ``None`` when no component has one."""
        found = [outputs[name] for outputs in self.outputs.values() if name in outputs]
        return found[-1] if found else None


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A warmed pipeline with what every run needs to know of it: components, and their open inputs."""

    pipeline: Pipeline
    components: frozenset[str]
    inputs: dict[str, frozenset[str]]


@lru_cache(maxsize=64)
def load(yaml: str, runtime: Runtime) -> Loaded:
    """Build a pipeline from its YAML, tell its components where things are, and warm them up.

    The same YAML and runtime give the same pipeline: it keeps no state of a run, so that threads share it.
    Raises ``InvalidInput`` for YAML that is no pipeline of ours, and what the components' ``warm_up`` raises.
    """
    try:
        pipeline = Pipeline.loads(yaml, allowed_modules=ALLOWED_MODULES)
    except (DeserializationError, PipelineError, ValueError, TypeError, KeyError, AttributeError) as error:
        msg = "This pipeline's YAML cannot be used. Check its component types, parameters and connections."
        raise InvalidInput(msg) from error
    for _, component in pipeline.walk():
        if hasattr(component, "bind"):
            component.bind(runtime)
    pipeline.warm_up()
    names = frozenset(name for name, _ in pipeline.walk())
    return Loaded(pipeline, names, {name: frozenset(open_) for name, open_ in pipeline.inputs().items()})


def run(loaded: Loaded, inputs: dict[str, Any]) -> Outcome:
    """Run a pipeline and keep the outputs of all its components, in the order in which they ran.

    ``inputs`` maps the name of an input to its value; every component that has an unconnected input of that
    name gets it, so that a component swapped in YAML needs no change here. Raises the components' own errors.
    """
    data = {
        component: {name: inputs[name] for name in open_ if name in inputs}
        for component, open_ in loaded.inputs.items()
    }
    timings: dict[str, float] = {}
    token = _timings.set(timings)
    try:
        outputs = loaded.pipeline.run(data, include_outputs_from=set(loaded.components))
    except PipelineRuntimeError as error:
        cause = error.__cause__
        if cause is None:
            raise
        raise cause from error
    finally:
        _timings.reset(token)
    return Outcome({name: outputs[name] for name in timings if name in outputs}, timings)


class _TimingTracer(Tracer):
    """Adds up the time of each component of the run in this context."""

    @contextlib.contextmanager
    def trace(
        self,
        operation_name: str,
        tags: dict[str, Any] | None = None,
        parent_span: Span | None = None,  # noqa: ARG002
    ) -> Iterator[Span]:
        timings = _timings.get()
        name = (tags or {}).get("haystack.component.name")
        started = time.perf_counter()
        try:
            yield NullSpan()
        finally:
            if timings is not None and name and operation_name == "haystack.component.run":
                elapsed = (time.perf_counter() - started) * 1000
                timings[name] = round(timings.get(name, 0.0) + elapsed, 3)

    def current_span(self) -> Span | None:
        return None


enable_tracing(_TimingTracer())
# On every error Haystack tries to serialise the run's state for a snapshot that nobody asked for.
logging.getLogger("haystack.utils.base_serialization").setLevel(logging.ERROR)
