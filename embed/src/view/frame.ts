/** What stands around the comments: heading, sorting, the folded composer, and the states of the whole widget. */

import type { Discussion } from "../discussion";
import { button, type Child, h, icon } from "../dom";
import { Key } from "../i18n/keys";
import * as icons from "../icons";
import type { Sort } from "../types";

const SORTS: [Sort, Key][] = [["best", Key.best], ["newest", Key.newest], ["oldest", Key.oldest]];

/** The parts of the widget that stay while their contents change. */
export interface Frame {
  box: HTMLElement;
  head: HTMLElement;
  notices: HTMLElement;
  composer: HTMLElement;
  list: HTMLElement;
  foot: HTMLElement;
  /** Read out by screen readers; seen by nobody. */
  status: HTMLElement;
}

/** The parts of `box`: what the service has drawn, or a new one. */
export function frame(box: Element = blank()): Frame {
  const [head, composer, notices, list, foot, status] = box.children;
  return { box, head, composer, notices, list, foot, status } as Frame;
}

function blank(): HTMLElement {
  return h(
    "section",
    { class: "comments", "data-room": true },
    h("header", { class: "head", part: "head" }),
    h("div", { class: "composer-place" }),
    h("div", { class: "notices" }),
    h("div", { class: "list" }),
    h("footer", { class: "widget-foot", part: "foot" }),
    h("div", { class: "visually-hidden", role: "status" }),
  );
}

export function drawHead(d: Discussion): void {
  const { words, frame, sort } = d;
  const count = d.thread.info.comment_count;
  const level = `h${d.level}` as "h2";
  const title = h(level, { id: "title", class: "title", part: "title" }, count ? words.say(Key.comments, { n: count }) : words.say(Key.noComments));
  frame.box.setAttribute("aria-labelledby", "title");
  const choices = SORTS.map(([name, key]) =>
    h("button", { type: "button", "data-do": "sort", "data-sort": name, "aria-pressed": `${name === (sort ?? "best")}` }, words.say(key)),
  );
  const group = h("div", { class: "sort", role: "group", "aria-label": words.say(Key.sort) }, ...choices);
  frame.head.replaceChildren(title, ...(count > 1 ? [group] : []));
}

/** The composer as one line; what makes it write comes with the first focus. */
export function drawComposer(d: Discussion): void {
  const { words, frame } = d;
  if (!d.thread.open) {
    frame.composer.replaceChildren(closed(d));
    return;
  }
  if (!d.writable) {
    frame.composer.replaceChildren(h("a", { class: "button load-more", href: d.elsewhere(true), target: d.target }, words.say(Key.writeElsewhere)));
    return;
  }
  const label = words.say(Key.write);
  const area = h("textarea", { class: "area", id: "write", rows: 1, dir: "auto", placeholder: label, "data-composer": true });
  const name = h("label", { class: "visually-hidden", for: "write" }, label);
  frame.composer.replaceChildren(
    h("form", { class: "composer composer--folded", novalidate: true }, h("div", { class: "composer-box" }, name, area)),
  );
}

function closed({ words, thread, now }: Discussion): HTMLElement {
  const at = thread.info.closed_at;
  const text = at ? words.say(Key.closedOn, { date: words.date(new Date(at), now()) }) : words.say(Key.closed);
  return notice("", icons.LOCK, text);
}

/** A box with a drawing and words; `kind` is good, warn, bad or nothing. */
export function notice(kind: string, drawing: string, ...children: Child[]): HTMLElement {
  return h("div", { class: kind ? `notice notice--${kind}` : "notice" }, icon(drawing), h("div", {}, ...children));
}

export function empty({ words }: Discussion): HTMLElement {
  return h(
    "div",
    { class: "empty" },
    icon(icons.PLATFORM, "drawing"),
    h("p", {}, h("b", {}, words.say(Key.empty))),
    h("p", {}, words.say(Key.couldBeFirst)),
  );
}

export function skeleton(label: string): HTMLElement {
  const row = (): HTMLElement => h("div", { class: "comment" }, h("i", { class: "avatar" }), h("i"), h("i"));
  return h("div", { class: "skeleton", role: "progressbar", "aria-label": label }, row(), row(), row());
}

export function failed(d: Discussion): HTMLElement {
  const { words } = d;
  const box = notice(
    "bad",
    icons.ALERT,
    h("p", {}, h("b", {}, words.say(Key.failed)), ` ${words.say(Key.articleFine)}`),
    h(
      "p",
      { class: "row" },
      button("retry", "button", {}, words.say(Key.retry)),
      h("a", { class: "link-button", href: d.elsewhere(), target: d.target }, words.say(Key.readElsewhere)),
    ),
  );
  box.setAttribute("role", "alert");
  return box;
}

export function drawFoot(d: Discussion): void {
  d.frame.foot.replaceChildren(h("a", { href: d.elsewhere(), target: d.target }, d.words.say(Key.ownPage)));
}
