/** The part of the widget that does more than reading. Fetched when idle, or when something is first done. */

import type { Discussion } from "../discussion";
import { acting } from "../i18n/en";
import { adopt } from "../styles";
import type { Entry } from "../thread";
import css from "./acting.css";
import { countDown } from "./changing";
import { Composer } from "./composer";
import { Draft } from "./draft";
import { aboutMe as askAboutMe } from "./me";
import { openMenu } from "./menu";
import { post } from "./posting";
import { remove, restore } from "./removing";
import { edit, reply } from "./replying";
import { vote } from "./voting";

type Act = (d: Discussion, entry: Entry, pressed: HTMLElement) => unknown;

const ACTS: Record<string, Act> = {
  reply,
  edit,
  up: (d, entry) => vote(d, entry, 1),
  down: (d, entry) => vote(d, entry, -1),
  delete: remove,
  undo: restore,
  menu: openMenu,
};

const COUNT_DOWN_MS = 20_000;

const ready = new WeakSet<Discussion>();
/** One composer at the top of each discussion. */
const tops = new WeakMap<Discussion, Composer>();

/** Do what the button `pressed` is for, by its `data-do`. Failures are told where they belong. */
export function act(d: Discussion, does: string, entry: Entry, pressed: HTMLElement): void {
  prepare(d);
  ACTS[does]?.(d, entry, pressed);
}

export async function aboutMe(d: Discussion, entries: Entry[]): Promise<void> {
  prepare(d);
  await askAboutMe(d, entries);
}

/** Unfold the composer at the top. */
export function openComposer(d: Discussion): void {
  prepare(d);
  tops.get(d)?.form.classList.remove("composer--folded");
}

/** Words, styles, and the top composer with its kept draft, still folded: nothing moves under a reader's eyes. */
export function prepare(d: Discussion): void {
  if (ready.has(d)) return;
  ready.add(d);
  d.words.add(acting);
  adopt(d.root, css);
  const ticking = setInterval(() => countDown(d), COUNT_DOWN_MS);
  d.ended.signal.addEventListener("abort", () => clearInterval(ticking));
  const area = d.root.querySelector<HTMLTextAreaElement>("[data-composer]");
  const form = area?.closest("form");
  if (area && form) tops.set(d, topComposer(d, form, area));
}

function topComposer(d: Discussion, form: HTMLFormElement, area: HTMLTextAreaElement): Composer {
  const draft = new Draft(d, "");
  const composer: Composer = new Composer(d, form, area, {
    suffix: "top",
    submit: d.words.say("post"),
    draft,
    signed: true,
    send: async (text, person) => {
      const entry = await post(d, { text, person, draft });
      composer.reset();
      form.classList.add("composer--folded");
      d.focusOn(entry);
    },
  });
  form.addEventListener("focusout", ({ relatedTarget }) => {
    const stays = relatedTarget instanceof Node && form.contains(relatedTarget);
    if (!stays && !area.value.trim()) form.classList.add("composer--folded");
  });
  return composer;
}
