"""Runs pip with the conditions of requirements decided for another Python and platform.

Handed to `python3 -c` with that environment as JSON and pip's arguments. pip chooses wheels for another platform
(`--platform`), but decides conditions such as `python_version >= "3.12"` for the machine that it runs on, and has no
option for that (pypa/pip#11664). So the one function by which it learns of its environment is replaced, which is tried
out first: where it has no effect, pip is not run, and the exit code says so. Python 3.7 and newer.
"""

import json
import runpy
import sys

NO_EFFECT = 97

target = json.loads(sys.argv.pop(1))
try:
    from pip._vendor.packaging import markers

    markers.default_environment = lambda: dict(target, sys_platform="tried-out")
    has_effect = markers.Marker("sys_platform == 'tried-out'").evaluate({"extra": ""})
except Exception:
    has_effect = False
if not has_effect:
    sys.exit(NO_EFFECT)
markers.default_environment = lambda: dict(target)
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
