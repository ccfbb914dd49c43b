/** Boxes in place of shapes that no kernel could make, as a chunk like any other. */

import type { ChunkData } from "./decode.ts";
import { FAILED, type Scene } from "./scene.ts";
import type { Chunk, Triple } from "./types.ts";

const FACES = [0, 2, 1, 0, 3, 2, 4, 5, 6, 4, 6, 7, 0, 1, 5, 0, 5, 4, 1, 2, 6, 1, 6, 5, 2, 3, 7, 2, 7, 6, 3, 0, 4, 3, 4, 7];
const EDGES = [0, 1, 1, 2, 2, 3, 3, 0, 4, 5, 5, 6, 6, 7, 7, 4, 0, 4, 1, 5, 2, 6, 3, 7];
const STEPS = 65535;

export function boxChunk(scene: Scene): { chunk: Chunk; data: ChunkData } | null {
  const { boxes } = scene.doc;
  const first = scene.shape.indexOf(FAILED);
  const places = Object.keys(boxes).map(Number).filter((place) => scene.shape[place] === FAILED);
  if (!places.length) return null;
  const low: Triple = [Infinity, Infinity, Infinity];
  const high: Triple = [-Infinity, -Infinity, -Infinity];
  for (const place of places) {
    for (let axis = 0; axis < 3; axis++) {
      low[axis] = Math.min(low[axis]!, boxes[place]![axis]!);
      high[axis] = Math.max(high[axis]!, boxes[place]![axis + 3]!);
    }
  }
  const scale = low.map((value, axis) => Math.max((high[axis]! - value) / STEPS, 1e-9)) as Triple;
  const corners = new Uint16Array(places.length * 32);
  const triangles = new Uint32Array(places.length * FACES.length);
  const edges = new Uint32Array(places.length * EDGES.length);
  places.forEach((place, box) => {
    const sides = boxes[place]!;
    for (let corner = 0; corner < 8; corner++) {
      const at = (box * 8 + corner) * 4;
      const far = [corner % 4 === 1 || corner % 4 === 2, corner % 4 >= 2, corner >= 4];
      for (let axis = 0; axis < 3; axis++) {
        corners[at + axis] = Math.round((sides[axis + (far[axis] ? 3 : 0)]! - low[axis]!) / scale[axis]!);
      }
      corners[at + 3] = place - first;
    }
    FACES.forEach((corner, i) => (triangles[box * FACES.length + i] = box * 8 + corner));
    EDGES.forEach((corner, i) => (edges[box * EDGES.length + i] = box * 8 + corner));
  });
  const chunk: Chunk = {
    file: "", bytes: 0, first, elements: places.length, vertices: places.length * 8,
    triangles: places.length * 12, edges: places.length * 12, low, scale,
  };
  return { chunk, data: { corners, triangles, edges } };
}
