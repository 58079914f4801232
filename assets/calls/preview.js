// Before a call: the devices are open, so that one sees and hears oneself, and nobody else does.

import { openDevices } from "./devices.js";

export class Preview {
  /** The own picture and the microphone whose level is shown: MediaStreams or null. */
  picture = null;
  sound = null;
  problems = {};

  #media;
  #Stream;
  #changed;
  #tracks = [];
  #run = 0;

  /** @param changed Called when the devices have opened, or have not. */
  constructor({ media, Stream, changed }) {
    this.#media = media;
    this.#Stream = Stream;
    this.#changed = changed;
  }

  /** Open these devices and no others; of several wishes the last one counts. See `openDevices`. */
  async open(wanted) {
    this.#run += 1;
    const run = this.#run;
    const found = await openDevices(this.#media, wanted);
    const tracks = [found.microphone, found.camera].filter(Boolean);
    if (run !== this.#run) {
      for (const track of tracks) track.stop();
      return;
    }
    this.#stop();
    this.#tracks = tracks;
    this.problems = found.problems;
    this.picture = found.camera ? new this.#Stream([found.camera]) : null;
    this.sound = found.microphone ? new this.#Stream([found.microphone]) : null;
    this.#changed();
  }

  close() {
    this.#run += 1;
    this.#stop();
  }

  #stop() {
    for (const track of this.#tracks) track.stop();
    this.#tracks = [];
    this.picture = this.sound = null;
    this.problems = {};
  }
}
