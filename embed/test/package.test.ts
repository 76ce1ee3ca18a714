/** What the package tells other programs is what the widget does. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { NAMES } from "../src/options";
import type * as actual from "../src/package";
import type * as told from "../types/index";

/** Does not compile unless the package does what its types say. */
type Kept<Promised, Actual extends Promised> = [Promised, Actual];
export type Promises = Kept<typeof told.define, typeof actual.define> & Kept<typeof told.mount, typeof actual.mount>;

/** Does not compile unless every option stands in the types, and no other. */
const typed: Record<keyof told.Options, true> = {
  host: true,
  site: true,
  url: true,
  identifier: true,
  title: true,
  theme: true,
  lang: true,
  sort: true,
  loading: true,
  heading: true,
  paging: true,
};

void test("every option is typed for other programs", () => {
  assert.deepEqual(Object.keys(typed).sort(), [...NAMES].sort());
});
