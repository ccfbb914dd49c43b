/** One model's scene: what its elements are, read from columns when first asked for. */

import { bytesOf, lazily, uint16Of, wordsOf } from "./columns.ts";
import { extentsOf, type ChunkData, type Extents } from "./decode.ts";
import type { Box, Chunk, SceneDoc, Triple } from "./types.ts";

export const NONE = 0, MESH = 1, FAILED = 2;

export class Scene {
  readonly doc: SceneDoc;
  readonly count: number;
  readonly origin: Triple;
  readonly frame: Box | null;
  readonly chunks: readonly Chunk[];
  readonly shape: Uint8Array;
  /** Shapes that have arrived, by the chunk's place. */
  readonly arrived = new Map<number, ChunkData>();
  readonly ids: () => string[];
  readonly wholes: () => string[];
  readonly storey: () => Uint16Array;
  readonly trade: () => Uint8Array;
  private readonly extents = new Map<number, Extents>();

  constructor(doc: SceneDoc) {
    this.doc = doc;
    this.origin = doc.origin;
    this.frame = doc.frame;
    this.chunks = doc.chunks;
    this.shape = bytesOf(doc.shape);
    this.count = this.shape.length;
    this.ids = lazily(() => wordsOf(doc.ids));
    this.wholes = lazily(() => (doc.wholes ? wordsOf(doc.wholes) : []));
    this.storey = lazily(() => uint16Of(doc.storey));
    this.trade = lazily(() => bytesOf(doc.trade));
  }

  /** Whether there is anything of an element to draw: its mesh, or a box in its stead. */
  isDrawn(place: number): boolean {
    return this.shape[place] === MESH || (this.shape[place] === FAILED && !!this.doc.boxes[place]);
  }

  /** 1 for every element that is drawn. */
  drawnMask(): Uint8Array {
    const mask = this.shape.map((shape) => (shape === MESH ? 1 : 0));
    for (const place of Object.keys(this.doc.boxes).map(Number)) mask[place] = this.isDrawn(place) ? 1 : 0;
    return mask;
  }

  chunkOf(place: number): number {
    return this.chunks.findIndex(({ first, elements }) => place >= first && place < first + elements);
  }

  /** Box of an element [m], relative to the origin; null where nothing is known of it yet. */
  boxOf(place: number): Box | null {
    if (this.shape[place] !== MESH) return this.doc.boxes[place] ?? null;
    const found = this.chunkOf(place);
    const chunk = this.chunks[found], data = this.arrived.get(found);
    if (!chunk || !data) return null;
    const { low, high } = this.extentsOf(found, data);
    const at = (place - chunk.first) * 4;
    const metres = (steps: Uint16Array, axis: number): number => chunk.low[axis]! + steps[at + axis]! * chunk.scale[axis]!;
    return [metres(low, 0), metres(low, 1), metres(low, 2), metres(high, 0), metres(high, 1), metres(high, 2)];
  }

  private extentsOf(found: number, data: ChunkData): Extents {
    let extents = this.extents.get(found);
    if (!extents) this.extents.set(found, (extents = extentsOf(data.corners, this.chunks[found]!.elements)));
    return extents;
  }

  /** Box around everything that is drawn; known before any shape has arrived. */
  get extent(): Box | null {
    const boxes = this.chunks.map(({ low, scale }) =>
      [...low, ...low.map((value, axis) => value + scale[axis]! * 65535)] as Box);
    for (const [place, box] of Object.entries(this.doc.boxes)) if (this.shape[Number(place)] === FAILED) boxes.push(box);
    return boxes.length ? boxes.reduce(joined) : null;
  }
}

export function joined(a: Box, b: Box): Box {
  return [
    Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.min(a[2], b[2]),
    Math.max(a[3], b[3]), Math.max(a[4], b[4]), Math.max(a[5], b[5]),
  ];
}
