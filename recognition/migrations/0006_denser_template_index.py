"""More links and a wider search while the index is built.

Among 100,000 random templates 16 links and a breadth of 128 missed every fourth person on the list;
32 and 200 miss one in eighty (docs/performance.md). It takes more than twice as long to build,
which happens once a list."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("recognition.migrations.0004_template_index")
SPARSE, DENSE = "(m = 16, ef_construction = 128)", "(m = 32, ef_construction = 200)"


def _function(parameters: str) -> str:
    create = BEFORE.FORWARD.split("-- As in 0002", maxsplit=1)[0]
    return create.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(
        SPARSE, parameters
    )


class Migration(migrations.Migration):
    dependencies = [("recognition", "0005_operating_points")]
    operations = [migrations.RunSQL(_function(DENSE), _function(SPARSE))]
