/** What the colours mean, how many elements have each, and switching them off and on. */

import { make } from "./dom.ts";
import type { Category } from "./types.ts";

export class Legend {
  readonly element = make("ul", { class: "legend" });

  constructor(private readonly toggled: (code: string) => void) {}

  show(categories: readonly Category[], counts: readonly number[], muted: ReadonlySet<string>, locale: string): void {
    const number = new Intl.NumberFormat(locale);
    const focused = (this.element.getRootNode() as ShadowRoot | Document).activeElement?.getAttribute("data-code");
    this.element.replaceChildren(
      ...categories.flatMap((category, place) => {
        if (!counts[place]) return [];
        const swatch = make("i");
        swatch.style.background = category.color;
        return [make("li", {}, make("button", {
          type: "button", "aria-pressed": String(!muted.has(category.code)), "data-code": category.code,
          click: () => this.toggled(category.code),
        }, swatch, make("span", {}, category.label), make("b", {}, number.format(counts[place]!))))];
      }),
    );
    if (focused) this.element.querySelector<HTMLElement>(`[data-code="${CSS.escape(focused)}"]`)?.focus();
  }
}
