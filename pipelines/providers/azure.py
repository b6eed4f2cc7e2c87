"""Azure OpenAI: the same API under deployments of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from domain.errors import ModelRefused
from domain.models import ModelConfig, ModelKind
from pipelines.providers import http
from pipelines.providers.base import Parameter
from pipelines.providers.openai_api import OpenAIApi, checked, shared_parameters

if TYPE_CHECKING:
    from openai import OpenAI

API_VERSION = "2024-10-21"


class AzureOpenAIApi(OpenAIApi):
    """Chat and embeddings of a deployment. Which deployments there are, its API does not tell."""

    key: ClassVar[str] = "azure"
    title: ClassVar[str] = "Azure OpenAI"
    needs_key: ClassVar[Literal["required", "optional", "no"]] = "required"

    def parameters(self, kind: ModelKind) -> tuple[Parameter, ...]:
        """Endpoint, deployment and version of the API, then what bounds a call."""
        return (
            Parameter("endpoint", "url", required=True),
            Parameter("deployment", required=True),
            Parameter("api_version", required=True, default=API_VERSION),
            *shared_parameters(kind),
        )

    def connect(self, model: ModelConfig) -> OpenAI:
        """A client of the SDK. Raises ``ModelRefused`` when something was not entered."""
        from openai import AzureOpenAI

        endpoint = model.text("endpoint").strip().rstrip("/")
        checked(model, endpoint)
        if not model.secret:
            raise ModelRefused(
                f"“{model.name}” needs the key of its Azure resource: enter it under Resources."
            )
        client: Any = http.client()  # the SDK takes httpx beside its own copy of it
        patience: Any = http.timeout(model)
        return AzureOpenAI(
            azure_endpoint=endpoint,
            azure_deployment=self.wanted(model),
            api_version=model.text("api_version").strip() or API_VERSION,
            api_key=model.secret,
            http_client=client,
            max_retries=0,
            timeout=patience,
        )

    def wanted(self, model: ModelConfig) -> str:
        """The deployment. Raises ``ModelRefused`` when none was entered."""
        name = model.text("deployment").strip()
        if not name:
            raise ModelRefused(f"“{model.name}” has no deployment chosen: enter one under Resources.")
        return name

    def offered(self, model: ModelConfig) -> list[str]:  # noqa: ARG002
        """Nothing: the key of a resource does not list its deployments."""
        return []

    def count_tokens(self, model: ModelConfig, text: str) -> int | None:  # noqa: ARG002
        """Not told by this API."""
        return None
