/** One discussion in one shadow root: fetches, keeps and shows it, and lets the later parts act on it. */

import { Api, Problem } from "./api";
import { loadChunk } from "./chunks";
import { whenIdle } from "./dom";
import { listen } from "./gestures";
import { wordsFor } from "./i18n/languages";
import type { Words } from "./i18n/words";
import { kit } from "./kit";
import { headingLevel, isSort, languageOf, type Options, type Page, pageOf } from "./options";
import { recall } from "./store";
import { type Entry, Thread } from "./thread";
import type { Identity, Sort, ThreadPage } from "./types";
import { drawComposer, drawFoot, drawHead, failed, type Frame, frame, skeleton } from "./view/frame";
import { drawList } from "./view/list";

type Acting = typeof import("./acting/index");

const SKELETON_AFTER_MS = 200;

export class Discussion {
  readonly api: Api;
  readonly page: Page;
  /** Of the widget's own heading; names are one lower. */
  readonly level: number;
  readonly frame: Frame = frame();
  /** Comments fetched at a time. */
  readonly step = 25;
  readonly ended = new AbortController();
  /** Who the service says one is; null for a guest without a token. */
  identity: Identity | null = null;
  /** Undefined until somebody has chosen: the site has an order of its own. */
  sort: Sort | undefined;
  // Both are there before anything is drawn or can be pressed.
  words!: Words;
  thread!: Thread;
  /** Counts the pages that were asked for. */
  private turn = 0;
  readonly sortKey: string;

  constructor(
    readonly element: HTMLElement,
    readonly root: ShadowRoot,
    private readonly options: Options & { host: string; site: string },
  ) {
    this.api = new Api(options.host, options.site);
    this.page = pageOf(options);
    this.level = headingLevel(options);
    this.sortKey = `comments:sort:${options.host}/${options.site}`;
    const kept = recall(this.sortKey);
    this.sort = [kept, options.sort].find(isSort);
    root.append(this.frame.box);
  }

  /** In a sandboxed frame or a file the service cannot know where a post comes from, and refuses it. */
  get writable(): boolean {
    return this.thread.open && self.origin !== "null";
  }

  /** The address of this discussion on the service's own page, or of its form. */
  elsewhere(toWrite = false): string {
    const query = new URLSearchParams({ url: this.page.url });
    if (this.page.identifier) query.set("identifier", this.page.identifier);
    return `${this.api.host}/d/${encodeURIComponent(this.api.site)}${toWrite ? "/write" : ""}?${query}`;
  }

  /** Our own pages refuse to be framed, so a link from within a frame opens beside it. */
  get target(): string | undefined {
    return self === top ? undefined : "_blank";
  }

  now(): Date {
    return new Date();
  }

  async start(): Promise<void> {
    listen(this);
    const linked = linkedComment();
    const page = this.fetchPage({ around: linked });
    // Its failure is told by `open`, once there are words for it.
    page.catch(() => undefined);
    const tag = languageOf(this.element, this.options);
    this.words = await wordsFor(tag, this.api.host);
    const { box } = this.frame;
    box.lang = tag;
    // The host says `dir`; but words that run from the right never stand the other way round.
    if (/^(ar|fa|he)/.test(this.words.locale)) box.dir = "rtl";
    if (this.ended.signal.aborted) return;
    await this.open(page, linked);
  }

  stop(): void {
    this.ended.abort();
    this.frame.box.remove();
  }

  retry(): void {
    void this.open(this.fetchPage({}));
  }

  /** Show a page, or what became of it; `linked` is the comment that it was asked for. */
  async open(page: Promise<ThreadPage>, linked: string | null = null): Promise<void> {
    const { box, list } = this.frame;
    const turn = ++this.turn;
    const slow = setTimeout(() => {
      box.dataset["state"] = "loading";
      if (!list.querySelector(".thread")) list.replaceChildren(skeleton(this.words.say("loading")));
    }, SKELETON_AFTER_MS);
    list.setAttribute("aria-busy", "true");
    try {
      const shown = await page;
      // Another order was chosen meanwhile, or the element was removed.
      if (turn === this.turn && !this.ended.signal.aborted) this.show(shown, linked);
    } catch (fault) {
      if (this.ended.signal.aborted || turn !== this.turn) return;
      if (!(fault instanceof Problem)) reportError(fault);
      box.dataset["state"] = "failed";
      list.replaceChildren(failed(this));
    } finally {
      clearTimeout(slow);
      list.removeAttribute("aria-busy");
    }
  }

  private show(page: ThreadPage, linked: string | null): void {
    const first = !this.thread;
    this.thread = new Thread(page);
    this.sort ??= page.sort;
    this.frame.box.dataset["state"] = "ready";
    drawHead(this);
    if (first) this.drawOnce();
    drawList(this);
    if (linked) void this.acting().then((acting) => acting.arrive(this, linked), () => undefined);
    void this.askAboutMe([...this.thread.entries]);
    if (first) this.emit("ready", { count: this.thread.info.comment_count });
    this.emit("count", { count: this.thread.info.comment_count });
  }

  private drawOnce(): void {
    drawComposer(this);
    drawFoot(this);
    if (this.writable) whenIdle(() => this.prepare());
  }

  private prepare(): void {
    if (this.ended.signal.aborted) return;
    void this.acting().then((acting) => acting.prepare(this), () => undefined);
  }

  /** The part that does more than reading. Rejects if it cannot be fetched, or came too late. */
  async acting(): Promise<Acting> {
    const acting = await loadChunk<Acting>(this.api.host, "acting");
    // What it begins would never be ended.
    this.ended.signal.throwIfAborted();
    acting.take(kit);
    return acting;
  }

  async fetchPage(place: { around?: string | null; cursor?: string }): Promise<ThreadPage> {
    const { url, identifier } = this.page;
    const asked = { url, identifier, sort: this.sort, limit: this.step, ...place };
    try {
      return await this.api.read<ThreadPage>("thread", asked, this.ended.signal);
    } catch (fault) {
      // A comment that is gone: the discussion is not.
      if (!place.around || !(fault instanceof Problem) || fault.status < 400 || fault.status >= 500) throw fault;
      return this.api.read<ThreadPage>("thread", { ...asked, around: null }, this.ended.signal);
    }
  }

  /** What depends on who one is: only if there is a token, so that a mere reader asks once. */
  async askAboutMe(entries: Entry[]): Promise<void> {
    if (!this.api.token) return;
    try {
      await (await this.acting()).aboutMe(this, entries);
    } catch {
      // The discussion can be read without it; a vote or an edit will say so if there is no connection.
    }
  }

  emit(name: "ready" | "posted" | "count", detail: object): void {
    const { url } = this.page;
    this.element.dispatchEvent(
      new CustomEvent(`comments:${name}`, { bubbles: true, composed: true, detail: { ...detail, url } }),
    );
  }
}

/** The comment that the page's address names, if it does. */
export function linkedComment(): string | null {
  return /^#comment-([\w-]+)$/.exec(location.hash)?.[1] ?? null;
}
