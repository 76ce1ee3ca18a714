// Orders on their way to the server: one after another, kept until they are answered, sent again when they were not.

import { one } from "./elements.js";
import { keep, kept } from "./kept.js";
import { sayUnsent } from "./telling.js";

/**
 * `undo` names an order to take back; else `choice` is decided about `comments`, each "id:version".
 * @typedef {{ key: string, choice: string, comments: string[], undo: string, tries: number, written?: Record<string, string> }} Order
 * @typedef {{ id: string, words: string }} Handled
 * @typedef {{
 *   words: string, undo: string, decided: { id: string, version: number, state: string }[], handled: Handled[],
 *   missing: string[], heading: string, sizes: Record<string, string>,
 * }} Decided
 * @typedef {{ status: number, answer: Partial<Decided> & { detail?: string } }} Answered
 */

const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 30_000;

const form = one("[data-order-form]", HTMLFormElement);
const STORED = `comments.unsent.${form.dataset.orderForm}`;

/** @type {Order[]} */
const waiting = kept(sessionStorage, STORED, []);
/** @type {Map<string, (answered: Answered) => void>} */
const told = new Map();
/** @type {(order: Order, answered: Answered) => void} */
let tellOfOld = () => {};
let isSending = false;
let isFailing = false;
let pause = FIRST_PAUSE;
let timer = 0;

const remember = () => keep(sessionStorage, STORED, waiting);

/**
 * Send an order after those that wait already; the promise is fulfilled when it is answered.
 * @param {{ choice?: string, comments?: string[], undo?: string, written?: Record<string, string> }} wanted
 * @returns {{ order: Order, answered: Promise<Answered> }}
 */
export function send({ choice = "", comments = [], undo = "", written = {} }) {
  const order = { key: `${Date.now()} ${Math.random()}`, choice, comments, undo, written, tries: 0 };
  /** @type {Promise<Answered>} */
  const answered = new Promise((resolve) => told.set(order.key, resolve));
  waiting.push(order);
  sent += 1;
  remember();
  void work();
  return { order, answered };
}

/**
 * Take an order back that nobody has been told of; return whether that was so.
 * @param {Order} order
 */
export function withdraw(order) {
  const at = waiting.indexOf(order);
  // Once it was on its way it may have arrived, whatever came back.
  if (at < 0 || order.tries > 0) return false;
  waiting.splice(at, 1);
  told.delete(order.key);
  remember();
  show();
  return true;
}

/** Whether nothing is on its way, and how many orders there were: news that crossed with an order is no news. */
export const isQuiet = () => waiting.length === 0;
let sent = 0;
export const orders = () => sent;

/** The comments about which an order is on its way. */
export const underway = () => new Set(waiting.flatMap(({ comments }) => comments.map((name) => name.split(":")[0] ?? "")));

/**
 * Begin: what an earlier page could not send is sent first, and `tell` hears of it.
 * @param {(order: Order, answered: Answered) => void} tell
 */
export function begin(tell) {
  tellOfOld = tell;
  addEventListener("online", again);
  addEventListener("beforeunload", (event) => {
    if (waiting.length && isFailing) event.preventDefault();
  });
  void work();
}

function again() {
  clearTimeout(timer);
  timer = 0;
  void work();
}

async function work() {
  if (isSending || timer) return show();
  isSending = true;
  try {
    for (let order = waiting[0]; order; order = waiting[0]) await deliver(order);
    isFailing = false;
  } catch {
    isFailing = true;
    timer = setTimeout(again, pause);
    pause = Math.min(LONGEST_PAUSE, 2 * pause);
  }
  isSending = false;
  show();
}

/**
 * Throws where there was no answer, or one that says to come again later.
 * @param {Order} order
 */
async function deliver(order) {
  order.tries += 1;
  remember();
  const answered = await post(order);
  if (answered.status === 401) {
    // What waits is kept for when this browser is signed in again.
    location.reload();
    throw new Error("The session has ended");
  }
  if (answered.status === 429 || answered.status >= 500) throw new Error("The server is not well");
  waiting.shift();
  remember();
  pause = FIRST_PAUSE;
  show();
  const tell = told.get(order.key);
  told.delete(order.key);
  if (tell) tell(answered);
  else tellOfOld(order, answered);
}

/**
 * @param {Order} order
 * @returns {Promise<Answered>}
 */
async function post(order) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) fields.append(name, String(value));
  if (order.undo) fields.set("undo", order.undo);
  else fields.set("decision", order.choice);
  for (const [name, value] of Object.entries(order.written ?? {})) fields.set(name, value);
  for (const comment of order.comments) fields.append("comment", comment);
  // The answer to an earlier try may have been lost: what this moderator has done already is then no conflict.
  if (order.tries > 1) fields.set("again", "1");
  const response = await fetch(form.action, {
    method: "POST",
    body: fields,
    headers: { Accept: "application/json" },
    redirect: "error",
  });
  return { status: response.status, answer: await response.json() };
}

function show() {
  sayUnsent(isFailing ? waiting.length : 0, again);
}
