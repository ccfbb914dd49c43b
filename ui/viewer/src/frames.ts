/** When a frame is drawn, and how finely: at once roughly where drawing is slow, finely when it comes to rest. */

/** `draft` surfaces alone; `lines` with edges; `fine` with edges and smoothed. */
export type Quality = "draft" | "lines" | "fine";

/** A frame that takes longer [ms] is not drawn while things move. */
const SLOW_MS = 60;
/** Where a draft alone takes longer [ms], nothing is smoothed. */
const CRAWLING_MS = 250;
/** So long [ms] nothing must change before a finer frame is drawn. */
const REST_MS = 220;
/** While shapes arrive, so far apart [ms] are the frames that show what is there already. */
const PARTIAL_MS = 1500;
const POLL_MS = 4;

export class Frames {
  drawn = 0;
  private request = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private poll: ReturnType<typeof setTimeout> | undefined;
  private last = performance.now();
  isHolding = false;
  /** What the last frames cost until the graphics card was done with them [ms]. */
  private readonly cost = { draft: 0, full: Infinity };
  private running: { fence: WebGLSync; began: number; quality: Quality } | null = null;

  private readonly gl: WebGL2RenderingContext;
  private readonly paint: (quality: Quality) => void;

  constructor(gl: WebGL2RenderingContext, paint: (quality: Quality) => void) {
    this.gl = gl;
    this.paint = paint;
  }

  /** While shapes arrive: a partial picture now and then, and no more. */
  hold(): void {
    this.isHolding = true;
    this.last = performance.now();
  }

  /** All shapes are there: the first whole frame is drawn before this returns. */
  release(): void {
    this.isHolding = false;
    this.now("draft");
    this.settle();
  }

  /** Something has changed: draws with the browser's next frame, or when the last one is done. */
  ask(): void {
    if (this.request) return;
    this.request = requestAnimationFrame(() => {
      this.request = 0;
      if (this.isHolding && performance.now() - this.last < PARTIAL_MS) return;
      // Frames that queue up behind a slow one would only be late.
      if (this.running) this.ask();
      else if (this.isSlow || this.isHolding) {
        this.now("draft");
        if (!this.isHolding) this.settle();
      } else {
        this.now("fine");
      }
    });
  }

  /** Draws before it returns. */
  now(quality: Quality = this.best): void {
    cancelAnimationFrame(this.request);
    this.request = 0;
    clearTimeout(this.rest);
    const began = performance.now();
    this.paint(quality);
    this.drawn++;
    this.last = performance.now();
    this.watch(quality, began);
  }

  get isSlow(): boolean {
    return this.cost.full > SLOW_MS;
  }

  dispose(): void {
    cancelAnimationFrame(this.request);
    clearTimeout(this.rest);
    clearTimeout(this.poll);
  }

  private get best(): Quality {
    return this.cost.draft > CRAWLING_MS ? "lines" : "fine";
  }

  private settle(): void {
    clearTimeout(this.rest);
    this.rest = setTimeout(() => (this.running ? this.settle() : this.now()), REST_MS);
  }

  /** Learns when the graphics card is done, without waiting for it. */
  private watch(quality: Quality, began: number): void {
    const { gl } = this;
    if (this.running) gl.deleteSync(this.running.fence);
    clearTimeout(this.poll);
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    this.running = fence && { fence, began, quality };
    gl.flush();
    this.look();
  }

  private look(): void {
    const { gl, running } = this;
    if (!running) return;
    const isLost = gl.isContextLost();
    if (!isLost && gl.getSyncParameter(running.fence, gl.SYNC_STATUS) !== gl.SIGNALED) {
      this.poll = setTimeout(() => this.look(), POLL_MS);
      return;
    }
    if (!isLost) this.cost[running.quality === "draft" ? "draft" : "full"] = performance.now() - running.began;
    gl.deleteSync(running.fence);
    this.running = null;
  }
}
