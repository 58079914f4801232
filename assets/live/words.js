// Times, sizes and lists of names as words. Formatters are made once: making one costs more than a row.

/** Some browsers remember that a part of the page could not be fetched until the page is loaded anew. */
export const NOT_FETCHED = "A part of the page could not be fetched. Check the connection and try again, or load the page anew.";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const QUARTER = 15 * MINUTE;
const MOST_QUARTERS = 1000;

/** A formatter that is made when it is first used: a page needs few of them to begin with. */
function lazy(make) {
  let made;
  return { format: (value) => (made ??= make()).format(value) };
}

/**
 * @param {{locale?: string, timeZone?: string}} [where] Both default to the browser's own.
 */
export function createWords({ locale, timeZone } = {}) {
  const format = (options) => lazy(() => new Intl.DateTimeFormat(locale, { timeZone, ...options }));
  const clock = format({ hour: "2-digit", minute: "2-digit" });
  const weekday = format({ weekday: "long" });
  const weekdayShort = format({ weekday: "short" });
  const date = format({ day: "numeric", month: "long" });
  const dateShort = format({ day: "numeric", month: "short" });
  const dateYear = format({ day: "numeric", month: "long", year: "numeric" });
  const dateYearShort = format({ day: "numeric", month: "short", year: "numeric" });
  const full = format({ weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
  const parts = lazy(() => new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }));
  const number = lazy(() => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }));
  const list = lazy(() => new Intl.ListFormat("en", { type: "conjunction" }));

  const days = new Map();

  /** The calendar day of a moment as a number that rises by one a day. */
  function dayNumber(ms) {
    // Everywhere a day begins at a full quarter of an hour, and the calendar takes its time to answer.
    const quarter = Math.floor(ms / QUARTER);
    let day = days.get(quarter);
    if (day === undefined) {
      day = Math.floor(Date.parse(`${parts.format(ms)}T00:00:00Z`) / DAY);
      if (days.size >= MOST_QUARTERS) days.clear();
      days.set(quarter, day);
    }
    return day;
  }
  const sameYear = (a, b) => parts.format(a).slice(0, 4) === parts.format(b).slice(0, 4);

  return {
    dayNumber,
    /** "09:58" */
    time: (ms) => clock.format(ms),
    /** "Monday, 3 November 2025 at 09:58" */
    full: (ms) => full.format(ms),
    /** The words of a day line: Today, Yesterday, a weekday of the last six days, else the date. */
    day(ms, now) {
      const ago = dayNumber(now) - dayNumber(ms);
      if (ago === 0) return "Today";
      if (ago === 1) return "Yesterday";
      if (ago > 1 && ago < 7) return weekday.format(ms);
      return (sameYear(ms, now) ? date : dateYear).format(ms);
    },
    /** The short time of a list row: the hour today, a weekday of the last six days, else the date. */
    ago(ms, now) {
      const ago = dayNumber(now) - dayNumber(ms);
      if (ago === 0) return clock.format(ms);
      if (ago > 0 && ago < 7) return weekdayShort.format(ms);
      return (sameYear(ms, now) ? dateShort : dateYearShort).format(ms);
    },
    /** Milliseconds until the calendar day changes, at most a day. */
    untilMidnight(now) {
      const today = dayNumber(now);
      let low = now;
      let high = now + DAY + 2 * 60 * MINUTE;
      while (high - low > 1) {
        const middle = (low + high) / 2;
        if (dayNumber(middle) === today) low = middle;
        else high = middle;
      }
      return Math.round(high - now);
    },
    /** "340 kB", "3.1 MB" */
    size(bytes) {
      const units = ["B", "kB", "MB", "GB"];
      let value = bytes;
      let unit = 0;
      while (value >= 1000 && unit < units.length - 1) {
        value /= 1000;
        unit += 1;
      }
      return `${number.format(unit < 2 ? Math.round(value) : value)} ${units[unit]}`;
    },
    /** "4:05" for seconds. */
    length(seconds) {
      const whole = Math.max(0, Math.round(seconds));
      const minutes = Math.floor(whole / 60);
      const rest = String(whole % 60).padStart(2, "0");
      if (minutes < 60) return `${minutes}:${rest}`;
      return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
    },
    /** "Ann, Ben, and Cy"; of more than four the rest is counted. */
    names(names) {
      return names.length > 4 ? list.format([...names.slice(0, 3), `${names.length - 3} others`]) : list.format(names);
    },
    /** "Ann is typing", "Ann and Ben are typing", "Several people are typing" or nothing. */
    typing(names) {
      if (names.length === 0) return "";
      if (names.length > 3) return "Several people are typing";
      return `${list.format(names)} ${names.length === 1 ? "is" : "are"} typing`;
    },
  };
}

/** Says when the calendar day has changed, for then "Today" is another day. */
export class Midnight {
  #words;
  #clock;
  #timers;
  #passed;
  #timer;

  constructor({ words, clock, timers, passed }) {
    this.#words = words;
    this.#clock = clock;
    this.#timers = timers;
    this.#passed = passed;
  }

  start() {
    const wait = this.#words.untilMidnight(this.#clock.now()) + 500;
    this.#timer = this.#timers.setTimeout(() => {
      this.#passed();
      this.start();
    }, wait);
  }

  stop() {
    this.#timers.clearTimeout(this.#timer);
  }
}
