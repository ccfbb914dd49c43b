/** Where a ray meets the triangles of an element: for measuring, exact where the pick buffer has pixels. */

import { isCut, type Plane } from "./section.ts";
import type { Triple } from "./types.ts";

export interface Hit {
  distance: number;
  point: Triple;
  /** The three corners of the triangle that was met. */
  corners: [Triple, Triple, Triple];
}

export function nearestHit(
  triangles: Float64Array, from: Triple, along: Triple, planes: readonly Plane[],
): Hit | null {
  let best: Hit | null = null;
  for (let t = 0; t < triangles.length; t += 9) {
    const a: Triple = [triangles[t]!, triangles[t + 1]!, triangles[t + 2]!];
    const b: Triple = [triangles[t + 3]!, triangles[t + 4]!, triangles[t + 5]!];
    const c: Triple = [triangles[t + 6]!, triangles[t + 7]!, triangles[t + 8]!];
    const distance = intersect(a, b, c, from, along);
    if (distance === null || (best && distance >= best.distance)) continue;
    const point: Triple = [
      from[0] + along[0] * distance, from[1] + along[1] * distance, from[2] + along[2] * distance,
    ];
    if (!isCut(planes, point)) best = { distance, point, corners: [a, b, c] };
  }
  return best;
}

function intersect(a: Triple, b: Triple, c: Triple, from: Triple, along: Triple): number | null {
  const ab = minus(b, a), ac = minus(c, a);
  const p = cross(along, ac);
  const det = dot(ab, p);
  if (Math.abs(det) < 1e-14) return null;
  const s = minus(from, a);
  const u = dot(s, p) / det;
  if (u < -1e-9 || u > 1 + 1e-9) return null;
  const q = cross(s, ab);
  const v = dot(along, q) / det;
  if (v < -1e-9 || u + v > 1 + 1e-9) return null;
  const distance = dot(ac, q) / det;
  return distance > 1e-6 ? distance : null;
}

const minus = (a: Triple, b: Triple): Triple => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Triple, b: Triple): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const cross = (a: Triple, b: Triple): Triple => [
  a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0],
];
