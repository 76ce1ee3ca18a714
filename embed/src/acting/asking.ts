/** Requests that depend on who one is, and those that change something. */

import type { Discussion } from "../discussion";
import type { Parameters } from "../api";

/** Undefined without a token, or with one that is not good any more. */
export async function readOwn<T>({ api, ended }: Discussion, path: string, parameters: Parameters): Promise<T | undefined> {
  if (!api.token) return undefined;
  try {
    return await api.ask<T>(path, parameters, { headers: authorized(api.token), cache: "no-store" }, ended.signal);
  } catch (fault) {
    if (!isStranger(fault)) throw fault;
    api.keepToken(undefined);
    return undefined;
  }
}

/**
 * Change something. A token in the answer is kept. One that is not good any more is dropped, and a guest begins anew.
 * Rejects with a Problem.
 */
export async function send<T>(d: Discussion, method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const { api } = d;
  const had = api.token;
  try {
    const answer = await change<T & { token?: string }>(d, method, path, body, key);
    if (answer?.token) api.keepToken(answer.token);
    return answer;
  } catch (fault) {
    if (!had || !isStranger(fault)) throw fault;
    api.keepToken(undefined);
    return send<T>(d, method, path, body, key);
  }
}

async function change<T>({ api }: Discussion, method: string, path: string, body: unknown, key?: string): Promise<T> {
  const headers = authorized(api.token);
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await api.ask<T>(path, {}, { method, headers, ...content });
  if (path !== "preview") api.changed();
  return answer;
}

function authorized(token: string | null): Record<string, string> {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

function isStranger(fault: unknown): boolean {
  return (fault as { status?: number }).status === 401;
}
