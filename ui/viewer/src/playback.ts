/** 4D: a slider over the project's time, playback, and which history is shown. */

import { lazily } from "./columns.ts";
import { button, choice, make, sign } from "./dom.ts";

export const PLAYS = ["planned", "actual", "proven", "difference", "side_by_side"] as const;
export type Play = (typeof PLAYS)[number];

const MINUTE = 60_000;
const WHOLE_MS = 20_000; // playback of the whole project at the usual speed

export interface PlaybackActions {
  moved: (minute: number) => void;
  changed: (play: Play) => void;
  closed: () => void;
}

export class Playback {
  readonly element = make("section", { class: "panel playback", hidden: true });
  minute = 0;
  play: Play = "planned";
  private last = 1;
  private origin = 0;
  private speed = 1;
  private running = 0;
  private readonly slider: HTMLInputElement;
  private readonly date = make("output", { class: "date" });
  private readonly button: HTMLButtonElement;
  private readonly choice: HTMLSelectElement;
  private readonly format: () => Intl.DateTimeFormat;

  constructor(
    private readonly words: Record<string, string>, locale: string, zone: string,
    private readonly actions: PlaybackActions,
  ) {
    this.format = lazily(() => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: zone }));
    this.element.setAttribute("aria-label", words["time"]!);
    this.slider = make("input", { type: "range", min: 0, max: 1, step: 1, "aria-label": words["time_slider"]! });
    this.slider.addEventListener("input", () => {
      this.pause();
      this.set(Number(this.slider.value));
    });
    this.button = button("play", words["play"]!, () => (this.running ? this.pause() : this.start()));
    this.choice = choice(words["time_shows"]!, PLAYS.map((play) => [play, words[`play_${play}`]!]), (play) => this.choose(play as Play));
    const speed = choice(words["speed"]!, [["0.5", "½×"], ["1", "1×"], ["2", "2×"], ["5", "5×"]], (value) => (this.speed = Number(value)));
    speed.value = "1";
    speed.classList.add("speed");
    this.element.append(this.button, this.slider, this.date, this.choice, speed,
      button("close", words["close"]!, () => actions.closed()));
  }

  /** Sets the span that can be played [minutes after origin, ms since 1970]. */
  span(last: number, origin: number): void {
    this.last = Math.max(last, 1);
    this.origin = origin;
    this.slider.max = String(this.last);
  }

  set(minute: number): void {
    this.minute = Math.min(Math.max(minute, 0), this.last);
    this.slider.value = String(Math.round(this.minute));
    const words = this.format().format(this.instant);
    this.date.textContent = words;
    this.slider.setAttribute("aria-valuetext", words);
    this.actions.moved(this.minute);
  }

  get instant(): number {
    return this.origin + this.minute * MINUTE;
  }

  setInstant(instant: number): void {
    this.set((instant - this.origin) / MINUTE);
  }

  choose(play: Play): void {
    this.play = play;
    this.choice.value = play;
    this.actions.changed(play);
  }

  get isRunning(): boolean {
    return this.running !== 0;
  }

  start(): void {
    if (this.minute >= this.last) this.set(0);
    this.sign("pause");
    let before = performance.now();
    const step = (now: number): void => {
      this.set(this.minute + ((now - before) / WHOLE_MS) * this.last * this.speed);
      before = now;
      if (this.minute >= this.last) this.pause();
      else this.running = requestAnimationFrame(step);
    };
    this.running = requestAnimationFrame(step);
  }

  pause(): void {
    cancelAnimationFrame(this.running);
    this.running = 0;
    this.sign("play");
  }

  private sign(name: "play" | "pause"): void {
    this.button.replaceChildren(sign(name));
    this.button.title = this.words[name]!;
    this.button.setAttribute("aria-label", this.words[name]!);
  }
}
