/** One discussion in one shadow root: fetches, keeps and shows it, and lets the later parts act on it. */

import { Api, Problem, queryOf } from "./api";
import { loadChunk } from "./chunks";
import { change, nextFrame, whenIdle } from "./dom";
import { givenPage } from "./given";
import { listen } from "./gestures";
import { Key } from "./i18n/keys";
import { wordsFor } from "./i18n/languages";
import type { Words } from "./i18n/words";
import { kit } from "./kit";
import { headingLevel, isSort, languageOf, type Options, type Page, pageOf } from "./options";
import { recall } from "./store";
import { type Entry, Thread } from "./thread";
import type { Identity, Sort, ThreadPage } from "./types";
import { drawComposer, drawFoot, drawHead, failed, type Frame, frame, skeleton } from "./view/frame";
import { drawList } from "./view/list";
import { giveBackRoom } from "./view/room";

type Acting = typeof import("./acting/index");

/** What all parts that come later have. */
interface Part {
  take(handed: typeof kit): void;
  /** Called whenever it is asked for, also before there is a thread. */
  prepare(d: Discussion): void;
}

const SKELETON_AFTER_MS = 200;

export class Discussion {
  readonly api: Api;
  readonly page: Page;
  /** Of the widget's own heading; names are one lower. */
  readonly level: number;
  readonly frame: Frame;
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
  /** What the page held already, drawn by the service or not. */
  private readonly given: ThreadPage | undefined;
  /** The comment whose deep replies are shown alone. */
  branch: Entry | null = null;
  /** Counts what was asked for. */
  private turn = 0;
  /** Further pages come when the end is near, and how many times there was one. */
  readonly pagesOnScroll: boolean;
  turned = 0;
  /** What stands in the place of a comment that is not to be shown. */
  instead: ((entry: Entry) => HTMLElement | undefined) | undefined;

  constructor(
    readonly element: HTMLElement,
    readonly root: ShadowRoot,
    private readonly options: Options & { host: string; site: string },
    given: string | undefined,
  ) {
    this.api = new Api(options.host, options.site);
    this.page = pageOf(options);
    this.level = headingLevel(options);
    const kept = recall(this.storageKey("sort"));
    this.sort = [kept, options.sort].find(isSort);
    this.pagesOnScroll = options.paging === "scroll";
    this.given = givenPage(given, this.page);
    this.frame = frame(this.given && root.querySelector(".comments") || undefined);
    if (!this.frame.box.isConnected) root.replaceChildren(this.frame.box);
  }

  /** In a sandboxed frame or a file the service cannot know where a post comes from, and refuses it. */
  get writable(): boolean {
    return this.thread.open && self.origin !== "null";
  }

  /** The address of this discussion on the service's own page, or of its form, in the same language. */
  elsewhere(toWrite = false): string {
    const { url, identifier } = this.page;
    const query = queryOf({ url, identifier, lang: this.words.locale });
    return `${this.api.host}/d/${encodeURIComponent(this.api.site)}${toWrite ? "/write" : ""}${query}`;
  }

  /** Our own pages refuse to be framed, so a link from within a frame opens beside it. */
  get target(): string | undefined {
    return self === top ? undefined : "_blank";
  }

  /** Where something of one kind is kept for this site. */
  storageKey(kind: string): string {
    return `comments:${kind}:${this.api.host}/${this.api.site}`;
  }

  now(): Date {
    return new Date();
  }

  async start(): Promise<void> {
    listen(this);
    const linked = linkedComment();
    const page = this.suits(this.given, linked) ? Promise.resolve(this.given) : this.fetchPage({ around: linked });
    // Its failure is told by `open`, once there are words for it.
    page.catch(() => undefined);
    // To ask, to make the words, what writes numbers and what writes dates each takes a task's time on a slow processor.
    await nextFrame();
    const tag = languageOf(this.element, this.options);
    this.words = await wordsFor(tag, this.api.host);
    await nextFrame();
    this.words.number(0);
    await nextFrame();
    this.words.moment(this.now());
    // The host says `dir`; but words that run from the right never stand the other way round.
    const dir = "ar fa he".includes(this.words.locale.slice(0, 2)) && "rtl";
    change(this.frame.box, { lang: tag, dir });
    // Whom one does not want to hear is not shown for a moment first.
    if (recall(this.storageKey("muted"))) await this.acting().catch(() => undefined);
    if (this.ended.signal.aborted) return;
    await this.open(page, linked);
  }

  /** Whether what the page held is in the reader's order, and has the comment that the address names. */
  private suits(given: ThreadPage | undefined, linked: string | null): given is ThreadPage {
    return !!given && (!this.sort || this.sort === given.sort) && (!linked || !!new Thread(given).entry(linked));
  }

  stop(): void {
    this.ended.abort();
    this.frame.box.remove();
  }

  /** Ask once more. The button that had the focus goes: so it is the next try's, or on what has come. */
  async retry(): Promise<void> {
    await this.open(this.fetchPage({}));
    this.root.querySelector<HTMLElement>("[data-do=retry],.list .author")?.focus();
  }

  /** Show a page, or what became of it; `linked` is the comment that it was asked for. */
  async open(page: Promise<ThreadPage>, linked: string | null = null): Promise<void> {
    const { frame } = this;
    const { box, head } = frame;
    const turn = ++this.turn;
    const slow = setTimeout(() => {
      box.dataset["state"] = "loading";
      // In the head: the list would be moved by the head and the composer that come above it.
      if (!this.thread) head.replaceChildren(skeleton(this.words.say(Key.loading)));
    }, SKELETON_AFTER_MS);
    frame.list.ariaBusy = "true";
    try {
      // It must not be “loading” any more while what came is drawn, slice by slice.
      const shown = await page.finally(() => clearTimeout(slow));
      // Another order was chosen meanwhile, or the element was removed.
      if (turn === this.turn && !this.ended.signal.aborted) await this.show(shown, linked);
    } catch (fault) {
      if (this.ended.signal.aborted || turn !== this.turn) return;
      if (!(fault instanceof Problem)) reportError(fault);
      box.dataset["state"] = "failed";
      if (!this.thread) head.replaceChildren();
      frame.list.replaceChildren(failed(this));
    } finally {
      if (turn === this.turn) frame.list.ariaBusy = null;
    }
  }

  private async show(page: ThreadPage, linked: string | null): Promise<void> {
    const first = !this.thread;
    const thread = (this.thread = new Thread(page));
    const count = thread.info.comment_count;
    this.sort ??= page.sort;
    this.frame.box.dataset["state"] = "ready";
    drawHead(this);
    if (first) drawComposer(this);
    const given = page === this.given;
    if (!given) {
      // What stands below waits beyond the view until it can be said where.
      this.frame.foot.replaceChildren();
      this.frame.box.dataset["room"] = "";
      await nextFrame();
    }
    if (this.isOver(thread)) return;
    await drawList(this, given);
    if (this.isOver(thread)) return;
    drawFoot(this);
    giveBackRoom(this);
    if (first) this.drawnFirst();
    if (linked) void this.acting().then((acting) => acting.arrive(this, linked)).catch(() => undefined);
    void this.askAboutMe([...thread.entries]);
    if (first) this.emit("ready", { count });
    this.emit("count", { count });
  }

  /** Whether it shows something else than `thread` by now, or nothing. */
  isOver(thread: Thread): boolean {
    return this.thread !== thread || this.ended.signal.aborted;
  }

  private drawnFirst(): void {
    // What the service has drawn is dressed by its own style sheet until all of it is ours.
    this.root.querySelector("style")?.remove();
    whenIdle(() => void this.acting().catch(() => undefined));
  }

  /** The part that does more than reading. */
  acting(): Promise<Acting> {
    return this.chunk<Acting>("acting");
  }

  /** One of the parts that come later. Rejects if it cannot be fetched, or came too late. */
  async chunk<Chunk extends Part>(name: string): Promise<Chunk> {
    const chunk = await loadChunk<Chunk>(this.api.host, name);
    // What it begins would never be ended.
    this.ended.signal.throwIfAborted();
    chunk.take(kit);
    chunk.prepare(this);
    return chunk;
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
