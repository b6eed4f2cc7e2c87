"""Typed settings of an installation, from the environment and ``.env``."""

from __future__ import annotations

import ipaddress
from functools import cached_property
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})


class ModelSeeds(BaseSettings):
    """The models that an installation begins with, in the variables of kotaemon; read at its first start."""

    openai_api_base: str = ""
    openai_api_key: SecretStr = SecretStr("")
    openai_chat_model: str = ""
    openai_embeddings_model: str = ""
    azure_openai_endpoint: str = ""
    azure_openai_api_key: SecretStr = SecretStr("")
    azure_openai_chat_deployment: str = ""
    azure_openai_embeddings_deployment: str = ""
    openai_api_version: str = ""
    cohere_api_key: SecretStr = SecretStr("")
    google_api_key: SecretStr = SecretStr("")
    mistral_api_key: SecretStr = SecretStr("")
    local_model: str = ""
    local_model_embeddings: str = ""
    kh_ollama_url: str = ""


class Settings(ModelSeeds):
    """What may be set from outside; everything has a default that works on one machine.

    Names follow the environment variables: ``KH_APP_DATA_DIR`` moves the data folder, ``DATABASE_URL``
    and ``MILVUS_URI`` replace the embedded database and engine by servers.
    """

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    data_dir: Path = Field(default=Path("ktem_app_data"), validation_alias="KH_APP_DATA_DIR")
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    milvus_uri: str | None = Field(default=None, validation_alias="MILVUS_URI")
    milvus_token: SecretStr = Field(default=SecretStr(""), validation_alias="MILVUS_TOKEN")
    secret_key: SecretStr | None = Field(default=None, validation_alias="EVIDENTIA_SECRET_KEY")
    models_dir: Path | None = Field(default=None, validation_alias="EVIDENTIA_MODELS_DIR")
    weights_dir: Path | None = Field(default=None, validation_alias="EVIDENTIA_WEIGHTS_DIR")
    local_llm_idle_minutes: float = Field(
        default=10.0, gt=0, validation_alias="EVIDENTIA_LOCAL_LLM_IDLE_MINUTES"
    )
    log_level: str = Field(default="INFO", validation_alias="EVIDENTIA_LOG_LEVEL")
    max_upload_mb: int = Field(default=200, ge=1, validation_alias="EVIDENTIA_MAX_UPLOAD_MB")
    session_days: float = Field(default=30.0, gt=0, validation_alias="EVIDENTIA_SESSION_DAYS")

    @field_validator("data_dir", "models_dir", "weights_dir")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()

    def environment(self) -> dict[str, str]:
        """The variables that give another process these same settings, wherever they came from.

        Without the seeds of models: whoever needs those finds them in the database.
        """
        found = {}
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if value is not None and name not in ModelSeeds.model_fields:
                plain = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
                found[str(field.validation_alias)] = plain
        return found

    @cached_property
    def user_data(self) -> Path:
        """The folder of everything users made: database, files, vectors."""
        return self.data_dir / "user_data"

    @cached_property
    def files(self) -> Path:
        """Originals, stored under their SHA-256."""
        return self.user_data / "files"

    @cached_property
    def logs(self) -> Path:
        """Log files of the app, the worker and the engine."""
        return self.user_data / "logs"

    @cached_property
    def models(self) -> Path:
        """Weights of built-in models."""
        return self.models_dir or self.data_dir / "models"

    @cached_property
    def local_llm(self) -> Path:
        """Where the local language model's server and those who use it meet."""
        return self.data_dir / "local_llm"

    @cached_property
    def cache(self) -> Path:
        """What may be deleted at any time and comes back by itself."""
        return self.data_dir / "cache"

    @cached_property
    def sql_url(self) -> str:
        """The database's URL for SQLAlchemy."""
        return self.database_url or f"sqlite:///{self.user_data / 'sql.db'}"


def settings_for(data_dir: Path | None) -> Settings:
    """The settings from the environment, with another data folder when one is named."""
    return Settings() if data_dir is None else Settings(KH_APP_DATA_DIR=data_dir)  # type: ignore[call-arg]


def is_loopback(address: str) -> bool:
    """Whether a host name or address means this machine only; an empty one means all interfaces."""
    host = address.strip().strip("[]").lower()
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
