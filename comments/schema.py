"""Every table, imported in one place for Alembic and the tests."""

from comments.events import models as events_models
from comments.identity import models as identity_models
from comments.importers import job_models as import_job_models
from comments.learning import models as learning_models
from comments.moderation import merge_models, run_models, search_models
from comments.moderation import models as moderation_models
from comments.outside import models as outside_models
from comments.policy import models as policy_models
from comments.privacy import models as privacy_models
from comments.sites import models as sites_models
from comments.storage import Base, spell_out
from comments.threads import models as threads_models

__all__ = [
    "events_models",
    "identity_models",
    "import_job_models",
    "learning_models",
    "merge_models",
    "metadata",
    "moderation_models",
    "outside_models",
    "policy_models",
    "privacy_models",
    "run_models",
    "search_models",
    "sites_models",
    "threads_models",
]

metadata = Base.metadata
spell_out(metadata)
