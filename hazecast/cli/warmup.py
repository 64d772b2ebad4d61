"""`hazecast warmup`."""

import os

from hazecast.cli.app import JsonOption, app
from hazecast.cli.output import print_result
from hazecast.cli.progress import progress_bars


@app.command()
def warmup(as_json: JsonOption = False) -> None:
    """Compile ahead what runs fast because it is compiled, as after an installation; else the first run does so itself."""
    from hazecast.cli.compiling import compile_ahead
    from hazecast.cli.kernel_cache import folder_in_use

    with progress_bars(as_json) as progress:
        compiled = compile_ahead(progress, name_each=True)
    folder = folder_in_use(os.environ)
    where = "nowhere: numba was at work before" if folder is None else f"in {folder}"
    done = "Compiled" if compiled else "Nothing to compile"
    print_result(as_json, {"compiled": compiled, "folder": None if folder is None else str(folder)}, [f"{done}; kept {where}."])
