/**
 * What was written and is not known to be in the log, under "marie-console:": it outlives a reload or a lost link.
 * A key per message, so that two tabs that write at once lose nothing. Each leaves under one client_id, once.
 */
export class Outbox {
  #prefix;
  #lastAt = 0;

  constructor(staff, conversation) {
    this.#prefix = `marie-console:${staff}:${conversation}:`;
  }

  /** The oldest first. */
  all() {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(this.#prefix))
      .map((key) => JSON.parse(localStorage[key]))
      .sort((a, b) => a.at - b.at);
  }

  /** `more`: what goes with the text (`note`, `attach`, `seen`). */
  add(text, more = {}) {
    this.#lastAt = Math.max(this.#lastAt + 1, Date.now());
    const message = { client_id: uuid(), text, at: this.#lastAt, ...more };
    localStorage[this.#prefix + message.client_id] = JSON.stringify(message);
    return message;
  }

  remove(clientId) {
    localStorage.removeItem(this.#prefix + clientId);
  }
}

// randomUUID is for https alone; a console may be tried over plain http.
const uuid = () => crypto.randomUUID?.() ?? '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) => (
  digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
