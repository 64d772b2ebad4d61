/* Advection as in hazecast/forecast/kernels/sweeps, written in C the way its author would: the yardstick of what a compiler makes of it.
 *
 * ratio [layer][y][tracer][x], air [layer][y][x], east [layer][y][x + 1], north [layer][y + 1][x]; clean air beyond the edges; tracers by
 * themselves. Built by benchmarks/advection.py with gcc -O3 -march=native -ffast-math -fopenmp. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef float real;
#define HALO 3
#define PLENTY 1e18f /* air beyond the edges; infinity is not to be had with -ffast-math */

static inline real least(real a, real b) { return a < b ? a : b; }
static inline real most(real a, real b) { return a > b ? a : b; }

static inline real half_slope(real before, real here, real after) {
    real down = here - before, up = after - here;
    return least(most(0.25f * (after - before), least(most(down, up), 0.0f)), most(least(down, up), 0.0f));
}

static inline real edge_value(real before, real after, real slope_before, real slope_after) {
    return 0.5f * (before + after) - (1.0f / 3.0f) * (slope_after - slope_before);
}

static inline real between(real value, real end) { return least(most(value, least(end, 0.0f)), most(end, 0.0f)); }

static inline real swept_mean(real donor, real near, real far, real near_weight, real far_weight) {
    near -= donor;
    far -= donor;
    return donor + near_weight * between(near, -2.0f * far) + far_weight * between(far, -2.0f * near);
}

/* Flux, weights of the edges, and the part of the donor's air; beyond the ends is plenty of air. */
static void weigh(int parabolic, long n, const real *restrict before, const real *restrict after, const real *restrict per_second,
                  real seconds, real *restrict flux, real *restrict near, real *restrict far) {
    for (long i = 0; i < n; i++) {
        real f = per_second[i] * seconds, part = fabsf(f) / (f >= 0 ? before[i] : after[i]), kept = 1.0f - part;
        flux[i] = f;
        near[i] = parabolic ? kept * kept : (f >= 0 ? kept : -kept);
        far[i] = -part * kept;
    }
}

static void carry(long n, real *restrict air, const real *restrict in, const real *restrict out, real *restrict entering,
                  real *restrict leaving) {
    for (long i = 0; i < n; i++) {
        real now = air[i] + in[i] - out[i];
        air[i] = now;
        entering[i] = in[i] / now;
        leaving[i] = out[i] / now;
    }
}

static void pass(int parabolic, long n, const real *restrict south, const real *restrict north, const real *restrict far_south,
                 const real *restrict edge, const real *restrict far_north, const real *restrict flux, const real *restrict near,
                 const real *restrict far, real *restrict passed) {
    if (parabolic)
        for (long i = 0; i < n; i++) {
            real a = south[i], b = north[i], c = far_south[i], d = far_north[i];
            passed[i] = swept_mean(flux[i] >= 0 ? a : b, edge[i], flux[i] >= 0 ? c : d, near[i], far[i]);
        }
    else
        for (long i = 0; i < n; i++) {
            real a = south[i], b = north[i], c = far_south[i], d = far_north[i];
            passed[i] = (flux[i] >= 0 ? a : b) + near[i] * (flux[i] >= 0 ? c : d);
        }
}

typedef struct {
    real *air, *flux, *near, *far, *entering, *leaving, *cells, *slope, *edge, *passed;
    real *north_flux[2], *slopes[3], *edges[3], *faces[2], *clean, *infinite;
} Space;

static void along(int parabolic, long tracers, long n, real *restrict ratio, real *restrict air, const real *restrict wind, real seconds,
                  Space *s) {
    s->air[0] = s->air[n + 1] = PLENTY;
    memcpy(s->air + 1, air, n * sizeof(real));
    weigh(parabolic, n + 1, s->air, s->air + 1, wind, seconds, s->flux, s->near, s->far);
    carry(n, air, s->flux, s->flux + 1, s->entering, s->leaving);
    real *restrict q = s->cells, *restrict h = s->slope, *restrict e = s->edge, *restrict p = s->passed;
    for (long t = 0; t < tracers; t++) {
        real *restrict row = ratio + t * n;
        memcpy(q + HALO, row, n * sizeof(real));
        for (long i = 0; i < n + 4; i++) h[i] = half_slope(q[i], q[i + 1], q[i + 2]);
        if (parabolic) {
            for (long i = 0; i < n + 3; i++) e[i] = edge_value(q[i + 1], q[i + 2], h[i], h[i + 1]);
            pass(1, n + 1, q + 2, q + 3, e, e + 1, e + 2, s->flux, s->near, s->far, p);
        } else
            pass(0, n + 1, q + 2, q + 3, h + 1, e, h + 2, s->flux, s->near, s->far, p);
        for (long i = 0; i < n; i++) {
            real r = q[i + HALO];
            row[i] = r + s->entering[i] * (p[i] - r) - s->leaving[i] * (p[i + 1] - r);
        }
    }
}

static void across(int parabolic, long rows, long tracers, long n, long face, real *ratio, real *air, const real *wind, real seconds,
                   Space *s) {
    long size = tracers * n, turn = face + 12;
    real *cells[4];
    for (long r = 0; r < 4; r++) {
        long y = face - 1 + r;
        cells[r] = y < 0 || y >= rows ? s->clean : ratio + y * size;
    }
    if (face >= 0)
        weigh(parabolic, n, face > 0 ? air + (face - 1) * n : s->infinite, face < rows ? air + face * n : s->infinite, wind + face * n,
              seconds, s->north_flux[turn % 2], s->near, s->far);
    real *behind = parabolic ? s->edges[(turn + 2) % 3] : s->slopes[(turn + 2) % 3];
    real *ahead = parabolic ? s->edges[(turn + 1) % 3] : s->slopes[turn % 3];
    for (long t = 0; t < tracers; t++) {
        const real *restrict north = cells[1] + t * n, *restrict beyond = cells[2] + t * n, *restrict farthest = cells[3] + t * n;
        const real *restrict here = s->slopes[turn % 3] + t * n;
        real *restrict slope = s->slopes[(turn + 1) % 3] + t * n, *restrict edge = s->edges[(turn + 1) % 3] + t * n;
        for (long i = 0; i < n; i++) slope[i] = half_slope(north[i], beyond[i], farthest[i]);
        if (parabolic)
            for (long i = 0; i < n; i++) edge[i] = edge_value(north[i], beyond[i], here[i], slope[i]);
        if (face >= 0)
            pass(parabolic, n, cells[0] + t * n, north, behind + t * n, s->edges[turn % 3] + t * n, ahead + t * n, s->north_flux[turn % 2],
                 s->near, s->far, s->faces[turn % 2] + t * n);
    }
    if (face < 1) return;
    carry(n, air + (face - 1) * n, s->north_flux[(turn + 1) % 2], s->north_flux[turn % 2], s->entering, s->leaving);
    for (long t = 0; t < tracers; t++) {
        real *restrict row = cells[0] + t * n;
        const real *restrict in = s->faces[(turn + 1) % 2] + t * n, *restrict out = s->faces[turn % 2] + t * n;
        for (long i = 0; i < n; i++) {
            real r = row[i], moved = r + s->entering[i] * (in[i] - r) - s->leaving[i] * (out[i] - r);
            row[i] = moved < 1e-30f ? 0.0f : moved;
        }
    }
}

static Space new_space(long tracers, long n) {
    long line = n + 2 * HALO, band = tracers * n;
    real *memory = calloc(13 * line + 9 * band, sizeof(real));
    Space s;
    real **lines[] = {&s.air, &s.flux, &s.near, &s.far, &s.entering, &s.leaving, &s.cells, &s.slope, &s.edge, &s.passed,
                      &s.north_flux[0], &s.north_flux[1], &s.infinite};
    real **bands[] = {&s.slopes[0], &s.slopes[1], &s.slopes[2], &s.edges[0], &s.edges[1], &s.edges[2], &s.faces[0], &s.faces[1], &s.clean};
    for (long i = 0; i < 13; i++) *lines[i] = memory + i * line;
    for (long i = 0; i < 9; i++) *bands[i] = memory + 13 * line + i * band;
    for (long i = 0; i < n; i++) s.infinite[i] = PLENTY;
    return s;
}

void advect(int parabolic, long layers, long rows, long tracers, long n, long steps, real *ratio, real *air, const real *east,
            const real *north, real seconds, int threads) {
#pragma omp parallel for schedule(static) num_threads(threads)
    for (long k = 0; k < layers; k++) {
        Space s = new_space(tracers, n);
        real *q = ratio + k * rows * tracers * n, *a = air + k * rows * n;
        const real *e = east + k * rows * (n + 1), *w = north + k * (rows + 1) * n;
        for (long step = 0; step < steps; step++) {
            int along_first = step % 2 == 0;
            for (long i = 0; i < 3; i++) memset(s.slopes[i], 0, tracers * n * sizeof(real));
            for (long face = -2; face <= rows; face++) {
                for (long y = face == -2 ? 0 : face + 2; along_first && y < face + 3 && y < rows; y++)
                    along(parabolic, tracers, n, q + y * tracers * n, a + y * n, e + y * (n + 1), seconds, &s);
                across(parabolic, rows, tracers, n, face, q, a, w, seconds, &s);
                if (!along_first && face >= 1)
                    along(parabolic, tracers, n, q + (face - 1) * tracers * n, a + (face - 1) * n, e + (face - 1) * (n + 1), seconds, &s);
            }
        }
        free(s.air);
    }
}
