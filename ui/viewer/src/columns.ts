/** Columns of numbers and words as the server sends them. */

export function bytesOf(column: string): Uint8Array<ArrayBuffer> {
  const text = atob(column);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export const wordsOf = (lines: string): string[] => lines.split("\n");

/** Both kinds are little-endian, as is every machine that runs a browser. */
export const int32Of = (column: string): Int32Array => new Int32Array(bytesOf(column).buffer);
export const uint16Of = (column: string): Uint16Array => new Uint16Array(bytesOf(column).buffer);

/** Computes once, when first asked, and forgets what it was computed from. */
export function lazily<T>(make: () => T): () => T {
  let from: (() => T) | null = make;
  let made: T;
  return () => {
    if (from) {
      made = from();
      from = null;
    }
    return made;
  };
}
