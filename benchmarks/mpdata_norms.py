"""What PyMPDATA makes of the rotating shapes of tests/analytic, for comparison: `python -m benchmarks.mpdata_norms`."""

import numpy as np
from PyMPDATA import Options, ScalarField, Solver, Stepper, VectorField
from PyMPDATA.boundary_conditions import Constant

from tests.analytic.advection_cases import Norms, Run, Shape, cell_means, corners, cosine_hill, fluxes, slotted_cylinder, steps, turning


def norms(stepper: Stepper, shape: Shape, n: int) -> Norms:
    """Of one turn in the winds and steps that the tests of our own schemes have."""
    air, stream = np.full((n, n), 1.0 / n**2), turning(*corners(n), 0.0)
    times = steps(stream, air, 1.0, 0.5)
    east, north = (flux[0] * (times[1] * n**2) for flux in fluxes(stream, np.float64))
    before, edges, halo = cell_means(shape, n), (Constant(0.0), Constant(0.0)), stepper.options.n_halo
    solver = Solver(stepper, ScalarField(before, halo, edges), VectorField((north, east), halo, edges))
    solver.advance(times.size - 1)
    return Run(before, solver.advectee.get().copy(), air).norms


def main() -> None:
    """Print l1 and l2."""
    stepper = Stepper(options=Options(n_iters=2, nonoscillatory=True), n_dims=2, n_threads=1)
    for shape in (slotted_cylinder, cosine_hill):
        for n in (100, 200):
            found = norms(stepper, shape, n)
            print(f"{shape.__name__}, {n} × {n}: {found.l1:.3f} / {found.l2:.3f}")


if __name__ == "__main__":
    main()
