"""What a search sees: the templates of people whose entry a second person has reviewed. A
template is made before that, to find the same person twice; nothing searches it yet."""

from django.db import migrations

FORWARD = """
CREATE VIEW recognition_searched_template AS
SELECT template.*
FROM recognition_template AS template
WHERE NOT EXISTS (
    SELECT FROM deployments_watchlistentry AS entry
    WHERE entry.id = template.entry_id AND entry.status <> 'enrolled'
);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0008_camera_states"),
        ("deployments", "0011_watchlist_review"),
    ]
    operations = [migrations.RunSQL(FORWARD, "DROP VIEW recognition_searched_template")]
