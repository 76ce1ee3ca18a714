/** For the npm package: what a class is made from where there is no page, as on a server that renders one. */

const Base = globalThis.HTMLElement ?? class {};

export { Base as HTMLElement };
