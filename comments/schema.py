"""Every table, imported in one place for Alembic and the tests."""

from comments.classifier import models as classifier_models
from comments.identity import models as identity_models
from comments.importers.jobs import models as import_job_models
from comments.moderation import models as moderation_models
from comments.moderation.search import models as search_models
from comments.moderation.sweeps import models as sweeps_models
from comments.moderation.threads import merge_models
from comments.outbox import models as outbox_models
from comments.outside import models as outside_models
from comments.policy import models as policy_models
from comments.privacy import models as privacy_models
from comments.sites import models as sites_models
from comments.storage import Base, spell_out
from comments.threads import models as threads_models

__all__ = [
    "classifier_models",
    "identity_models",
    "import_job_models",
    "merge_models",
    "metadata",
    "moderation_models",
    "outbox_models",
    "outside_models",
    "policy_models",
    "privacy_models",
    "search_models",
    "sites_models",
    "sweeps_models",
    "threads_models",
]

metadata = Base.metadata
spell_out(metadata)
