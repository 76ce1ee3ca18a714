/** Hears what is pressed and where the focus goes. What that does is the part for acting's, fetched on first use. */

import { type Discussion, linkedComment } from "./discussion";
import { h } from "./dom";
import { Key } from "./i18n/keys";

export function listen(d: Discussion): void {
  const { box } = d.frame;
  const { signal } = d.ended;
  box.addEventListener("click", (event) => void press(d, event));
  box.addEventListener("submit", (event) => event.preventDefault());
  box.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLElement && target.matches("[data-composer]")) void openComposer(d, target);
  });
  addEventListener(
    "hashchange",
    () => {
      const id = linkedComment();
      if (id && d.thread) void d.acting().then((acting) => acting.goTo(d, id)).catch(() => undefined);
    },
    { signal },
  );
}

async function press(d: Discussion, event: Event): Promise<void> {
  const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-do]") : null;
  if (!pressed || pressed.ariaDisabled === "true") return;
  // A link that we follow ourselves.
  if (pressed.matches("a")) event.preventDefault();
  if (pressed.dataset["do"] === "retry") {
    await d.retry();
    return;
  }
  // Who reads on may answer, and its styles take the longer to come in the more comments there are.
  if (pressed.dataset["do"] === "more" && d.writable) d.chunk("writing").catch(() => undefined);
  if (pressed.nextElementSibling?.matches(".error-text")) pressed.nextElementSibling.remove();
  try {
    await (await d.acting()).act(d, pressed);
  } catch {
    if (!d.ended.signal.aborted) complain(d, pressed, "after");
  }
}

async function openComposer(d: Discussion, area: HTMLElement): Promise<void> {
  const form = area.closest("form");
  // Not what is said about a text: that has an id.
  form?.querySelector(".error-text:not([id])")?.remove();
  try {
    await (await d.acting()).openComposer(d);
  } catch {
    const again = h("button", { type: "button", class: "link-button" }, d.words.say(Key.retry));
    again.onclick = () => area.focus();
    const elsewhere = h("a", { class: "link-button", href: d.elsewhere(true), target: d.target }, d.words.say(Key.writeElsewhere));
    if (form && !d.ended.signal.aborted) complain(d, form, "append", again, elsewhere);
  }
}

function complain({ words }: Discussion, place: HTMLElement, where: "after" | "append", ...ways: Node[]): void {
  place[where](h("p", { class: "error-text", role: "alert" }, words.say(Key.moreFailed), ...ways));
}
