// What a person chose for calls, kept in this browser, and the devices there are to choose from.

import { listDevices } from "./devices.js";
import { read, write } from "./keep.js";

const KEY = "chatbeside.calls";

export class Choices {
  devices = { microphones: [], cameras: [], speakers: [] };

  #media;
  #memory;
  #changed;

  /** @param memory A Storage or undefined. @param changed Called when something of it is new. */
  constructor({ media, memory, changed }) {
    this.#media = media;
    this.#memory = memory;
    this.#changed = changed;
    this.chosen = { microphone: "", camera: "", speaker: "", ask: true };
    this.again();
  }

  /** Take what was chosen elsewhere on this page meanwhile. */
  again() {
    this.chosen = { ...this.chosen, ...read(this.#memory, KEY) };
  }

  /** Which microphone and camera, in the form of `openDevices`. */
  get ids() {
    return { microphoneId: this.chosen.microphone, cameraId: this.chosen.camera };
  }

  choose(change) {
    this.chosen = { ...this.chosen, ...change };
    write(this.#memory, KEY, this.chosen);
    this.#changed();
  }

  /** Look again which devices there are; their names are known once one of their kind may be used. */
  async look() {
    this.devices = await listDevices(this.#media).catch(() => this.devices);
    this.#changed();
  }
}
