// The own microphone, camera and screen during a call. A browser takes its time to open a device, or asks first: every
// decision about a device voids those before it, and what still opens for an older one is let go of as soon as it comes.

import { openDevices } from "./devices.js";

export class OwnTracks {
  microphone = null;
  camera = null;
  screen = null;
  /** Per device the code of a problem, see `problemOf`; "lost" when it went away by itself. */
  problems = Object.freeze({});

  #media;
  #changed;
  #lost;
  #muted = false;
  /** The newest decision to open a device, as long as the browser has not answered it. */
  #opening = { microphone: null, camera: null, screen: null };

  /**
   * @param media `navigator.mediaDevices`. @param changed `(name)`: a track is another one, or there is news of a problem.
   * @param lost `(name)`: it went away by itself, or the browser's own button ended it; after `changed`.
   */
  constructor({ media, changed, lost }) {
    this.#media = media;
    this.#changed = changed;
    this.#lost = lost;
  }

  /** Open microphone, camera or both in place of what is held; `wanted` as `openDevices` takes it. Never rejects. */
  async open(wanted) {
    const names = ["microphone", "camera"].filter((name) => wanted[name]);
    const decision = {};
    for (const name of names) this.#opening[name] = decision;
    const found = await openDevices(this.#media, wanted);
    for (const name of names) {
      if (this.#opening[name] !== decision) found[name]?.stop();
      else this.#take(name, found[name], found.problems[name]);
    }
  }

  /** Hold a track that was opened elsewhere. */
  hold(name, track) {
    this.#take(name, track);
  }

  /** Let go of it, and of what is being opened. */
  drop(name) {
    this.#opening[name] = null;
    if (!this[name]) return;
    this[name].stop();
    this[name] = null;
    this.#changed(name);
  }

  dropAll() {
    for (const name of Object.keys(this.#opening)) this.drop(name);
  }

  /** Whether it is held, or will be if it opens. */
  wants(name) {
    return this[name] !== null || this.#opening[name] !== null;
  }

  mute(muted) {
    this.#muted = muted;
    if (this.microphone) this.microphone.enabled = !muted;
  }

  /** Note what is wrong with a device, or undefined for nothing. */
  note(name, problem) {
    if (this.problems[name] !== problem) {
      const { [name]: _, ...others } = this.problems;
      this.problems = Object.freeze(problem ? { ...others, [name]: problem } : others);
    }
    this.#changed(name);
  }

  #take(name, track, problem) {
    this.#opening[name] = null;
    if (track) {
      this[name]?.stop();
      this[name] = track;
      if (name === "microphone") track.enabled = !this.#muted;
      track.addEventListener("ended", () => this[name] === track && this.#gone(name));
    }
    this.note(name, problem);
  }

  #gone(name) {
    this[name] = null;
    this.note(name, name === "screen" ? undefined : "lost");
    this.#lost(name);
  }
}
