/** What a quick picture shows of a chunk: dots for elements that are small on the screen, the triangles of the others. */

import type { ChunkData, Extents, Index } from "./decode.ts";
import type { Triple } from "./types.ts";

/** Elements that are at most so long on the screen [device px] are dots. */
export const DOT_PX = 8;
/** Where more of the triangles stay, dots would save nothing. */
const MOST = 0.7;

export interface Split {
  /** Places of the elements that are dots. */
  dots: Uint16Array;
  /** Corners and triangles of the others. */
  corners: Uint16Array;
  triangles: Index;
}

/** Splits a chunk by the length of its elements' boxes [m]; null where too few are short. */
export function split(data: ChunkData, { low, high }: Extents, scale: Triple, length: number): Split | null {
  const elements = low.length / 4;
  const long = new Uint8Array(elements), dots = new Uint16Array(elements);
  let short = 0;
  for (let place = 0, at = 0; place < elements; place++, at += 4) {
    const x = (high[at]! - low[at]!) * scale[0], y = (high[at + 1]! - low[at + 1]!) * scale[1], z = (high[at + 2]! - low[at + 2]!) * scale[2];
    if (x * x + y * y + z * z > length * length) long[place] = 1;
    else dots[short++] = place;
  }
  if (!short) return null;
  const rest = short < elements ? ofElements(data, long) : { corners: new Uint16Array(0), triangles: new Uint16Array(0) };
  if (short < elements && rest.triangles.length > data.triangles.length * MOST) return null;
  return { dots: dots.slice(0, short), ...rest };
}

/** Corners and triangles of chosen elements alone. */
function ofElements({ corners, triangles }: ChunkData, chosen: Uint8Array): { corners: Uint16Array; triangles: Index } {
  const kept = corners.slice(), moved = new Uint32Array(corners.length / 4);
  let vertices = 0;
  for (let vertex = 0; vertex < moved.length; vertex++) {
    if (!chosen[corners[vertex * 4 + 3]!]) continue;
    for (let k = 0; k < 4; k++) kept[vertices * 4 + k] = corners[vertex * 4 + k]!;
    moved[vertex] = vertices++;
  }
  const index = triangles.slice();
  let count = 0;
  for (let t = 0; t < triangles.length; t += 3) {
    const a = triangles[t]!;
    if (!chosen[corners[a * 4 + 3]!]) continue;
    index[count] = moved[a]!;
    index[count + 1] = moved[triangles[t + 1]!]!;
    index[count + 2] = moved[triangles[t + 2]!]!;
    count += 3;
  }
  return { corners: kept.slice(0, vertices * 4), triangles: index.slice(0, count) };
}
