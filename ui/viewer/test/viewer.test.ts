import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress, writeAddress } from "../src/address.ts";
import { boxChunk } from "../src/boxes.ts";
import { decodeChunk, trianglesOf } from "../src/decode.ts";
import { AHEAD, BEHIND, codesAt, differenceAt, DONE, GHOST, HIDDEN, Looks, NOT_KNOWN, NOT_YET, NO_DATE, ON_PLAN, packed, paletteOf, RUNNING, SOLID } from "../src/looks.ts";
import { Federation, mergedTimes } from "../src/model.ts";
import { nearestHit } from "../src/ray.ts";
import { FAILED, MESH, NONE, Scene } from "../src/scene.ts";
import { boxOfPlanes, boxPlanes, isCut } from "../src/section.ts";
import type { Box, SceneDoc } from "../src/types.ts";
import { fromViewpoint, toViewpoint } from "../src/viewpoint.ts";

const column = (values: ArrayLike<number> & ArrayBufferView): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");

const scene = (over: Partial<SceneDoc> = {}): Scene => new Scene({
  model: 1, name: "m", origin: [10, 20, 30], frame: null, chunks: [], ids: "a\nb\nc", wholes: "\n\nb",
  storeys: ["L1"], storey: column(Uint16Array.of(1, 0, 1)), trade: column(Uint8Array.of(0, 0, 0)),
  shape: column(Uint8Array.of(MESH, NONE, FAILED)), boxes: { 2: [2, 2, 2, 3, 4, 5] }, ...over,
});

test("what is no chunk is refused", () => {
  assert.throws(() => decodeChunk(new ArrayBuffer(8)));
  assert.throws(() => decodeChunk(new ArrayBuffer(40)));
});

test("a box stands in for a shape that could not be made", () => {
  const made = boxChunk(scene())!;
  assert.equal(made.chunk.first, 2);
  const triangles = trianglesOf(made.data, made.chunk, 0);
  assert.equal(triangles.length, 12 * 9);
  for (let axis = 0; axis < 3; axis++) {
    const values = [...triangles].filter((_, i) => i % 3 === axis);
    assert.ok(Math.abs(Math.min(...values) - [2, 2, 2][axis]!) < 1e-6);
    assert.ok(Math.abs(Math.max(...values) - [3, 4, 5][axis]!) < 1e-3);
  }
  const hit = nearestHit(triangles, [2.5, 3, -10], [0, 0, 1], []);
  assert.ok(hit && Math.abs(hit.distance - 12) < 1e-6);
  const cut = nearestHit(triangles, [2.5, 3, -10], [0, 0, 1], boxPlanes([0, 0, 3, 9, 9, 9]));
  assert.ok(cut && Math.abs(cut.distance - 15) < 1e-3, "what is cut away is not met");
});

test("a look is colour, visibility and choice in one texel", () => {
  const looks = new Looks(3);
  const palette = paletteOf([{ code: "x", label: "", color: "#102030" }, { code: "y", label: "", color: "#ffffff" }], new Set(["y"]), GHOST);
  looks.setVisibility(1, HIDDEN);
  looks.setSelected(0, true);
  assert.equal(looks.paint(Uint8Array.of(0, 0, 1), palette), true);
  assert.deepEqual([...looks.bytes.slice(0, 4)], [0x10, 0x20, 0x30, SOLID | 0x20]);
  assert.equal(looks.bytes[7], 0);
  assert.equal(looks.bytes[11], GHOST);
  assert.equal(looks.paint(Uint8Array.of(0, 0, 0), palette), false);
  assert.equal(packed("#010203", SOLID) >>> 0, 0xc0030201);
});

test("time: unknown is neither done nor not yet", () => {
  const codes = new Uint8Array(4);
  codesAt(Int32Array.of(5, 0, -1, 0), Int32Array.of(9, 4, -1, -1), 4, codes);
  assert.deepEqual([...codes], [NOT_YET, DONE, NOT_KNOWN, RUNNING]);
  differenceAt(Int32Array.of(3, 9, 3, -1), Int32Array.of(2, 4, -1, -1), 4, 10, codes);
  assert.deepEqual([...codes], [ON_PLAN, AHEAD, BEHIND, NO_DATE]);
  differenceAt(Int32Array.of(3), Int32Array.of(-1), 11, 10, codes.subarray(0, 1));
  assert.equal(codes[0], NO_DATE, "nobody knows what has happened after the present");
});

test("a section box goes into planes and back", () => {
  const box: Box = [0, 1, 2, 3, 4, 5];
  const planes = boxPlanes(box);
  assert.deepEqual(boxOfPlanes(planes, [-9, -9, -9, 9, 9, 9]), box);
  assert.equal(isCut(planes, [1, 2, 3]), false);
  assert.equal(isCut(planes, [1, 2, 6]), true);
  assert.equal(boxOfPlanes([{ n: [0.6, 0.8, 0], d: 0 }], box), null);
});

test("a viewpoint comes back as the view it was made from", () => {
  const view = {
    eye: [1, 2, 3], target: [1, 12, 3], up: [0, 0, 1], angle: 42, aspect: 1.5, planes: boxPlanes([0, 0, 0, 2, 2, 2]),
    selected: ["2O2Fr$t4X7Zf8NOew3FLOH~2"], hidden: [], only: ["a"],
  } as const;
  const origin: [number, number, number] = [500000, 4000000, 10];
  const back = fromViewpoint(toViewpoint(structuredClone(view) as never, origin), origin, 10);
  back.target.forEach((value, axis) => assert.ok(Math.abs(value - view.target[axis]!) < 1e-5));
  assert.deepEqual(back.only, ["a"]);
  assert.deepEqual(back.selected, ["2O2Fr$t4X7Zf8NOew3FLOH"], "other tools know the GlobalId alone");
  const box = boxOfPlanes(back.planes, [-9, -9, -9, 9, 9, 9])!;
  box.forEach((value, side) => assert.ok(Math.abs(value - [0, 0, 0, 2, 2, 2][side]!) < 1e-5));
});

test("an address keeps what is not its own and comes back", () => {
  const query = writeAddress("?element=abc&by=gate", { eye: [1.234, 2, 3], target: [0, 0, 0], cut: [0, 1, 2, 3, 4, 5], time: Date.UTC(2026, 2, 1), play: "actual" });
  assert.match(query, /element=abc/);
  assert.doesNotMatch(query, /by=/);
  const back = readAddress(query);
  assert.deepEqual(back.eye, [1.23, 2, 3]);
  assert.equal(back.time, Date.UTC(2026, 2, 1));
  assert.deepEqual(readAddress("?at=1,2,x&by=<b>&cut=1"), {}, "nonsense is left out");
});

test("an element without a shape is its parts; scenes share one frame of reference", () => {
  const all = new Federation();
  all.add(scene());
  all.add(scene({ origin: [11, 20, 30], ids: "d\ne\nf", wholes: "" }));
  assert.deepEqual(all.placesOf("b"), [2]);
  assert.deepEqual(all.boxOf(5), [3, 2, 2, 4, 4, 5]);
  assert.equal(all.boxOf(3), null, "its shape has not arrived");
  assert.deepEqual(all.extent(), [2, 2, 2, 4, 4, 5]);
  assert.deepEqual([...all.drawnMask()], [1, 0, 1, 1, 0, 1]);
  assert.deepEqual([...all.storeyCodes()], [1, 0, 1, 1, 0, 1]);
  assert.deepEqual(all.storeys(), ["L1"]);
  const { origin, minutes } = mergedTimes(6, [
    { base: 0, doc: { origin: "2026-01-01T00:10:00+00:00", codes: {}, times: { proven: column(Int32Array.of(1, -1, 2)) } } },
    { base: 3, doc: { origin: "2026-01-01T00:00:00+00:00", codes: {}, times: { proven: column(Int32Array.of(1, -1, 2)) } } },
  ]);
  assert.equal(origin, Date.UTC(2026, 0, 1));
  assert.deepEqual([...minutes["proven"]!], [11, -1, 12, 1, -1, 2]);
});
