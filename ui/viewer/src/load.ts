/** Downloads, each address once per page: addresses name their content, so a kept answer never lies. */

import { decodeChunk, type ChunkData } from "./decode.ts";
import type { AppearanceDoc, SceneDoc } from "./types.ts";

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

export async function loadAppearance(address: string): Promise<AppearanceDoc> {
  const answer = await download(address);
  return answer.json();
}

export async function loadChunk(address: string): Promise<ChunkData> {
  const answer = await download(address);
  const buffer = await answer.arrayBuffer();
  traffic.bytes += buffer.byteLength;
  return decodeChunk(buffer);
}
