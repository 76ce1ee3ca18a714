/** The further words in English: a chunk like that of every other language. Readers have the first ones in embed.js. */

export { acting as default } from "../i18n/en";
