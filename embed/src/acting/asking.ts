/** Requests that depend on who one is, and those that change something. */

import type { Discussion } from "../discussion";
import type { Parameters } from "../api";
import { pause } from "./live";

const IDENTITY_KNOWN = "identity";

/** Undefined without a token, or with one that is not good any more. */
export async function readOwn<T>(d: Discussion, path: string, parameters: Parameters): Promise<T | undefined> {
  const { api, ended } = d;
  if (!api.token) return undefined;
  try {
    return await api.ask<T>(path, parameters, { headers: authorized(api.token), cache: "no-store" }, ended.signal);
  } catch (fault) {
    if (!isStranger(fault)) throw fault;
    forgetMe(d);
    return undefined;
  }
}

/**
 * Change something. A token in the answer is kept. One that is not good any more is dropped, and a guest begins anew;
 * but what has a `key` is a text, which is not sent under another name than the one shown. Rejects with a Problem.
 */
export async function send<T>(d: Discussion, method: string, path: string, body?: object, key?: string): Promise<T> {
  const { api } = d;
  const headers = authorized(api.token);
  if (body) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const content = body ? { body: JSON.stringify(body) } : {};
  // What one does oneself must not be heard of, and counted, before the answer has been shown.
  const goOn = pause(d);
  try {
    const answer = await api.ask<T & { token?: string }>(path, {}, { method, headers, ...content });
    if (path !== "preview") api.changed();
    if (answer?.token) api.keepToken(answer.token);
    return answer;
  } catch (fault) {
    if (!headers["Authorization"] || !isStranger(fault)) throw fault;
    forgetMe(d);
    if (key) throw fault;
    return send<T>(d, method, path, body);
  } finally {
    setTimeout(goOn);
  }
}

function forgetMe(d: Discussion): void {
  d.api.keepToken(undefined);
  d.identity = null;
  tellIdentity(d);
}

/** It is known who one is, or that one is nobody any more. */
export function tellIdentity({ frame }: Discussion): void {
  frame.box.dispatchEvent(new Event(IDENTITY_KNOWN));
}

export function onIdentity({ frame }: Discussion, told: () => void): void {
  frame.box.addEventListener(IDENTITY_KNOWN, told);
}

function authorized(token: string | null): Record<string, string> {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function isStranger(fault: unknown): boolean {
  return (fault as { status?: number }).status === 401;
}
