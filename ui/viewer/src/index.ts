/** What Streamlit calls: once to mount, and again whenever the data may have changed. */

import { expect } from "./load.ts";
import type { Picked, ViewerData, Viewpoint } from "./types.ts";
import { Viewer } from "./viewer.ts";

interface Component {
  parentElement: (HTMLElement | ShadowRoot) & { host?: Element };
  data: ViewerData;
  setTriggerValue: (name: string, value: unknown) => void;
}

const live = new WeakMap<object, Viewer>();

export default function viewer({ parentElement, data, setTriggerValue }: Component): () => void {
  const api = {
    picked: (picked: Picked) => setTriggerValue("picked", picked),
    marker: (marker: { id: string; kind: string; turn: number }) => setTriggerValue("marker", marker),
    viewpoint: (view: Viewpoint & { turn: number }) => setTriggerValue("viewpoint", view),
  };
  let mounted = live.get(parentElement);
  if (!mounted) {
    expect(data);
    mounted = new Viewer(parentElement, data, api);
    live.set(parentElement, mounted);
  }
  const shown = mounted;
  void shown.update(data, api);
  const host = parentElement.host ?? (parentElement as Element);
  return () => {
    // Streamlit also cleans up after an update that another one has overtaken: only what has left the page goes.
    setTimeout(() => {
      if (!host.isConnected && live.get(parentElement) === shown) {
        live.delete(parentElement);
        shown.dispose();
      }
    }, 0);
  };
}
