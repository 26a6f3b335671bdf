/** What this browser keeps, under "marie:". Tabs share it; where storage is forbidden, this page remembers alone. */
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

  remove(key) {
    delete this.#place[KEY + key];
  }

  /** A key per message, so that two tabs that write at once lose nothing. `at` gives the order: it never goes back. */
  queue(message) {
    this.#lastAt = Math.max(this.#lastAt + 1, Date.now());
    const client_id = uuid();
    this.write(`outbox:${client_id}`, { ...message, client_id, at: this.#lastAt });
  }

  unqueue(clientId) {
    this.remove(`outbox:${clientId}`);
  }

  /** What still has to be sent, oldest first. */
  outbox() {
    return this.#keys('outbox:').map((key) => this.read(key)).sort((a, b) => a.at - b.at);
  }

  forget() {
    for (const key of this.#keys('')) this.remove(key);
  }

  #keys(prefix) {
    return Object.keys(this.#place).filter((key) => key.startsWith(KEY + prefix)).map((key) => key.slice(KEY.length));
  }
}

// randomUUID is for https alone; a host page may be plain http.
const uuid = () => crypto.randomUUID?.() ?? '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) => (
  digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));
