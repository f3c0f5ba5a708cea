from collections.abc import Callable
from lfr_site.demo.running import RunningDemo
def check(demo: RunningDemo, *, say: Callable[[str], None]) -> int:
    return 0
