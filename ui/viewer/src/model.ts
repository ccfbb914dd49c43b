/** The loaded models as one numbered list of elements, with what is known of each. */

import type { AppearanceDoc, Box, Category, SceneDoc, Triple } from "./types.ts";
import type { ChunkData } from "./decode.ts";

/** One scene's place in the whole. */
export interface Loaded {
  scene: SceneDoc;
  /** Place of its first element among all. */
  base: number;
  /** Where its origin lies relative to the first scene's [m]. */
  offset: Triple;
  chunks: Map<number, ChunkData>;
}

export interface Instants {
  origin: number;
  minutes: Record<string, Int32Array>;
}

export class Federation {
  readonly loaded: Loaded[] = [];
  count = 0;
  origin: Triple = [0, 0, 0];
  readonly ids: string[] = [];
  private readonly places = new Map<string, number[]>();
  private readonly parts = new Map<string, number[]>();

  add(scene: SceneDoc): Loaded {
    if (!this.loaded.length) this.origin = scene.origin;
    const offset = scene.origin.map((value, axis) => value - this.origin[axis]!) as Triple;
    const entry: Loaded = { scene, base: this.count, offset, chunks: new Map() };
    this.loaded.push(entry);
    scene.ids.forEach((id, place) => {
      this.ids.push(id);
      if (id) push(this.places, id, entry.base + place);
      const whole = scene.wholes[place];
      if (whole) push(this.parts, whole, entry.base + place);
    });
    this.count += scene.ids.length;
    return entry;
  }

  of(place: number): { entry: Loaded; local: number } {
    const entry = this.loaded.find((item) => place < item.base + item.scene.ids.length)!;
    return { entry, local: place - entry.base };
  }

  /** Places of what is drawn for an id: the element itself, else its parts. */
  placesOf(id: string, depth = 0): number[] {
    const own = (this.places.get(id) ?? []).filter((place) => this.isDrawn(place));
    if (own.length || depth > 8) return own;
    return (this.parts.get(id) ?? []).flatMap((place) =>
      this.isDrawn(place) ? [place] : this.placesOf(this.ids[place]!, depth + 1));
  }

  isDrawn(place: number): boolean {
    const { entry, local } = this.of(place);
    return entry.scene.shape[local] === "mesh" || (entry.scene.shape[local] === "failed" && !!entry.scene.boxes[local]);
  }

  /** 1 for every element that is drawn. */
  drawnMask(): Uint8Array {
    const mask = new Uint8Array(this.count);
    for (const { scene, base } of this.loaded) {
      scene.shape.forEach((shape, local) => {
        if (shape === "mesh" || (shape === "failed" && scene.boxes[local])) mask[base + local] = 1;
      });
    }
    return mask;
  }

  /** Box of an element relative to the first scene's origin. */
  boxOf(place: number): Box | null {
    const { entry, local } = this.of(place);
    const box = entry.scene.boxes[local];
    return box ? (box.map((value, axis) => value + entry.offset[axis % 3]!) as Box) : null;
  }

  boxAround(places: Iterable<number>): Box | null {
    let around: Box | null = null;
    for (const place of places) {
      const box = this.boxOf(place);
      if (box) around = around ? joined(around, box) : [...box];
    }
    return around;
  }

  /** What a first view shows: the frames of all scenes. */
  frame(): Box | null {
    let frame: Box | null = null;
    for (const { scene, offset } of this.loaded) {
      if (!scene.frame) continue;
      const box = scene.frame.map((value, axis) => value + offset[axis % 3]!) as Box;
      frame = frame ? joined(frame, box) : box;
    }
    return frame;
  }

  /** Codes of one list of the scenes, e.g. their storeys, numbered through all scenes. */
  storeys(): { codes: Uint8Array; labels: string[] } {
    const labels: string[] = [];
    const codes = new Uint8Array(this.count);
    for (const { scene, base } of this.loaded) {
      const places = scene.storeys.map((name) => {
        if (!labels.includes(name)) labels.push(name);
        return Math.min(labels.indexOf(name) + 1, 255);
      });
      scene.storey.forEach((storey, local) => (codes[base + local] = storey < 0 ? 0 : places[storey]!));
    }
    return { codes, labels };
  }

  trades(): Uint8Array {
    const codes = new Uint8Array(this.count);
    for (const { scene, base } of this.loaded) codes.set(scene.trade, base);
    return codes;
  }
}

/** Appearances of several scenes as one: codes and minutes after a common origin. */
export function mergedCodes(count: number, parts: { base: number; doc: AppearanceDoc }[], name: string): Uint8Array {
  const codes = new Uint8Array(count);
  for (const { base, doc } of parts) codes.set(doc.codes[name] ?? [], base);
  return codes;
}

export function mergedTimes(count: number, parts: { base: number; doc: AppearanceDoc }[]): Instants {
  const origins = parts.map(({ doc }) => Date.parse(doc.origin));
  const origin = Math.min(...origins, Number.MAX_SAFE_INTEGER);
  const minutes: Record<string, Int32Array> = {};
  parts.forEach(({ base, doc }, part) => {
    const shift = Math.round((origins[part]! - origin) / 60_000);
    for (const [name, values] of Object.entries(doc.times)) {
      const target = (minutes[name] ??= new Int32Array(count).fill(-1));
      values.forEach((value, local) => (target[base + local] = value < 0 ? -1 : value + shift));
    }
  });
  return { origin, minutes };
}

export function counted(codes: Uint8Array, categories: readonly Category[], drawn: Uint8Array): number[] {
  const counts = new Array<number>(categories.length).fill(0);
  codes.forEach((code, place) => {
    if (code < counts.length && drawn[place]) counts[code]!++;
  });
  return counts;
}

function joined(a: Box, b: Box): Box {
  return [
    Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.min(a[2], b[2]),
    Math.max(a[3], b[3]), Math.max(a[4], b[4]), Math.max(a[5], b[5]),
  ];
}

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
