/** What of a view stands in the page's address, so that a view is a link. */

import type { Box, Triple } from "./types.ts";

export interface Address {
  eye?: Triple;
  target?: Triple;
  by?: string;
  cut?: Box;
  /** Moment of the 4D slider [ms since 1970]. */
  time?: number;
  play?: string;
}

const NAMES = { camera: "at", by: "by", cut: "cut", time: "time", play: "play" } as const;

export function readAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const found: Address = {};
  const camera = numbers(query.get(NAMES.camera), 6);
  if (camera) {
    found.eye = camera.slice(0, 3) as Triple;
    found.target = camera.slice(3) as Triple;
  }
  const cut = numbers(query.get(NAMES.cut), 6);
  if (cut) found.cut = cut as Box;
  const by = query.get(NAMES.by);
  if (by && /^[a-z_]+$/.test(by)) found.by = by;
  const time = Date.parse(query.get(NAMES.time) ?? "");
  if (Number.isFinite(time)) found.time = time;
  const play = query.get(NAMES.play);
  if (play && /^[a-z_]+$/.test(play)) found.play = play;
  return found;
}

/** The query with the view in it; what does not belong to the view stays as it is. */
export function writeAddress(search: string, view: Address): string {
  const query = new URLSearchParams(search);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) query.delete(name);
    else query.set(name, value);
  };
  set(NAMES.camera, view.eye && view.target ? short([...view.eye, ...view.target]) : undefined);
  set(NAMES.by, view.by);
  set(NAMES.cut, view.cut ? short(view.cut) : undefined);
  set(NAMES.time, view.time === undefined ? undefined : new Date(view.time).toISOString().slice(0, 16) + "Z");
  set(NAMES.play, view.play);
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return text ? `?${text}` : "";
}

const short = (values: number[]): string => values.map((value) => String(Math.round(value * 100) / 100)).join(",");

function numbers(text: string | null, count: number): number[] | null {
  const values = (text ?? "").split(",").map(Number);
  return text && values.length === count && values.every(Number.isFinite) ? values : null;
}
