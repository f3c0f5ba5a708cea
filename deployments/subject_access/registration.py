"""Where requests for access take part in what is done for everything that is kept."""

from deployments import file_places, retention
from deployments.subject_access import retention as own_retention
from deployments.subject_access import store


def register_all() -> None:
    retention.register(
        store.KIND, find=own_retention.find_pictures, erase=own_retention.erase_pictures
    )
    file_places.register(store.PLACE)
    store.register_rotation()
