import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Frames, type Quality } from "../src/frames.ts";

const page = globalThis as unknown as Record<string, unknown>;
let waiting: Map<number, () => void>;

/** The browser draws its next frame. */
function refresh(): void {
  const due = [...waiting.values()];
  waiting.clear();
  due.forEach((act) => act());
}

/** A graphics card that is done with a picture when `card.done` says so. */
function made(): { frames: Frames; drawn: Quality[]; card: { done: boolean; lost: boolean } } {
  const card = { done: false, lost: false };
  const drawn: Quality[] = [];
  const gl = {
    SYNC_GPU_COMMANDS_COMPLETE: 1, SYNC_STATUS: 2, SIGNALED: 3, fenceSync: () => ({}), deleteSync: () => undefined, flush: () => undefined,
    isContextLost: () => card.lost, getSyncParameter: () => (card.done ? 3 : 0),
  };
  return { frames: new Frames(gl as unknown as WebGL2RenderingContext, (quality) => drawn.push(quality)), drawn, card };
}

beforeEach(() => {
  waiting = new Map();
  let last = 0;
  page["requestAnimationFrame"] = (act: () => void) => (waiting.set(++last, act), last);
  page["cancelAnimationFrame"] = (request: number) => waiting.delete(request);
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  let now = 0;
  mock.method(performance, "now", () => now);
  page["pass"] = (time: number) => {
    for (let step = 0; step < time; step++) {
      now++;
      mock.timers.tick(1);
    }
  };
});

const pass = (time: number): void => (page["pass"] as (time: number) => void)(time);

test("the first whole frame is there when the last shape is, and a finer one follows at rest", () => {
  const { frames, drawn, card } = made();
  frames.hold();
  frames.ask();
  refresh();
  assert.deepEqual(drawn, [], "no picture with every chunk");
  frames.release();
  assert.deepEqual(drawn, ["draft"]);
  card.done = true;
  pass(400);
  assert.deepEqual(drawn, ["draft", "fine"]);
});

test("a slow load shows what is there already now and then", () => {
  const { frames, drawn } = made();
  frames.hold();
  pass(2000);
  frames.ask();
  refresh();
  assert.deepEqual(drawn, ["draft"]);
});

test("where frames are slow, movement is drawn as drafts, one at a time", () => {
  const { frames, drawn, card } = made();
  frames.now("fine");
  pass(100);
  card.done = true;
  pass(10);
  assert.ok(frames.isSlow);
  card.done = false;
  frames.ask();
  refresh();
  frames.ask();
  refresh();
  assert.deepEqual(drawn, ["fine", "draft"], "no frame queues behind one that is still drawn");
  card.done = true;
  pass(5);
  refresh();
  assert.deepEqual(drawn, ["fine", "draft", "draft"]);
  pass(400);
  assert.equal(drawn.at(-1), "fine");
});

test("where frames are fast, every frame is fine", () => {
  const { frames, drawn, card } = made();
  card.done = true;
  frames.now("fine");
  frames.ask();
  refresh();
  assert.deepEqual(drawn, ["fine", "fine"]);
  assert.equal(frames.isSlow, false);
});

test("nothing is smoothed where even a draft crawls", () => {
  const { frames, drawn, card } = made();
  frames.release();
  pass(400);
  card.done = true;
  pass(300);
  assert.deepEqual(drawn, ["draft", "lines"]);
});

test("a lost context is neither waited for nor measured, and nothing is drawn after the end", () => {
  const { frames, drawn, card } = made();
  card.lost = true;
  frames.now("fine");
  assert.ok(frames.isSlow, "nothing is known of it yet");
  frames.ask();
  refresh();
  assert.deepEqual(drawn, ["fine", "draft"]);
  frames.dispose();
  pass(1000);
  assert.deepEqual(drawn, ["fine", "draft"]);
});
