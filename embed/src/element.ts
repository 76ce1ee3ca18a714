/** The `<comments-thread>` element: starts a discussion when it comes near the view, and again when it is told another. */

import { Discussion, linkedComment } from "./discussion";
import { change, h } from "./dom";
import { ATTRIBUTES, hostOf, NAMES, type Options, optionsOf } from "./options";
import { adopt, canShow } from "./styles";
import css from "./styles/read.css";
import { themeOf, watchTheme } from "./theme";

const TAG = "comments-thread";
/** How far below the view a discussion is fetched. */
const NEAR = "1000px";

/** Where elements without a `host` of their own ask. */
let defaultHost = "";

export class CommentsThread extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;

  private discussion: Discussion | undefined;
  private stopWatching: (() => void) | undefined;
  private restarting = false;
  private connected = false;
  /** What the page held of the discussion is old once it has begun. */
  private fresh = true;
  /** Made by a script rather than being read: nothing in it is still on its way. */
  whole = false;

  connectedCallback(): void {
    // What the service has drawn is in it only when it is read to its end.
    if (document.readyState !== "loading" || this.whole || this.nextSibling) this.begin();
    else document.addEventListener("DOMContentLoaded", () => this.isConnected && !this.connected && this.begin());
  }

  disconnectedCallback(): void {
    this.connected = false;
    this.end();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    // Before it has begun the attributes are read as they come.
    if (before === after || !this.connected) return;
    if (name.endsWith("theme")) this.paint();
    else this.restart();
  }

  /** Several attributes that change together begin one discussion. */
  private restart(): void {
    if (this.restarting) return;
    this.restarting = true;
    queueMicrotask(() => {
      this.restarting = false;
      if (!this.connected) return;
      this.end();
      this.begin();
    });
  }

  private begin(): void {
    const options = optionsOf(this);
    const host = (options.host || defaultHost).replace(/\/+$/, "");
    const given = this.fresh && this.querySelector("[data-page]")?.textContent;
    this.connected = true;
    this.fresh = false;
    if (!options.site || !host) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    if (!root.adoptedStyleSheets.length) adopt(root, css);
    this.discussion = new Discussion(this, root, { ...options, host, site: options.site }, given || "");
    this.paint();
    const unwatchTheme = watchTheme(() => this.paint());
    const unwatchView = this.whenNear(options, () => void this.discussion?.start());
    this.stopWatching = () => {
      unwatchTheme();
      unwatchView();
    };
  }

  private end(): void {
    this.stopWatching?.();
    this.discussion?.stop();
    this.discussion = undefined;
  }

  private paint(): void {
    if (this.discussion) this.discussion.frame.box.dataset["theme"] = themeOf(this, optionsOf(this).theme);
  }

  private whenNear(options: Options, start: () => void): () => void {
    if (options.loading === "eager" || linkedComment()) {
      start();
      return () => undefined;
    }
    const view = new IntersectionObserver(
      (seen) => {
        if (!seen.at(-1)?.isIntersecting) return;
        view.disconnect();
        start();
      },
      { rootMargin: `${NEAR} 0px` },
    );
    view.observe(this);
    return () => view.disconnect();
  }
}

function create(): HTMLElement {
  return Object.assign(document.createElement(TAG), { whole: true });
}

export interface Mounted {
  element: HTMLElement;
  /** Change some options; the discussion begins anew if it has to. `undefined` takes one back. */
  update(options: Options): void;
  /** Remove the discussion from the page, and stop all that it does. */
  destroy(): void;
}

/** Set the options that are named; one that is undefined is taken back. */
function configure(element: HTMLElement, options: Options): void {
  for (const name of NAMES) if (name in options) change(element, { [`data-${name}`]: options[name] });
}

/** Put a discussion at the end of `place`. */
export function mount(place: Element, options: Options): Mounted {
  const element = create();
  const update = (changed: Options): void => configure(element, changed);
  update(options);
  place.append(element);
  return { element, update, destroy: () => element.remove() };
}

/** Define the element, once a page; `host` answers for elements that name none. False where the browser is too old. */
export function define(host: string): boolean {
  defaultHost ||= host;
  const able = canShow();
  if (able && !customElements.get(TAG)) customElements.define(TAG, CommentsThread);
  return able;
}

/** Put a discussion behind `script` if it names a site, or a link to one where the browser is too old. */
export function embed(script: HTMLScriptElement | null): void {
  const host = script?.src ? hostOf(script.src) : "";
  const able = define(host);
  const site = script?.dataset["site"];
  if (!script || !site) return;
  script.after(able ? elementFor(script, host) : h("a", { href: `${host}/d/${encodeURIComponent(site)}?url=${encodeURIComponent(location.href)}` }, "Comments"));
}

function elementFor(script: HTMLScriptElement, host: string): HTMLElement {
  const element = create();
  configure(element, { host, ...script.dataset });
  return element;
}
