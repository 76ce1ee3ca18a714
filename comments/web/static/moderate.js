// The moderators' desk with a script: the same forms, sent without leaving the page, and keys for them.
// Whatever fails here falls back to the form itself.
"use strict";

(() => {
  const list = document.querySelector("[data-queue-name]");
  const toast = document.querySelector("[data-toast]");
  if (!list || !toast) return;

  const STORED_UNDO = "comments.undo";
  const STORED_KEYS = "comments.single-keys";
  const LEAVES_IN = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120;
  const TOAST_FOR = 8000;

  const cards = () => [...list.querySelectorAll(".held:not(.is-leaving)")];
  const current = () => list.querySelector(".held.is-current");
  const taken = new Map(); // comment id -> {item, before}, to put a card back after an undo
  let toastTimer = 0;
  let pendingGo = false;

  // ---------- what is kept: the decisions to undo, and whether single keys are on ----------

  const kept = (storage, name, fallback) => {
    try {
      return JSON.parse(storage.getItem(name)) ?? fallback;
    } catch {
      return fallback;
    }
  };
  const keep = (storage, name, value) => {
    try {
      storage.setItem(name, JSON.stringify(value));
    } catch {
      // Storage may be closed; undo then works until the page is left.
    }
  };
  const undoable = kept(sessionStorage, STORED_UNDO, []);
  const pushUndo = (undo) => {
    undoable.push(undo);
    keep(sessionStorage, STORED_UNDO, undoable.slice(-50));
  };
  const popUndo = () => {
    const undo = undoable.pop();
    keep(sessionStorage, STORED_UNDO, undoable);
    return undo;
  };
  let keysOn = kept(localStorage, STORED_KEYS, true);
  const showKeys = () => document.documentElement.classList.toggle("has-keys", keysOn);
  showKeys();

  // ---------- the marked card ----------

  const mark = (card, { focus = true } = {}) => {
    current()?.classList.remove("is-current");
    if (!card) return;
    card.classList.add("is-current");
    if (focus) card.querySelector("h2").focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  };
  const move = (step) => {
    const all = cards();
    const at = all.indexOf(current());
    mark(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]);
  };

  // ---------- what happened, in words ----------

  const say = (words, action) => {
    clearTimeout(toastTimer);
    toast.replaceChildren(document.createTextNode(words));
    if (action) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = action.label;
      if (action.key) {
        const key = document.createElement("kbd");
        key.textContent = action.key;
        button.append(" ", key);
      }
      button.addEventListener("click", action.run);
      toast.append(button);
    }
    toast.hidden = false;
    toastTimer = setTimeout(() => {
      if (toast.contains(document.activeElement)) mark(current() ?? cards()[0]);
      toast.hidden = true;
    }, TOAST_FOR);
  };
  const recount = (answer) => {
    const heading = document.querySelector("[data-heading]");
    if (heading && answer.heading) heading.textContent = answer.heading;
    for (const place of document.querySelectorAll("[data-queue]")) {
      place.textContent = answer.sizes[place.dataset.queue] ?? place.textContent;
    }
  };

  // ---------- sending ----------

  const send = async (form, name, value) => {
    const fields = new URLSearchParams(new FormData(form));
    fields.set(name, value);
    const response = await fetch(form.action, {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json" },
      redirect: "error",
    });
    return { status: response.status, answer: await response.json() };
  };

  const leave = (card) => {
    const item = card.closest("li");
    const all = cards();
    const next = all[all.indexOf(card) + 1] ?? all[all.indexOf(card) - 1] ?? null;
    const place = { item, before: item.nextElementSibling };
    taken.set(card.dataset.comment, place);
    mark(next);
    card.classList.add("is-leaving");
    return new Promise((done) => {
      setTimeout(() => {
        // An undo may have been quicker.
        if (taken.get(card.dataset.comment) === place) item.remove();
        card.classList.remove("is-leaving");
        done();
      }, LEAVES_IN);
    });
  };
  const comeBack = (decided) => {
    const known = taken.get(decided.id);
    if (!known) return false;
    taken.delete(decided.id);
    const card = known.item.querySelector(".held");
    card.classList.remove("is-leaving");
    card.querySelector('[name="comment"]').value = `${decided.id}:${decided.version}`;
    if (known.before?.parentNode === list) list.insertBefore(known.item, known.before);
    else list.append(known.item);
    mark(card);
    return true;
  };
  const turnIntoLine = (card, words) => {
    const item = card.closest("li");
    const wasCurrent = card === current();
    const line = document.createElement("p");
    line.className = "card handled";
    line.setAttribute("role", "status");
    line.textContent = words;
    const all = cards();
    const next = all[all.indexOf(card) + 1] ?? all[all.indexOf(card) - 1];
    item.replaceChildren(line);
    if (wasCurrent) mark(next);
  };
  const settle = () => {
    // An empty list is filled from the server: more of it, or the words for nothing.
    if (!list.children.length) location.reload();
  };

  const decide = async (card, choice) => {
    if (card.dataset.busy) return;
    card.dataset.busy = "1";
    try {
      const { status, answer } = await send(card.querySelector("form"), "decision", choice);
      if (status === 200 && answer.decided.length) {
        if (answer.undo) pushUndo(answer.undo);
        recount(answer);
        say(answer.words, answer.undo ? { label: "Undo", key: "u", run: undo } : null);
        await leave(card);
        settle();
      } else if (status === 409 || status === 200) {
        turnIntoLine(card, answer.words);
      } else if (status === 401) {
        location.reload();
      } else {
        say(`Not saved: ${answer.detail ?? "something went wrong"}`, null);
      }
    } catch {
      say("Not saved: the server did not answer.", { label: "Try again", run: () => decide(card, choice) });
    } finally {
      delete card.dataset.busy;
    }
  };

  const undo = async () => {
    const order = popUndo();
    const form = document.querySelector("[data-undo-form]");
    if (!order) {
      say("There is nothing left to undo here.", null);
      return;
    }
    try {
      const { status, answer } = await send(form, "undo", order);
      if (status === 200) {
        recount(answer);
        say(answer.words, null);
        const known = answer.decided.map(comeBack);
        if (known.includes(false)) location.reload();
      } else if (status === 401) {
        location.reload();
      } else {
        say(answer.words ?? answer.detail, null);
      }
    } catch {
      pushUndo(order);
      say("Not undone: the server did not answer.", { label: "Try again", run: undo });
    }
  };

  list.addEventListener("submit", (event) => {
    const choice = event.submitter?.value;
    if (!choice) return;
    event.preventDefault();
    void decide(event.target.closest(".held"), choice);
  });
  list.addEventListener("focusin", (event) => {
    const card = event.target.closest(".held");
    if (card && card !== current()) mark(card, { focus: false });
  });

  // ---------- keys ----------

  const help = document.getElementById("keys");
  const choose = (choice) => {
    const button = current()?.querySelector(`[name="decision"][value="${choice}"]`);
    if (button) void decide(current(), choice);
  };
  const go = (queue) => document.querySelector(`[data-queue="${queue}"]`)?.closest("a").click();
  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    a: () => choose("approve"),
    s: () => choose("spam"),
    d: () => choose("remove"),
    u: () => void undo(),
    o: () => current()?.querySelector("[data-open]")?.click(),
    "/": () => document.getElementById("q")?.focus(),
    "?": () => help.showModal(),
  };
  const GO = { w: "pending", s: "spam" };

  document.addEventListener("keydown", (event) => {
    const inField = event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog");
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === "Escape" && !toast.hidden && !help.open) toast.hidden = true;
    if (!keysOn || inField) return;
    if (pendingGo) {
      pendingGo = false;
      if (GO[event.key]) {
        event.preventDefault();
        go(GO[event.key]);
        return;
      }
    }
    if (event.key === "g") {
      pendingGo = true;
      return;
    }
    const act = Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : null;
    if (!act) return;
    event.preventDefault();
    act();
  });

  help.querySelector("[data-close]").addEventListener("click", () => help.close());
  document.querySelector("[data-keys]").addEventListener("click", () => help.showModal());
  document.querySelector("[data-key-hint]").hidden = false;
  const keysBox = document.getElementById("single-keys");
  keysBox.checked = keysOn;
  keysBox.addEventListener("change", () => {
    keysOn = keysBox.checked;
    keep(localStorage, STORED_KEYS, keysOn);
    showKeys();
  });

  mark(cards()[0], { focus: false });
})();
