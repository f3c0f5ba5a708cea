// A sound for a new alert, and again, louder, while nobody takes it. It can be tested, and it is never
// off without a warning: a browser keeps a page silent until someone presses something, and nobody
// but the person can say whether the loudspeaker is on.

import { setText, show } from "./dom.js";

const KEY = "lfr-console-sound";
const NOTES = { red: [880, 1175, 880, 1175], amber: [784, 988], green: [659] };
const NOTE_S = 0.14;
const REMIND_AFTER_S = 10;
const BLOCKED = "No sound yet: the browser keeps this page silent until you press a key or a button.";
const OFF = "Sound is off: new alerts are silent. Press “Sound off” to turn it on.";
const HEARD = "Did you hear four tones? If not, turn up the volume of this computer and of this browser.";
const ASKED_FOR_MS = 8000;
const HIDE_AFTER_MS = 1500;

export class Sound {
  constructor({ button, words, test, warning }) {
    this.button = button;
    this.words = words;
    this.warning = warning;
    this.wanted = localStorage.getItem(KEY) !== "off";
    button.addEventListener("click", () => this.#toggle());
    test.addEventListener("click", () => this.#test());
    for (const kind of ["pointerdown", "keydown"]) {
      document.addEventListener(kind, () => this.wanted && this.#unlock(), { once: true });
    }
    this.#show();
  }

  get isOn() {
    return this.wanted && this.context?.state === "running";
  }

  play(response, { louder = false } = {}) {
    if (!this.isOn) return;
    const volume = louder ? 0.9 : 0.35;
    NOTES[response].forEach((frequency, index) => this.#note(frequency, index * NOTE_S, volume));
  }

  // Called every second: remind of what has waited long, every ten seconds.
  remind(waiting, now) {
    const late = waiting.filter((facts) => now - facts.raised_at > REMIND_AFTER_S);
    if (!late.length || now - (this.remindedAt ?? 0) < REMIND_AFTER_S) return;
    this.remindedAt = now;
    this.play(late[0].response, { louder: true });
  }

  async #unlock() {
    this.context ??= new AudioContext();
    this.context.onstatechange = () => this.#show();
    await this.context.resume().catch(() => {});
    this.#show();
  }

  async #toggle() {
    this.wanted = !this.isOn;
    localStorage.setItem(KEY, this.wanted ? "on" : "off");
    if (this.wanted) await this.#unlock();
    this.#show();
  }

  async #test() {
    this.wanted = true;
    localStorage.setItem(KEY, "on");
    await this.#unlock();
    this.play("red");
    this.isTested = this.isOn;
    clearTimeout(this.asking);
    this.asking = setTimeout(() => {
      this.isTested = false;
      this.#show();
    }, ASKED_FOR_MS);
    this.#show();
  }

  #note(frequency, after, volume) {
    const start = this.context.currentTime + after;
    const tone = new OscillatorNode(this.context, { frequency, type: "triangle" });
    const gain = new GainNode(this.context, { gain: 0 });
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(volume, start + 0.01);
    gain.gain.linearRampToValueAtTime(0, start + NOTE_S);
    tone.connect(gain).connect(this.context.destination);
    tone.start(start);
    tone.stop(start + NOTE_S);
  }

  #show() {
    this.button.setAttribute("aria-pressed", String(this.isOn));
    this.button.classList.toggle("tool-warn", !this.isOn);
    setText(this.words, this.isOn ? "Sound on" : this.wanted ? "Sound waits: press" : "Sound off");
    const warning = this.isOn ? (this.isTested ? HEARD : "") : this.wanted ? BLOCKED : OFF;
    clearTimeout(this.hiding);
    if (warning) {
      setText(this.warning, warning);
      show(this.warning, true);
    } else {
      // Not under the finger: the press that lets the sound out is meant for something below it.
      this.hiding = setTimeout(() => show(this.warning, false), HIDE_AFTER_MS);
    }
  }
}
