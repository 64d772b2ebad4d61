"""What every module keeps to, where ruff, mypy and import-linter have no rule for it."""

import ast
from pathlib import Path

LONGEST_FUNCTION = 50
NETCDF_CALLS = {"open_dataset", "open_mfdataset", "open_dataarray", "load_dataset", "load_dataarray", "to_netcdf"}


def tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), filename=str(module))


def test_only_the_package_itself_is_run(modules: tuple[Path, ...]) -> None:
    with_main_block = [
        module
        for module in modules
        for node in ast.walk(tree(module))
        if isinstance(node, ast.If) and "__name__" in ast.dump(node.test) and "__main__" in ast.dump(node.test)
    ]
    assert with_main_block == []


def test_functions_stay_short(modules: tuple[Path, ...]) -> None:
    lengths = {
        f"{module.stem}.{node.name}": node.end_lineno - node.lineno + 1
        for module in modules
        for node in ast.walk(tree(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    }
    assert lengths
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_gridded_files_are_opened_and_written_under_one_lock(modules: tuple[Path, ...]) -> None:
    callers = {
        module.name
        for module in modules
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Attribute) and node.attr in NETCDF_CALLS
    }
    assert callers == {"netcdf.py"}


def test_nothing_is_unpickled_but_by_processes_that_hear_each_other_alone(modules: tuple[Path, ...]) -> None:
    """No file, and nothing that came from elsewhere: unpickling runs whatever it is given."""
    picklers = {
        f"{module.parent.name}/{module.name}"
        for module in modules
        if _imported(module) & {"cloudpickle", "dill", "joblib", "pickle", "shelve"}
    }
    assert picklers == {"beside/process.py", "beside/worker.py"}


def _imported(module: Path) -> set[str]:
    """The packages that a module imports from, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names
