/**
 * One conversation's link: a socket, or polling where sockets fail. On both, queued messages leave in order, under one
 * client_id, until the server has them. News goes to tell(entry), an entry of transcript.js or {gone: 404|410}.
 */
const PATIENCE = 10000; // ms without an answer: a dead link

/** Never throws: status 0 is nobody reached. body: JSON or null. */
export async function call(url, token, method = 'GET', body = undefined) {
  try {
    const answer = await fetch(url, {
      method,
      headers: { ...token && { Authorization: `Bearer ${token}` }, ...body && { 'Content-Type': 'application/json' } },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    const json = answer.headers.get('Content-Type')?.includes('json');
    return { status: answer.status, wait: answer.headers.get('Retry-After'), body: json ? await answer.json() : null };
  } catch {
    return { status: 0, body: null };
  }
}

export class Connection {
  #run = 0; // a loop that is not the newest ends
  #socket = null;
  #inFlight = null; // client_id
  #receipt = 0; // timer
  #restUntil = 0;
  #failures = 0;
  #drop = () => {}; // ends the socket's life
  #wake = () => {}; // ends a pause

  constructor({ url, token, memory, lastSeq, tell }) {
    Object.assign(this, { url, token, memory, lastSeq, tell });
    addEventListener('offline', () => this.#drop());
    addEventListener('online', () => this.#wake());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#drop(); // a phone that slept may hold a dead socket
      this.#wake();
    });
  }

  async start() {
    const run = ++this.#run;
    const alive = () => run === this.#run;
    for (this.#failures = 0; alive(); this.#failures += 1) {
      const began = Date.now();
      if (await this.read() && alive() && !await this.#live().catch(() => false)) {
        await import('./polling.js').then(({ poll }) => poll(this, alive)).catch(() => {});
      }
      if (Date.now() - began > PATIENCE) this.#failures = 0;
      // At random: after a restart of the server not all come back at once.
      await this.pause(Math.min(300 * 2 ** this.#failures, 30000) * (0.5 + Math.random()));
      while (Date.now() < this.#restUntil) await this.pause(this.#restUntil - Date.now());
    }
  }

  stop() {
    this.#run += 1;
    this.#drop();
    this.#wake();
  }

  /** One message at a time: order never depends on luck. */
  flush() {
    const [next] = this.memory.outbox();
    if (!this.#socket) this.#wake();
    else if (next && !this.#inFlight) {
      this.#inFlight = next.client_id;
      this.hint({ send: wire(next) });
      this.#receipt = setTimeout(this.#drop, PATIENCE);
    }
  }

  hint(frame) {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** A socket's life; true if it ever opened. */
  #live() {
    return new Promise((resolve) => {
      const socket = new WebSocket(`${this.url.replace('http', 'ws')}/socket?after=${this.lastSeq()}`, 'marie.v1');
      const end = this.#drop = () => {
        clearTimeout(opening);
        this.#sent();
        resolve(this.#socket === socket);
        this.#socket = socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close(); // its own event would come minutes late on a dead link
      };
      const opening = setTimeout(end, PATIENCE);
      socket.onopen = () => {
        clearTimeout(opening);
        this.#socket = socket;
        const seen = this.memory.read('seen');
        this.hint({ token: this.token });
        if (seen) this.hint({ ack: seen });
        this.flush();
      };
      socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
      socket.onclose = ({ code }) => {
        end();
        if (code > 4400) this.problem({ status: code - 4000 });
      };
    });
  }

  #receive(frame) {
    const { error, sent, message } = frame;
    if (error) this.problem(error, error.retry_after, this.#inFlight);
    else {
      if (sent ?? message) this.taken(sent ?? message);
      this.tell(frame);
    }
    this.flush();
  }

  taken({ client_id }) {
    this.#failures = 0;
    if (client_id) this.memory.unqueue(client_id);
    if (client_id === this.#inFlight) this.#sent();
  }

  #sent() {
    this.#inFlight = null;
    clearTimeout(this.#receipt);
  }

  problem({ status, detail = status }, wait, client_id) {
    if (status === 404 || status === 410) {
      this.stop();
      this.tell({ gone: status });
    } else if (client_id && status < 500 && status !== 429) {
      this.taken({ client_id });
      this.tell({ refused: client_id, detail });
    } else {
      if (status === 429) this.#restUntil = Date.now() + 1000 * (wait ?? 5);
      this.tell({ link: status === 429 ? 'slow' : 'unreachable' });
      this.#drop();
    }
  }

  async read() {
    const { status, body, wait } = await call(`${this.url}/messages?after=${this.lastSeq()}`, this.token);
    if (body?.messages) {
      body.messages.forEach((message) => this.taken(message));
      this.tell({ ...body, link: 'live' });
      return true;
    }
    // JSON: Marie's own word, not a proxy's error page.
    if (body) this.problem({ status }, wait);
    else this.tell({ link: navigator.onLine ? 'unreachable' : 'offline' });
    return false;
  }

  pause(ms) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, ms);
    });
  }
}

export const wire = ({ client_id, text, payload }) => (payload ? { client_id, payload } : { client_id, text });
