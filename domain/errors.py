"""Every error that a person may meet, as one tree.

::

    EvidentiaError
    ├── NotAllowed              the acting user may not do this
    ├── NotFound                it does not exist, or this user may not know that it does
    ├── InvalidInput            what was given cannot be used as it is
    │   └── Conflict            it clashes with what is there already
    ├── SignInFailed            unknown user, wrong password, locked or disabled account
    ├── UnreadableDocument      a file that no reader can turn into text
    ├── Cancelled               the person asked for it to stop
    └── Unavailable             something the app depends on does not answer
        ├── StoreUnavailable    the Milvus engine
        ├── ModelUnavailable    an embedding, reranker or LLM, or its weights
        │   ├── ModelRefused    the provider says no: wrong key, unknown model, no API at that address
        │   ├── ModelBusy       too many requests; ``retry_after`` says how many seconds to wait
        │   ├── ContextTooLong  the prompt does not fit into the model's context
        │   └── ModelSilent     it answered with nothing
        └── DiskFull            no space left for the data folder

``str(error)`` is the one sentence shown to the person: what happened and what to do about it.
The cause belongs to ``raise … from`` and goes to the log only.
"""

from __future__ import annotations


class EvidentiaError(Exception):
    """Base of all errors whose text is written for the person who meets them."""

    @property
    def message(self) -> str:
        """The sentence for the person."""
        return str(self)


class NotAllowed(EvidentiaError):
    """The acting user may not do this."""


class NotFound(EvidentiaError):
    """It does not exist, or the acting user may not know that it does."""


class InvalidInput(EvidentiaError):
    """What was given cannot be used as it is."""


class Conflict(InvalidInput):
    """What was given clashes with something that is there already."""


class SignInFailed(EvidentiaError):
    """Unknown user, wrong password, locked or disabled account."""


class UnreadableDocument(EvidentiaError):
    """A file that no reader can turn into text."""


class Cancelled(EvidentiaError):
    """The person asked for it to stop."""


class Unavailable(EvidentiaError):
    """Something that the app depends on does not answer; trying again may help."""


class StoreUnavailable(Unavailable):
    """The Milvus engine does not answer."""


class ModelUnavailable(Unavailable):
    """An embedding, a reranker or an LLM, or its weights, cannot be used."""


class ModelRefused(ModelUnavailable):
    """The provider says no: a wrong key, an unknown model, or an address that is no API."""


class ModelBusy(ModelUnavailable):
    """The provider has too much to do; ``retry_after`` are the seconds it asks to wait, if it says so."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ContextTooLong(ModelUnavailable):
    """The prompt does not fit into the model's context."""


class ModelSilent(ModelUnavailable):
    """The model answered with nothing."""


class DiskFull(Unavailable):
    """There is no space left for the data folder."""
