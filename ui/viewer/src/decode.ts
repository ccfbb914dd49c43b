/** Chunk files: planes of bytes with folded differences; the layout is told in model/geometry_pack.py. */

import type { Chunk } from "./types.ts";

export interface ChunkData {
  /** x, y, z and place in the chunk of each vertex. */
  corners: Uint16Array;
  triangles: Uint16Array | Uint32Array;
  edges: Uint16Array | Uint32Array;
}

const MAGIC = 0x31475342; // "BSG1"
const HEAD = 20;

export function decodeChunk(buffer: ArrayBuffer): ChunkData {
  const head = new DataView(buffer);
  if (buffer.byteLength < HEAD || head.getUint32(0, true) !== MAGIC) throw new Error("not a chunk of shapes");
  const vertices = head.getUint32(4, true);
  const triangles = head.getUint32(8, true);
  const edges = head.getUint32(12, true);
  const width = head.getUint32(16, true);
  const bytes = new Uint8Array(buffer, HEAD);
  const corners = new Uint16Array(vertices * 4);
  let at = 0;
  for (let axis = 0; axis < 4; axis++) {
    unfold16(bytes, at, vertices, corners, axis, 4);
    at += vertices * 2;
  }
  const index = (count: number): Uint16Array | Uint32Array => {
    const start = at;
    at += count * width;
    if (width === 2) {
      const values = new Uint16Array(count);
      unfold16(bytes, start, count, values, 0, 1);
      return values;
    }
    const values = new Uint32Array(count);
    unfold32(bytes, start, values);
    return values;
  };
  return { corners, triangles: index(triangles * 3), edges: index(edges * 2) };
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

/** Boxes of all elements of a chunk, six numbers each [m], relative to the scene's origin. */
export function boxesOf(data: ChunkData, chunk: Chunk): Float64Array {
  const { corners } = data;
  const boxes = new Float64Array(chunk.elements * 6);
  for (let at = 0; at < boxes.length; at++) boxes[at] = at % 6 < 3 ? Infinity : -Infinity;
  for (let vertex = 0; vertex < corners.length; vertex += 4) {
    const box = corners[vertex + 3]! * 6;
    for (let axis = 0; axis < 3; axis++) {
      const value = corners[vertex + axis]!;
      if (value < boxes[box + axis]!) boxes[box + axis] = value;
      if (value > boxes[box + axis + 3]!) boxes[box + axis + 3] = value;
    }
  }
  for (let at = 0; at < boxes.length; at++) boxes[at] = chunk.low[at % 3]! + boxes[at]! * chunk.scale[at % 3]!;
  return boxes;
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
