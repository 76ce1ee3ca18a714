/** Drawings on a 16 by 16 grid, as one path each; what is not used is left out of the bundle. */

export const ALERT = "M8 5.2v3.4M8 11h.01M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z";
export const BOLD = "M5 3h3.6a2.4 2.4 0 0 1 0 4.9H5zM5 7.9h4.2a2.6 2.6 0 0 1 0 5.2H5z";
export const CHECK = "M3 8.6 6.4 12 13 4.6";
export const CLOCK = "M8 4.8V8l2.2 1.5M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z";
export const CODE = "M5.5 4.5 2.2 8l3.3 3.5M10.5 4.5 13.8 8l-3.3 3.5";
export const DOTS = "M3.2 8h.01M8 8h.01M12.8 8h.01";
export const DOWN = "M8 3v9.5M3.8 8.5 8 12.7l4.2-4.2";
export const EDIT = "M10.6 3.2l2.2 2.2L5.6 12.6l-2.9.7.7-2.9z";
export const FLAG = "M3.5 14V2.6M3.5 3c3-1.5 5 1.3 9-.3v6.6c-4 1.6-6-1.2-9 .3";
export const HIDE = "M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM3 13 13 3";
export const ITALIC = "M7 3h4M5 13h4M9.2 3 6.8 13";
export const LINK =
  "M6.7 9.3a2.7 2.7 0 0 0 3.9 0l2.1-2.2a2.7 2.7 0 0 0-3.8-3.8l-.8.8M9.3 6.7a2.7 2.7 0 0 0-3.9 0L3.3 8.9a2.7 2.7 0 0 0 3.8 3.8l.8-.8";
export const LOCK = "M4 7.5h8v5.8H4zM5.6 7.3V5.2a2.4 2.4 0 0 1 4.8 0v2.1";
export const MUTE = "M2.5 6h2.3L8 3.2v9.6L4.8 10H2.5zM10.8 6.2l3.4 3.6M14.2 6.2l-3.4 3.6";
export const QUOTE = "M3.2 4v8M6.5 5h7M6.5 8h7M6.5 11h4.5";
export const REPLY = "M6.5 3.5 2.5 7.2l4 3.7M2.8 7.2h6.4a4.2 4.2 0 0 1 4.2 4.2v1.1";
export const SHARE = "M8 10V2.3M5.2 4.8 8 2.1l2.8 2.7M4.5 7.5H3.2v6h9.6v-6h-1.3";
export const SHIELD = "M8 1.8 13 3.6v4c0 3.4-2.4 5.6-5 6.6-2.6-1-5-3.2-5-6.6v-4z";
export const TRASH = "M3 4.5h10M6.2 4.3V2.8h3.6v1.5M4.3 4.6l.6 8.6h6.2l.6-8.6";
export const UP = "M8 13V3.5M3.8 7.5 8 3.3l4.2 4.2";

/** On a grid of 72 by 44. */
export const PLATFORM = "M4 38h64M14 38V20a10 10 0 0 1 10-10h24a10 10 0 0 1 10 10v18M24 22h9v8h-9zM39 22h9v8h-9z";
