/** A small program that uses all that the package's types promise. */

import { define, mount, type CommentsEvents, type Mounted, type Options } from "comments-embed";
import { host, site } from "./blog.js";

const options = { host, site, sort: "newest", loading: "eager", heading: "h3" } as const satisfies Options;
const place = document.querySelector<HTMLElement>("#app")!;
const heard: string[] = [];

function note(event: CommentsEvents[keyof CommentsEvents]): void {
  heard.push(`${event.type} ${event.detail.url}`);
  document.body.dataset["heard"] = heard.join("\n");
}

place.addEventListener("comments:ready", note);
document.addEventListener("comments:count", (event) => {
  const count: number = event.detail.count;
  document.title = `${count}`;
});
addEventListener("comments:posted", (event) => {
  const { id, state } = event.detail.comment;
  document.body.dataset["posted"] = `${id.length > 0} ${state}`;
});

const able: boolean = define(host);
const mounted: Mounted = mount(place, options);
const element: HTMLElement = document.querySelector("comments-thread")!;
document.body.dataset["mounted"] = `${able} ${element === mounted.element}`;

// What must not compile.
export const refused: (() => unknown)[] = [
  // @ts-expect-error There is no such order.
  () => mounted.update({ sort: "random" }),
  // @ts-expect-error The package cannot know whom to ask.
  () => mount(place, { site }),
  // @ts-expect-error No event is called that.
  () => document.addEventListener("comments:gone", (event) => event.detail),
];
