// The recording of the call of a page: who asked, whether it runs, and what that says to people.

const OFF = Object.freeze({ state: "off", by: "", why: "" });

const ENDS = {
  declined: (name, mine) => (mine ? `${name} does not want to be recorded.` : ""),
  withdrawn: (name, mine) => (mine ? "" : `${name} does not ask for a recording any more.`),
  stopped: () => "The recording has ended. It will be in your conversation in a moment.",
  time: () => "Two hours are recorded, the most there can be. The recording will be in your conversation in a moment.",
  size: () => "The recording is as large as one can be. It will be in your conversation in a moment.",
  disk: () => "The server has no room for more. What is recorded will be in your conversation in a moment.",
  broken: () => "The recording broke off. What is recorded will be in your conversation in a moment.",
  restart: () => "The server is restarted. What is recorded will be in your conversation afterwards.",
  failed: () => "The recording could not begin. Try again, or ask whoever runs this server.",
};
const TOLD_FOR = 8000;

export class Recording {
  /** @param ask `(event, data) => Promise` of the answer, or null. @param me `() => id`. @param changed Called on news. */
  constructor({ ask, me, device, timers, changed }) {
    this.#ask = ask;
    this.#me = me;
    this.#device = device;
    this.#timers = timers;
    this.#changed = changed;
  }

  #ask;
  #me;
  #device;
  #timers;
  #changed;
  #line = null;
  #news = OFF;
  #problem = "";
  #timer = null;

  /** From now on it is about this line of a call; null: about none. */
  follow(line) {
    this.#timers.clearTimeout(this.#timer);
    this.#line = line;
    this.#news = OFF;
    this.#problem = "";
  }

  /** Ask how it stands: after a reload or a lost connection. */
  look() {
    return this.#want();
  }

  /** Ask for a recording or agree to it; decline, withdraw or stop it. */
  toggle(on) {
    return this.#want(on);
  }

  take(news) {
    if (!this.#line || news.call !== this.#line.call) return;
    this.#news = news;
    this.#line.forward(news.state === "on");
    this.#tell(news.state === "off" ? "end" : "");
  }

  /** How it looks: `recording` is "" | "asking" | "asked" | "on"; `recording_line` are words about how it ended. */
  view(name) {
    const mine = this.#news.by === this.#me();
    const going = { asked: mine ? "asking" : "asked", on: "on", off: "" }[this.#news.state];
    const told = this.#problem === "end" ? (ENDS[this.#news.why]?.(name, mine) ?? "") : this.#problem;
    return { recording: going, recording_line: told };
  }

  async #want(on) {
    const line = this.#line;
    if (!line) return;
    const answer = await this.#ask("call record", { call: line.call, device: this.#device, ...(on === undefined ? {} : { on }) });
    if (line !== this.#line) return;
    if (answer?.recording && (answer.recording.state !== "off" || this.#news.state !== "off")) this.take(answer.recording);
    else if (on !== undefined && !answer?.recording) this.#tell(answer?.error?.message ?? "The server cannot be reached. Try again in a moment.");
  }

  /** Say something for a while. */
  #tell(problem) {
    this.#timers.clearTimeout(this.#timer);
    this.#problem = problem;
    if (problem) {
      this.#timer = this.#timers.setTimeout(() => {
        this.#problem = "";
        this.#changed();
      }, TOLD_FOR);
    }
    this.#changed();
  }
}
