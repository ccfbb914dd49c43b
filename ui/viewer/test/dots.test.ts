import assert from "node:assert/strict";
import { test } from "node:test";
import { extentsOf } from "../src/decode.ts";
import { split } from "../src/dots.ts";

/** Three elements: one corner stretched to 10, 1 and 20 steps. */
const corners = Uint16Array.of(
  0, 0, 0, 0, 10, 0, 0, 0, 0, 10, 0, 0,
  5, 5, 5, 1, 6, 5, 5, 1, 5, 6, 5, 1,
  1, 1, 1, 2, 21, 1, 1, 2, 1, 1, 21, 2,
);
const data = { corners, triangles: Uint16Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), edges: new Uint16Array(0) };
const extents = extentsOf(corners, 3);

test("extents are the boxes of a chunk's elements", () => {
  assert.deepEqual([...extents.low], [0, 0, 0, 0, 5, 5, 5, 1, 1, 1, 1, 2]);
  assert.deepEqual([...extents.high], [10, 10, 0, 0, 6, 6, 5, 1, 21, 1, 21, 2]);
});

test("what is short is a dot, what is long keeps its triangles, nothing is both or neither", () => {
  const found = split(data, extents, [1, 1, 1], 2)!;
  assert.deepEqual([...found.dots], [1]);
  assert.deepEqual([...found.corners], [...corners.slice(0, 12), ...corners.slice(24)]);
  assert.deepEqual([...found.triangles], [0, 1, 2, 3, 4, 5]);
  const more = split(data, extents, [1, 1, 1], 15)!;
  assert.deepEqual([...more.dots], [0, 1]);
  assert.deepEqual([...more.triangles], [0, 1, 2]);
  assert.deepEqual([...more.corners], [...corners.slice(24)]);
});

test("lengths are metres; where nothing or too little is short, the chunk stays as it is", () => {
  assert.equal(split(data, extents, [1, 1, 1], 1), null);
  assert.equal(split(data, extents, [100, 100, 100], 99), null);
  const all = split(data, extents, [0.01, 0.01, 0.01], 1)!;
  assert.deepEqual([...all.dots], [0, 1, 2]);
  assert.equal(all.triangles.length + all.corners.length, 0);
  const mostly = { ...data, triangles: Uint16Array.from([0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 4, 5]) };
  assert.equal(split(mostly, extentsOf(corners, 3), [1, 1, 1], 2), null);
});
