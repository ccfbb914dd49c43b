/** The loaded models as one numbered list of elements, with what is known of each. */

import { int32Of, bytesOf, lazily } from "./columns.ts";
import { joined, type Scene } from "./scene.ts";
import type { AppearanceDoc, Box, Category, Triple } from "./types.ts";

/** One scene's place in the whole. */
export interface Loaded {
  scene: Scene;
  /** Place of its first element among all. */
  base: number;
  /** Where its origin lies relative to the first scene's [m]. */
  offset: Triple;
}

export interface Instants {
  origin: number;
  minutes: Record<string, Int32Array>;
}

export class Federation {
  readonly loaded: Loaded[] = [];
  count = 0;
  origin: Triple = [0, 0, 0];
  private readonly index = lazily(() => this.indexed());

  add(scene: Scene): Loaded {
    if (!this.loaded.length) this.origin = scene.origin;
    const offset = scene.origin.map((value, axis) => value - this.origin[axis]!) as Triple;
    const entry: Loaded = { scene, base: this.count, offset };
    this.loaded.push(entry);
    this.count += scene.count;
    return entry;
  }

  of(place: number): { entry: Loaded; local: number } {
    const entry = this.loaded.find((item) => place < item.base + item.scene.count)!;
    return { entry, local: place - entry.base };
  }

  idOf(place: number): string {
    const { entry, local } = this.of(place);
    return entry.scene.ids()[local]!;
  }

  idsOf(places: Iterable<number>): string[] {
    return [...new Set([...places].map((place) => this.idOf(place)))];
  }

  /** Places of what is drawn for an id: the element itself, else its parts. */
  placesOf(id: string, depth = 0): number[] {
    const { places, parts } = this.index();
    const own = (places.get(id) ?? []).filter((place) => this.isDrawn(place));
    if (own.length || depth > 8) return own;
    return (parts.get(id) ?? []).flatMap((place) =>
      this.isDrawn(place) ? [place] : this.placesOf(this.idOf(place), depth + 1));
  }

  isDrawn(place: number): boolean {
    const { entry, local } = this.of(place);
    return entry.scene.isDrawn(local);
  }

  /** 1 for every element that is drawn. */
  drawnMask(): Uint8Array {
    const mask = new Uint8Array(this.count);
    for (const { scene, base } of this.loaded) mask.set(scene.drawnMask(), base);
    return mask;
  }

  /** Box of an element relative to the first scene's origin. */
  boxOf(place: number): Box | null {
    const { entry, local } = this.of(place);
    const box = entry.scene.boxOf(local);
    return box && shifted(box, entry.offset);
  }

  boxAround(places: Iterable<number>): Box | null {
    let around: Box | null = null;
    for (const place of places) {
      const box = this.boxOf(place);
      if (box) around = around ? joined(around, box) : box;
    }
    return around;
  }

  /** Box around everything that is drawn. */
  extent(): Box | null {
    const boxes = this.loaded.flatMap(({ scene, offset }) => (scene.extent ? [shifted(scene.extent, offset)] : []));
    return boxes.length ? boxes.reduce(joined) : null;
  }

  /** What a first view shows: the frames of all scenes. */
  frame(): Box | null {
    const frames = this.loaded.flatMap(({ scene, offset }) => (scene.frame ? [shifted(scene.frame, offset)] : []));
    return frames.length ? frames.reduce(joined) : null;
  }

  /** Names of the storeys of all scenes. */
  storeys(): string[] {
    return [...new Set(this.loaded.flatMap(({ scene }) => scene.doc.storeys))];
  }

  /** Storey of each element: its place among `storeys` + 1, 0 none. */
  storeyCodes(): Uint8Array {
    const labels = this.storeys();
    const codes = new Uint8Array(this.count);
    for (const { scene, base } of this.loaded) {
      const places = [0, ...scene.doc.storeys.map((name) => Math.min(labels.indexOf(name) + 1, 255))];
      scene.storey().forEach((storey, local) => (codes[base + local] = places[storey]!));
    }
    return codes;
  }

  trades(): Uint8Array {
    const codes = new Uint8Array(this.count);
    for (const { scene, base } of this.loaded) codes.set(scene.trade(), base);
    return codes;
  }

  private indexed(): { places: Map<string, number[]>; parts: Map<string, number[]> } {
    const places = new Map<string, number[]>(), parts = new Map<string, number[]>();
    for (const { scene, base } of this.loaded) {
      const wholes = scene.wholes();
      scene.ids().forEach((id, local) => {
        if (id) push(places, id, base + local);
        if (wholes[local]) push(parts, wholes[local], base + local);
      });
    }
    return { places, parts };
  }
}

/** Appearances of several scenes as one: codes and minutes after a common origin. */
export function mergedCodes(count: number, parts: { base: number; doc: AppearanceDoc }[], name: string): Uint8Array {
  const codes = new Uint8Array(count);
  for (const { base, doc } of parts) if (doc.codes[name]) codes.set(bytesOf(doc.codes[name]), base);
  return codes;
}

export function mergedTimes(count: number, parts: { base: number; doc: AppearanceDoc }[]): Instants {
  const origins = parts.map(({ doc }) => Date.parse(doc.origin));
  const origin = Math.min(...origins, Number.MAX_SAFE_INTEGER);
  const minutes: Record<string, Int32Array> = {};
  parts.forEach(({ base, doc }, part) => {
    const shift = Math.round((origins[part]! - origin) / 60_000);
    for (const [name, column] of Object.entries(doc.times)) {
      const values = int32Of(column);
      const target = (minutes[name] ??= new Int32Array(count).fill(-1));
      for (let local = 0; local < values.length; local++) target[base + local] = values[local]! < 0 ? -1 : values[local]! + shift;
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

const shifted = (box: Box, by: Triple): Box => box.map((value, side) => value + by[side % 3]!) as Box;

function push(map: Map<string, number[]>, key: string, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
