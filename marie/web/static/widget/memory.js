/** What this browser keeps. Tabs share it; where storage is forbidden, the page remembers alone. */
const KEY = 'marie:';

export class Memory {
  #place = {};
  #lastAt = 0;

  constructor(storage) {
    try {
      this.#place = storage();
    } catch { /* forbidden */ }
  }

  read(key) {
    return JSON.parse(this.#place[KEY + key] ?? null);
  }

  write(key, value) {
    const text = JSON.stringify(value);
    try {
      this.#place[KEY + key] = text;
    } catch { // full
      this.#place = { ...this.#place, [KEY + key]: text };
    }
  }

  forget(prefix = '') {
    for (const key of this.#keys(prefix)) delete this.#place[key];
  }

  /** A key each: tabs that write at once lose nothing. `at` is the order: it never goes back. */
  queue(message) {
    // randomUUID is for https alone; the address of a blob ends in one too.
    const client_id = crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);
    this.#lastAt = Math.max(this.#lastAt + 1, Date.now());
    this.write(`outbox:${client_id}`, { ...message, client_id, at: this.#lastAt });
  }

  unqueue(clientId) {
    this.forget(`outbox:${clientId}`);
  }

  outbox() {
    return this.#keys('outbox:').map((key) => JSON.parse(this.#place[key])).sort((a, b) => a.at - b.at);
  }

  #keys(prefix) {
    return Object.keys(this.#place).filter((key) => key.startsWith(KEY + prefix));
  }
}

