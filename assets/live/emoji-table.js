// The whole table, in a piece of the page that is fetched only when somebody looks for an emoji.
import compact from "emojibase-data/en/compact.json";
import codes from "emojibase-data/en/shortcodes/github.json";
import { tableOf } from "./emoji.js";

export const table = tableOf(compact, codes);
