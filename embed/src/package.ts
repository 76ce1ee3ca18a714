/** The entry of the npm package: what `embed.js` does for a page, for programs that bring the widget along themselves. */

import { define as defineFor, mount as place, type Mounted } from "./element";
import type { Options } from "./options";

export type { Mounted, Options };

/** See types/index.d.ts, which is what other programs are told. */
export function define(host = ""): boolean {
  // A server that renders pages may run this line of theirs too.
  return typeof document !== "undefined" && defineFor(host.replace(/\/+$/, ""));
}

export function mount(into: Element, options: Options): Mounted {
  const able = define();
  const mounted = place(into, options);
  if (!able) mounted.element.append(linkTo(options));
  return mounted;
}

/** What a browser without the element shows: what stands inside it. */
function linkTo({ host = "", site = "", url = location.href }: Options): HTMLElement {
  const link = document.createElement("a");
  link.href = `${host}/d/${encodeURIComponent(site)}?url=${encodeURIComponent(url)}`;
  link.textContent = "Comments";
  return link;
}
