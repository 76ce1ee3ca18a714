/** Talks to the service about one site, and keeps the guest's token. */

import { forget, keep, recall } from "./store";

export type Parameters = Record<string, string | number | null | undefined>;

interface ProblemDocument {
  detail?: string;
  title?: string;
  code?: string;
  errors?: Record<string, string>;
}

/** An answer that is not 2xx, or none at all. */
export class Problem extends Error {
  /** `status` 0 = no connection, 1 = no answer in time. `retryAfter` is in seconds. */
  constructor(
    readonly status: number,
    readonly code: string,
    detail = "",
    readonly errors: Record<string, string> = {},
    readonly retryAfter = 0,
  ) {
    super(detail);
  }
}

const PATIENCE_MS = 30_000;

/** Sites that were written to since this page was opened: their pages are read past the browser's cache. */
const written = new Set<string>();

export class Api {
  private readonly base: string;
  private readonly tokenKey: string;

  /** `host` is where the service answers, with its path, without a slash at the end. */
  constructor(
    readonly host: string,
    readonly site: string,
  ) {
    this.base = `${host}/api/v1/sites/${encodeURIComponent(site)}/`;
    this.tokenKey = `comments:token:${this.base}`;
  }

  /** The guest's token, or nothing for somebody who has never written, voted or reported here. */
  get token(): string | null {
    return recall(this.tokenKey);
  }

  /** Ask for something public: always without the token, so that everybody gets the same answer from any cache. */
  read<T>(path: string, parameters: Parameters, signal?: AbortSignal): Promise<T> {
    return this.ask<T>(path, parameters, { cache: written.has(this.base) ? "reload" : "default" }, signal);
  }

  keepToken(token: string | undefined): void {
    if (token) keep(this.tokenKey, token);
    else forget(this.tokenKey);
  }

  /** From now on pages of this site are read past the browser's cache. */
  changed(): void {
    written.add(this.base);
  }

  /** Rejects with a Problem, or with an AbortError once `signal` is aborted. */
  async ask<T>(path: string, parameters: Parameters, options: RequestInit, signal?: AbortSignal): Promise<T> {
    const address = this.base + path + queryOf(parameters);
    const late = AbortSignal.timeout(PATIENCE_MS);
    const limits = signal ? [signal, late] : [late];
    try {
      const response = await fetch(address, { ...options, credentials: "omit", signal: AbortSignal.any(limits) });
      if (!response.ok) throw await problemOf(response);
      return (response.status === 204 ? undefined : await response.json()) as T;
    } catch (fault) {
      if (fault instanceof Problem || signal?.aborted) throw fault;
      throw new Problem(late.aborted ? 1 : 0, "no-answer");
    }
  }
}

/** What follows an address; what is empty is left out. */
export function queryOf(parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value != null && value !== "") query.set(name, String(value));
  }
  const text = String(query);
  return text && `?${text}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const document = (await response.json().catch(() => ({}))) as ProblemDocument;
  const detail = document.detail ?? document.title ?? "";
  const wait = Number(response.headers.get("Retry-After")) || 0;
  return new Problem(response.status, document.code ?? "", detail, document.errors ?? {}, wait);
}
