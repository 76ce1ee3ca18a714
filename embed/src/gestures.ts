/** What a press does: one listener for the whole widget, by `data-do`. What is more than reading is fetched first. */

import { type Discussion, linkedComment } from "./discussion";
import { h } from "./dom";
import { isSort } from "./options";
import type { Entry } from "./thread";
import { openReached, toggleClamp } from "./view/clamp";

type Gesture = (d: Discussion, entry: Entry | undefined, pressed: HTMLElement, event: Event) => unknown;

const GESTURES: Record<string, Gesture> = {
  retry: (d) => d.retry(),
  sort: (d, _, { dataset }) => isSort(dataset["sort"]) && d.sortBy(dataset["sort"]),
  more: (d) => d.more("next"),
  previous: (d) => d.more("previous"),
  replies: (d, entry) => entry && d.moreReplies(entry),
  fold: (d, entry) => entry && d.fold(entry),
  unclamp: (d, _, pressed) => toggleClamp(d, pressed),
  to: (d, entry, _, event) => {
    if (!entry?.comment.reply_to) return;
    event.preventDefault();
    return d.goTo(entry.comment.reply_to.id);
  },
};

/** Everything else that is pressed is told to the part for acting, by its name. */
async function act(d: Discussion, entry: Entry | undefined, pressed: HTMLElement): Promise<void> {
  const acting = await d.acting();
  if (entry) acting.act(d, pressed.dataset["do"] ?? "", entry, pressed);
}

export function listen(d: Discussion): void {
  const { box } = d.frame;
  const { signal } = d.ended;
  box.addEventListener("click", (event) => void press(d, event), { signal });
  box.addEventListener("submit", (event) => event.preventDefault(), { signal });
  box.addEventListener("focusin", ({ target }) => {
    openReached(d, target);
    if (target instanceof HTMLElement && target.matches("[data-composer]")) void openComposer(d, target);
  }, { signal });
  // Find-in-page scrolls inside a shortened comment to what it has found.
  box.addEventListener("scroll", ({ target }) => openReached(d, target), { capture: true, signal });
  addEventListener("hashchange", () => {
    const id = linkedComment();
    if (id) void d.goTo(id);
  }, { signal });
}

async function press(d: Discussion, event: Event): Promise<void> {
  const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-do]") : null;
  const does = pressed?.dataset["do"];
  if (!pressed || !does || pressed.ariaDisabled === "true") return;
  const id = pressed.closest<HTMLElement>("[data-id]")?.dataset["id"];
  const entry = id ? d.thread?.entry(id) : undefined;
  pressed.nextElementSibling?.matches(".error-text") && pressed.nextElementSibling.remove();
  const gesture = GESTURES[does];
  // What is fetched is fetched once; but a vote's second press takes back the first, however quick it is.
  if (gesture) pressed.ariaDisabled = "true";
  try {
    await (gesture ?? act)(d, entry, pressed, event);
  } catch {
    sayItFailed(d, pressed);
  } finally {
    pressed.ariaDisabled = null;
  }
}

async function openComposer(d: Discussion, area: HTMLElement): Promise<void> {
  try {
    (await d.acting()).openComposer(d);
  } catch {
    const box = area.closest("form");
    if (box && !box.querySelector(".error-text")) {
      const elsewhere = h("a", { class: "link-button", href: d.elsewhere(true) }, d.words.say("writeElsewhere"));
      box.append(h("p", { class: "error-text", role: "alert" }, `${d.words.say("moreFailed")} `, elsewhere));
    }
  }
}

function sayItFailed(d: Discussion, pressed: HTMLElement): void {
  if (d.ended.signal.aborted) return;
  pressed.after(h("p", { class: "error-text", role: "alert" }, d.words.say("moreFailed")));
}
