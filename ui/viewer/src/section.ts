/** Section planes: a box by its six sides, or any planes that a viewpoint brings. */

import type { Box, Triple } from "./types.ts";

/** Points with `n . p + d < 0` are cut away. */
export interface Plane {
  n: Triple;
  d: number;
}

export const NO_CUT: Plane = { n: [0, 0, 0], d: 1 };

export function boxPlanes(box: Box): Plane[] {
  const planes: Plane[] = [];
  for (let axis = 0; axis < 3; axis++) {
    const low: Triple = [0, 0, 0];
    const high: Triple = [0, 0, 0];
    low[axis] = 1;
    high[axis] = -1;
    planes.push({ n: low, d: -box[axis]! }, { n: high, d: box[axis + 3]! });
  }
  return planes;
}

/** The box that planes along the axes leave of a whole; null when one of them is oblique. */
export function boxOfPlanes(planes: readonly Plane[], whole: Box): Box | null {
  const box: Box = [...whole];
  for (const { n, d } of planes) {
    const axis = n.findIndex((value) => Math.abs(Math.abs(value) - 1) < 1e-6);
    if (axis < 0) return null;
    if (n[axis]! > 0) box[axis] = Math.max(box[axis]!, -d);
    else box[axis + 3] = Math.min(box[axis + 3]!, d);
  }
  return box;
}

export function isCut(planes: readonly Plane[], point: Triple): boolean {
  return planes.some(({ n, d }) => n[0] * point[0] + n[1] * point[1] + n[2] * point[2] + d < 0);
}
