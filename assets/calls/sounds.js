// Plays the sound of calls, whatever page of the product is shown: the elements belong to the document and not to a page,
// so that a call is heard while somebody looks at the settings.

export class Sounds {
  #document;
  #mark;
  #blocked;
  #elements = new Map();

  /** @param mark Attributes of the elements. @param blocked Called when the browser waits for a click to play them. */
  constructor({ document, mark, blocked }) {
    this.#document = document;
    this.#mark = mark;
    this.#blocked = blocked;
  }

  /** Play these streams and no others. @param streams `[name, MediaStream]` each. @param speaker A device's id. */
  play(streams, speaker = "") {
    const wanted = new Map(streams);
    for (const [name, known] of this.#elements) {
      if (wanted.has(name)) continue;
      known.element.srcObject = null;
      known.element.remove();
      this.#elements.delete(name);
    }
    for (const [name, stream] of wanted) this.#one(name, stream, speaker);
  }

  #one(name, stream, speaker) {
    const known = this.#elements.get(name) ?? this.#make(name);
    if (known.speaker !== speaker) {
      known.speaker = speaker;
      known.element.setSinkId?.(speaker).catch(() => {});
    }
    if (known.element.srcObject === stream) return;
    known.element.srcObject = stream;
    known.element.play().catch((error) => error.name === "NotAllowedError" && this.#blocked());
  }

  #make(name) {
    const element = this.#document.createElement("audio");
    for (const [key, value] of Object.entries(this.#mark)) element.setAttribute(key, value);
    element.dataset.user = name;
    element.autoplay = true;
    this.#document.body.append(element);
    const made = { element, speaker: "" };
    this.#elements.set(name, made);
    return made;
  }
}
