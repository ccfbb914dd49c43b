import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, int32Of, lazily, uint16Of, wordsOf } from "../src/columns.ts";
import { FAILED, MESH, NONE, Scene } from "../src/scene.ts";

test("columns are little-endian numbers, words have a line each", () => {
  assert.deepEqual([...bytesOf("AQID")], [1, 2, 3]);
  assert.deepEqual([...uint16Of("AQACAA==")], [1, 2]);
  assert.deepEqual([...int32Of("//////8AAAA=")], [-1, 255]);
  assert.deepEqual(wordsOf("a\n\nb"), ["a", "", "b"]);
  let made = 0;
  const once = lazily(() => ++made);
  assert.equal(once() + once(), 2);
});

test("the box of an element is that of its corners once they have arrived", () => {
  const scene = new Scene({
    model: 1, name: "<b>m</b>", origin: [0, 0, 0], frame: null, ids: "a\nb\nc\nd", wholes: "", storeys: [], storey: "AAAAAAAAAAA=",
    trade: "AAAAAA==", shape: Buffer.from([NONE, MESH, MESH, FAILED]).toString("base64"), boxes: { 3: [0, 0, 90, 1, 1, 91] },
    chunks: [{ file: "f", bytes: 1, first: 1, elements: 2, vertices: 4, triangles: 0, edges: 0, low: [10, 0, 0], scale: [0.5, 1, 1] }],
  });
  assert.equal(scene.boxOf(1), null);
  scene.arrived.set(0, {
    corners: Uint16Array.of(0, 1, 2, 0, 4, 5, 6, 0, 9, 9, 9, 1, 8, 8, 8, 1), triangles: new Uint16Array(0), edges: new Uint16Array(0),
  });
  assert.deepEqual(scene.boxOf(1), [10, 1, 2, 12, 5, 6]);
  assert.deepEqual(scene.boxOf(2), [14, 8, 8, 14.5, 9, 9]);
  assert.equal(scene.boxOf(0), null);
  assert.deepEqual([0, 1, 2, 3].map((place) => scene.isDrawn(place)), [false, true, true, true]);
  assert.deepEqual(scene.extent?.slice(0, 3), [0, 0, 0]);
  assert.equal(scene.extent?.[5], 65535);
});
