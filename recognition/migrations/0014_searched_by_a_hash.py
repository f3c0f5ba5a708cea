from django.db import migrations

# As a subquery of its own it is hashed once. As a join the planner, which has no statistics of
# templates and none of a list that was just filled, looked each template's entry up by reading all
# of them: a second for a list of 20,000.
FORWARD = """
CREATE OR REPLACE VIEW recognition_searched_template AS
SELECT template.*
FROM recognition_template AS template
WHERE template.entry_id NOT IN (
    SELECT entry.id FROM deployments_watchlistentry AS entry WHERE entry.status <> 'enrolled'
);
"""
BACKWARD = """
CREATE OR REPLACE VIEW recognition_searched_template AS
SELECT template.*
FROM recognition_template AS template
WHERE NOT EXISTS (
    SELECT FROM deployments_watchlistentry AS entry
    WHERE entry.id = template.entry_id AND entry.status <> 'enrolled'
);
"""


class Migration(migrations.Migration):
    dependencies = [("recognition", "0013_templates_without_statistics")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
