// Runs before the page's own scripts: counts what they begin and do not end.
(() => {
  const timers = { timeout: new Set(), interval: new Set() };
  for (const [kind, set, clear] of [["timeout", "setTimeout", "clearTimeout"], ["interval", "setInterval", "clearInterval"]]) {
    const [begin, end] = [window[set], window[clear]];
    window[set] = (work, ...rest) => {
      const id = begin((...given) => {
        if (kind === "timeout") timers.timeout.delete(id);
        return work(...given);
      }, ...rest);
      timers[kind].add(id);
      return id;
    };
    window[clear] = (id) => {
      timers[kind].delete(id);
      return end(id);
    };
  }

  // On what stays when an element goes: the window, the document, media queries, the network.
  const listeners = new Map();
  const stays = (target) => target === window || target === document || target instanceof MediaQueryList;
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const captures = (options) => (typeof options === "object" ? !!options?.capture : !!options);
  const key = (target, type, capture) => {
    if (!listeners.has(target)) listeners.set(target, new Map());
    const name = `${type} ${capture}`;
    if (!listeners.get(target).has(name)) listeners.get(target).set(name, new Set());
    return listeners.get(target).get(name);
  };
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const target = this ?? window;
    if (listener && stays(target) && !options?.signal?.aborted) {
      const known = key(target, type, captures(options));
      known.add(listener);
      if (options?.signal) addEventListener.call(options.signal, "abort", () => known.delete(listener), { once: true });
    }
    return addEventListener.call(target, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    const target = this ?? window;
    if (listener && stays(target)) key(target, type, captures(options)).delete(listener);
    return removeEventListener.call(target, type, listener, options);
  };

  const sources = new Set();
  const { close } = EventSource.prototype;
  window.EventSource = new Proxy(EventSource, {
    construct(made, given) {
      const source = new made(...given);
      sources.add(source);
      return source;
    },
  });
  EventSource.prototype.close = function () {
    sources.delete(this);
    return close.call(this);
  };

  window.held = {
    busy: () => timers.timeout.size + timers.interval.size + sources.size,
    counted: () => ({
      timeouts: timers.timeout.size,
      intervals: timers.interval.size,
      listeners: [...listeners.values()].flatMap((names) => [...names.values()]).reduce((sum, { size }) => sum + size, 0),
      streams: sources.size,
    }),
  };
})();
