/** Chunk files: planes of bytes with folded differences; the layout is told in model/geometry_pack.py. */

import { lazily } from "./columns.ts";
import type { Chunk } from "./types.ts";

export type Index = Uint16Array | Uint32Array;

/** A chunk's elements follow one another in its corners, its triangles and its edges. */
export interface ChunkData {
  /** x, y, z and place in the chunk of each vertex. */
  readonly corners: Uint16Array;
  /** Unfolded when first asked for, as are the edges. */
  readonly triangles: Index;
  readonly edges: Index;
}

const MAGIC = 0x31475342; // "BSG1"
const HEAD = 20;

export function decodeChunk(buffer: ArrayBuffer): ChunkData {
  const head = new DataView(buffer);
  if (buffer.byteLength < HEAD || head.getUint32(0, true) !== MAGIC) throw new Error("not a chunk of shapes");
  const vertices = head.getUint32(4, true);
  const width = head.getUint32(16, true);
  const bytes = new Uint8Array(buffer, HEAD);
  const corners = new Uint16Array(vertices * 4);
  let at = 0;
  for (let axis = 0; axis < 4; axis++) {
    unfold16(bytes, at, vertices, corners, axis, 4);
    at += vertices * 2;
  }
  const triangles = index(bytes, at, head.getUint32(8, true) * 3, width);
  const edges = index(bytes, at + head.getUint32(8, true) * 3 * width, head.getUint32(12, true) * 2, width);
  return {
    corners,
    get triangles() {
      return triangles();
    },
    get edges() {
      return edges();
    },
  };
}

function index(bytes: Uint8Array, start: number, count: number, width: number): () => Index {
  return lazily(() => {
    if (width === 2) {
      const values = new Uint16Array(count);
      unfold16(bytes, start, count, values, 0, 1);
      return values;
    }
    const values = new Uint32Array(count);
    unfold32(bytes, start, values);
    return values;
  });
}

function unfold16(
  bytes: Uint8Array, start: number, count: number, target: Uint16Array, offset: number, stride: number,
): void {
  const high = start + count;
  let value = 0;
  for (let i = 0, to = offset; i < count; i++, to += stride) {
    const folded = bytes[start + i]! | (bytes[high + i]! << 8);
    value = (value + ((folded >>> 1) ^ -(folded & 1))) & 0xffff;
    target[to] = value;
  }
}

function unfold32(bytes: Uint8Array, start: number, target: Uint32Array): void {
  const count = target.length;
  let value = 0;
  for (let i = 0, from = start; i < count; i++, from++) {
    const folded =
      (bytes[from]! | (bytes[from + count]! << 8) | (bytes[from + 2 * count]! << 16) |
        (bytes[from + 3 * count]! << 24)) >>> 0;
    value = (value + ((folded >>> 1) ^ -(folded & 1))) | 0;
    target[i] = value;
  }
}

/** Lower and upper corners of the boxes of a chunk's elements, in its steps; fourth the element's place. */
export interface Extents {
  low: Uint16Array;
  high: Uint16Array;
}

export function extentsOf(corners: Uint16Array, elements: number): Extents {
  const low = new Uint16Array(elements * 4).fill(0xffff), high = new Uint16Array(elements * 4);
  for (let vertex = 0; vertex < corners.length; vertex += 4) {
    const place = corners[vertex + 3]!, box = place * 4;
    for (let axis = 0; axis < 3; axis++) {
      const value = corners[vertex + axis]!;
      if (value < low[box + axis]!) low[box + axis] = value;
      if (value > high[box + axis]!) high[box + axis] = value;
    }
    low[box + 3] = high[box + 3] = place;
  }
  return { low, high };
}

/** Corners of the triangles of one element of a chunk, in metres relative to the scene's origin. */
export function trianglesOf(data: ChunkData, chunk: Chunk, place: number): Float64Array {
  const { corners, triangles } = data;
  const found: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    if (corners[triangles[t]! * 4 + 3] !== place) continue;
    for (let k = 0; k < 3; k++) {
      const vertex = triangles[t + k]! * 4;
      for (let axis = 0; axis < 3; axis++) {
        found.push(chunk.low[axis]! + corners[vertex + axis]! * chunk.scale[axis]!);
      }
    }
  }
  return Float64Array.from(found);
}
