/** How every element looks: one RGBA texel each, rebuilt in one pass over typed arrays. */

import { WIDTH } from "./shaders.ts";
import type { Category } from "./types.ts";

export const SOLID = 0xc0, GHOST = 0x40, HIDDEN = 0x00, SELECTED = 0x20;

/** 4D codes of an element at a moment. */
export const NOT_YET = 0, RUNNING = 1, DONE = 2, NOT_KNOWN = 3;
export const AHEAD = 0, ON_PLAN = 1, BEHIND = 2, LATER = 3, NO_DATE = 4;

export class Looks {
  readonly count: number;
  readonly height: number;
  readonly texels: Uint32Array;
  readonly bytes: Uint8Array;
  /** 0x00ffffff with the visibility as alpha: what survives of a category's colour. */
  private readonly mask: Uint32Array;
  private readonly chosen: Uint32Array;

  constructor(count: number) {
    this.count = count;
    this.height = Math.max(1, Math.ceil(count / WIDTH));
    this.texels = new Uint32Array(WIDTH * this.height);
    this.bytes = new Uint8Array(this.texels.buffer);
    this.mask = new Uint32Array(count).fill(0x00ffffff | (SOLID << 24));
    this.chosen = new Uint32Array(count);
  }

  visibility(place: number): number {
    return this.mask[place]! >>> 24;
  }

  setVisibility(place: number, visibility: number): void {
    this.mask[place] = (0x00ffffff | (visibility << 24)) >>> 0;
  }

  setSelected(place: number, on: boolean): void {
    this.chosen[place] = on ? SELECTED << 24 : 0;
  }

  /** Colours by code; returns whether anything is a ghost. */
  paint(codes: Uint8Array, palette: Uint32Array): boolean {
    const { texels, mask, chosen, count } = this;
    let ghosts = 0;
    for (let i = 0; i < count; i++) {
      const look = palette[codes[i]!]! & mask[i]!;
      texels[i] = look | chosen[i]!;
      ghosts |= (look >>> 30) & 1 & ~(look >>> 31);
    }
    return ghosts !== 0;
  }
}

/** A palette as words of a texture; `muted` categories become ghosts or vanish. */
export function paletteOf(categories: Category[], muted: ReadonlySet<string>, mutedLook: number): Uint32Array {
  const words = new Uint32Array(256).fill(packed("#9aa5ad", SOLID));
  categories.forEach((category, place) => {
    words[place] = packed(category.color, muted.has(category.code) ? mutedLook : SOLID);
  });
  return words;
}

export function packed(color: string, alpha: number): number {
  const value = parseInt(color.slice(1), 16);
  return (((alpha << 24) | ((value & 0xff) << 16) | (value & 0xff00) | (value >>> 16)) >>> 0);
}

/** Where each element stands at a minute, by two lists of minutes (-1 unknown). */
export function codesAt(start: Int32Array, finish: Int32Array, minute: number, codes: Uint8Array): void {
  for (let i = 0; i < codes.length; i++) {
    const from = start[i]!, to = finish[i]!;
    if (from < 0 && to < 0) codes[i] = NOT_KNOWN;
    else if (to >= 0 && minute >= to) codes[i] = DONE;
    else if (from >= 0 && minute >= from) codes[i] = RUNNING;
    else codes[i] = NOT_YET;
  }
}

/** The difference of plan and what happened at a minute. */
export function differenceAt(
  planned: Int32Array, actual: Int32Array, minute: number, known: number, codes: Uint8Array,
): void {
  for (let i = 0; i < codes.length; i++) {
    const plan = planned[i]!, done = actual[i]!;
    const should = plan >= 0 && minute >= plan;
    const is = done >= 0 && minute >= done;
    if (plan < 0 && done < 0) codes[i] = NO_DATE;
    else if (should && is) codes[i] = ON_PLAN;
    else if (is) codes[i] = AHEAD;
    else if (should) codes[i] = minute > known ? NO_DATE : BEHIND;
    else codes[i] = LATER;
  }
}
