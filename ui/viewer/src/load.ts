/** Downloads, each address once per page: addresses name their content, so a kept answer never lies. */

import { decodeChunk, type ChunkData } from "./decode.ts";
import type { AppearanceDoc, SceneDoc, ViewerData } from "./types.ts";

export class LoadFailed extends Error {
  constructor(readonly status: number, address: string) {
    super(`${address}: ${status}`);
  }
}

const kept = new Map<string, Promise<unknown>>();
export const traffic = { requests: 0, bytes: 0 };

async function download(address: string): Promise<Response> {
  traffic.requests++;
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new LoadFailed(answer.status, address);
  return answer;
}

function once<T>(address: string, read: (answer: Response) => Promise<T>): Promise<T> {
  let promise = kept.get(address) as Promise<T> | undefined;
  if (!promise) {
    promise = download(address).then(read);
    kept.set(address, promise);
    // A failure is not kept: the next look tries again.
    promise.catch(() => kept.delete(address));
  }
  return promise;
}

export const loadScene = (address: string): Promise<SceneDoc> => once(address, (answer) => answer.json());

/** What has been asked for before it was needed. */
const early = new Map<string, Promise<unknown>>();

/** Begins what a page will need before anything else is made ready. */
export function expect(data: ViewerData): void {
  for (const model of data.models) {
    loadScene(model.scene).catch(() => undefined);
    begin(model.appearance, appearance);
    for (const name of model.chunks) begin(`${data.geometry}/${name}`, decoded);
  }
}

export const loadAppearance = (address: string): Promise<AppearanceDoc> => begun(address, appearance);

export const loadChunk = (address: string): Promise<ChunkData> => begun(address, decoded);

function begin<T>(address: string, read: (answer: Response) => Promise<T>): void {
  const asked = download(address).then(read);
  asked.catch(() => undefined);
  early.set(address, asked);
}

async function begun<T>(address: string, read: (answer: Response) => Promise<T>): Promise<T> {
  const asked = early.get(address) as Promise<T> | undefined;
  early.delete(address);
  return asked ?? read(await download(address));
}

const appearance = (answer: Response): Promise<AppearanceDoc> => answer.json();

async function decoded(answer: Response): Promise<ChunkData> {
  const buffer = await answer.arrayBuffer();
  traffic.bytes += buffer.byteLength;
  return decodeChunk(buffer);
}
