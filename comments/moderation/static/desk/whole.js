// Decisions about all that a list finds: carried out by the server, and followed here until they are done.

import { one } from "./elements.js";
import { reload } from "./refilling.js";
import { recount, say } from "./telling.js";
import { keepDone, takeBackWhole } from "./undoing.js";

/** @typedef {{ id: string, choice: string, state: string, goes_on: boolean, decided: number, words: string, sizes: Record<string, string>, detail?: string }} Run */

const EVERY = 1_000;
const bar = one("[data-bulk]", HTMLFormElement);
const address = bar.dataset.all ?? "";

/** Whether all of the list is meant, and not the rows that are picked. */
export const isWhole = () => one("[data-pick-list]", HTMLElement, bar).getAttribute("aria-pressed") === "true";

/** Follow what an earlier page has begun, and take back what is asked to be. */
export function beginWhole() {
  takeBackWhole((id) => void set(id, "undo"));
  if (bar.dataset.run) void follow(bar.dataset.run);
}

/**
 * Decide about all that this list finds.
 * @param {string} choice
 */
export async function decideWhole(choice) {
  const run = await send(address, { decision: choice });
  if (run) void follow(run.id, run);
}

/**
 * Stop a decision, or take it back.
 * @param {string} id
 * @param {"stop" | "undo"} wish
 */
async function set(id, wish) {
  const run = await send(`${address}/${id}`, { set: wish });
  if (run && wish === "undo") void follow(id, run);
}

/**
 * @param {string} id
 * @param {Run} [first]
 */
async function follow(id, first) {
  for (let run = first; ; run = undefined) {
    try {
      run ??= /** @type {Run} */ (await asked(fetch(`${address}/${id}`, { headers: { Accept: "application/json" } })));
    } catch {
      // It goes on without us; the next look tells.
    }
    if (run) {
      recount(run);
      if (!run.goes_on) return ended(run);
      say(run.words, { label: "Stop", run: () => void set(id, "stop") });
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}

/** @param {Run} run */
async function ended({ id, choice, state, decided, words }) {
  await reload();
  const undoIt = state !== "undone" && decided ? keepDone({ choice, count: decided, undo: `whole:${id}`, words }) : null;
  say(words, undoIt ? { label: "Undo", key: "u", run: undoIt } : undefined);
}

/**
 * @param {string} to
 * @param {Record<string, string>} wish
 * @returns {Promise<Run | null>}
 */
async function send(to, wish) {
  const fields = new URLSearchParams(wish);
  for (const name of ["token", "back", "until"]) fields.set(name, one(`[name="${name}"]`, HTMLInputElement, bar).value);
  const headers = { Accept: "application/json" };
  try {
    return await asked(fetch(to, { method: "POST", body: fields, headers, redirect: "error" }));
  } catch (problem) {
    say(problem instanceof Refused ? problem.message : "Not sent: the server did not answer.");
    return null;
  }
}

class Refused extends Error {}

/**
 * @param {Promise<Response>} answer
 * @returns {Promise<Run>}
 */
async function asked(answer) {
  const response = await answer;
  if (response.status === 401) location.reload();
  /** @type {Run} */
  const run = await response.json();
  if (!response.ok) throw new Refused(run.detail ?? "Not done.");
  return run;
}
