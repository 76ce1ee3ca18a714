/** One discussion in one shadow root: fetches, keeps and shows it, and lets the later parts act on it. */

import { Api, Problem } from "./api";
import { loadChunk } from "./chunks";
import { whenIdle } from "./dom";
import { listen } from "./gestures";
import { fragment } from "./html";
import { wordsFor } from "./i18n/languages";
import type { Words } from "./i18n/words";
import * as icons from "./icons";
import { headingLevel, isSort, languageOf, type Options, type Page, pageOf } from "./options";
import { keep, recall, store } from "./store";
import { type Entry, Thread } from "./thread";
import type { Identity, Replies, Sort, ThreadPage } from "./types";
import { clampLong } from "./view/clamp";
import * as comments from "./view/comment";
import { drawComposer, drawFoot, drawHead, failed, type Frame, frame, notice, skeleton } from "./view/frame";
import * as lists from "./view/list";

type Acting = typeof import("./acting/index");

const SKELETON_AFTER_MS = 200;
const HIGHLIGHT_MS = 4000;
const TICK_MS = 20_000;
const view = { ...comments, ...lists, drawHead, clampLong };

export class Discussion {
  readonly api: Api;
  readonly page: Page;
  /** Of the widget's own heading; names are one lower. */
  readonly level: number;
  readonly frame: Frame = frame();
  /** Comments fetched at a time. */
  readonly step = 25;
  /** For the parts that come later: a copy of their own of these would be code twice, or state apart. */
  readonly kit = { store, fragment, view };
  readonly ended = new AbortController();
  /** Who the service says one is; null for a guest without a token. */
  identity: Identity | null = null;
  /** Undefined until somebody has chosen: the site has an order of its own. */
  sort: Sort | undefined;
  // Both are there before anything is drawn or can be pressed.
  words!: Words;
  thread!: Thread;
  private readonly sortKey: string;

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

  now(): Date {
    return new Date();
  }

  async start(): Promise<void> {
    listen(this);
    const linked = linkedComment();
    const page = this.fetchPage({ around: linked });
    // Its failure is told by `open`, once there are words for it.
    page.catch(() => undefined);
    this.words = await wordsFor(languageOf(this.element, this.options), this.api.host);
    await this.open(page, linked);
    const ticking = setInterval(() => this.tick(), TICK_MS);
    this.ended.signal.addEventListener("abort", () => clearInterval(ticking));
  }

  stop(): void {
    this.ended.abort();
    this.frame.box.remove();
  }

  retry(): void {
    void this.open(this.fetchPage({}));
  }

  async sortBy(sort: Sort): Promise<void> {
    if (sort === this.sort) return;
    this.sort = sort;
    keep(this.sortKey, sort);
    drawHead(this);
    this.root.querySelector<HTMLElement>(`[data-sort="${sort}"]`)?.focus();
    await this.open(this.fetchPage({}));
  }

  /** Show the comment, wherever it is: here, or on a page that is fetched for it. */
  async goTo(id: string): Promise<void> {
    if (this.thread.entry(id)) this.arrive(id);
    else await this.open(this.fetchPage({ around: id }), id);
  }

  private async open(page: Promise<ThreadPage>, linked: string | null = null): Promise<void> {
    const { box, list } = this.frame;
    const slow = setTimeout(() => {
      box.dataset["state"] = "loading";
      if (!list.querySelector(".thread")) list.replaceChildren(skeleton(this.words.say("loading")));
    }, SKELETON_AFTER_MS);
    list.setAttribute("aria-busy", "true");
    try {
      this.show(await page, linked);
    } catch (fault) {
      if (this.ended.signal.aborted) return;
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
    lists.drawList(this);
    if (linked) this.arrive(linked);
    void this.askAboutMe([...this.thread.entries]);
    if (first) this.emit("ready", { count: this.thread.info.comment_count });
    this.countChanged(0);
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

  /** The part that does more than reading. Rejects if it cannot be fetched. */
  acting(): Promise<Acting> {
    return loadChunk<Acting>(this.api.host, "acting");
  }

  private async fetchPage(place: { around?: string | null; cursor?: string }): Promise<ThreadPage> {
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

  /** The next top-level comments, or those before the ones shown. */
  async more(where: "next" | "previous"): Promise<void> {
    const cursor = this.thread[where];
    if (!cursor) return;
    const page = await this.fetchPage({ cursor });
    const before = where === "previous";
    const added = this.thread.addRoots(page.comments, before ? "start" : "end");
    this.thread[where] = (before ? page.previous : page.next) ?? null;
    lists.addItems(this, added, before ? "prepend" : "append");
    lists.drawMore(this);
    this.focusOn(added[0]);
    await this.askAboutMe(added);
  }

  async moreReplies(root: Entry): Promise<void> {
    const path = `comments/${root.comment.id}/replies`;
    const page = await this.api.read<Replies>(path, { cursor: root.next, limit: this.step }, this.ended.signal);
    root.total = page.total;
    const added = this.thread.addReplies(root, page.comments, page.next);
    lists.redrawReplies(this, root);
    this.focusOn(added[0] ?? root);
    await this.askAboutMe(added);
  }

  fold(entry: Entry): void {
    entry.folded = !entry.folded;
    lists.redrawReplies(this, entry);
  }

  /** What depends on who one is: only if there is a token, so that a mere reader asks once. */
  private async askAboutMe(entries: Entry[]): Promise<void> {
    if (!this.api.token) return;
    try {
      await (await this.acting()).aboutMe(this, entries);
    } catch {
      // The discussion can be read without it; a vote or an edit will say so if there is no connection.
    }
  }

  countChanged(by: number): void {
    const { info } = this.thread;
    info.comment_count = Math.max(0, info.comment_count + by);
    if (by) drawHead(this);
    this.emit("count", { count: info.comment_count });
  }

  /** Have a screen reader say it, politely. */
  say(text: string): void {
    const { status } = this.frame;
    // The same words twice would not be read twice.
    status.textContent = status.textContent === text ? `${text}\u00a0` : text;
  }

  emit(name: "ready" | "posted" | "count", detail: object): void {
    const { url } = this.page;
    this.element.dispatchEvent(
      new CustomEvent(`comments:${name}`, { bubbles: true, composed: true, detail: { ...detail, url } }),
    );
  }

  focusOn(entry: Entry | undefined): void {
    const place = entry && this.root.getElementById(`comment-${entry.comment.id}`);
    (place?.querySelector<HTMLElement>(".author") ?? place)?.focus({ preventScroll: true });
  }

  /** Bring a comment into view and mark it for a while; say so if it is not here. */
  private arrive(id: string): void {
    const entry = this.thread.entry(id);
    if (!entry) {
      this.frame.notices.replaceChildren(notice("", icons.ALERT, this.words.say("linkedGone")));
      return;
    }
    for (let at = entry.parent; at; at = at.parent) if (at.folded) this.fold(at);
    const box = lists.itemOf(this, entry);
    box?.classList.add("is-linked");
    setTimeout(() => box?.classList.remove("is-linked"), HIGHLIGHT_MS);
    this.root.getElementById(`comment-${id}`)?.scrollIntoView({ block: "start" });
    this.focusOn(entry);
  }

  /** Relative times go on. */
  private tick(): void {
    const now = this.now();
    for (const time of this.root.querySelectorAll<HTMLTimeElement>(".time time")) {
      const text = this.words.ago(new Date(time.dateTime), now);
      if (time.textContent !== text) time.textContent = text;
    }
  }
}

/** The comment that the page's address names, if it does. */
export function linkedComment(): string | null {
  return /^#comment-([\w-]+)$/.exec(location.hash)?.[1] ?? null;
}
