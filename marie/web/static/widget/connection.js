/**
 * One conversation's link with the server (/api/v1): a socket when it can be had, else polling, and on both the same
 * promise: queued messages leave in order, under the same client_id, until the server has them.
 * What comes in goes to tell(entry), as entries of transcript.js; {gone: 404|410} when the conversation is no more.
 */
const PATIENCE = 10000; // ms without an answer: the link is dead, whatever it says
const LONGEST_PAUSE = 30000;
const POLL_FOR = 60000; // then the socket is tried again

/** Never throws. status 0: nobody reached; body null: not JSON. */
export async function call(url, token, method = 'GET', body = undefined) {
  try {
    const answer = await fetch(url, {
      method,
      headers: { ...token && { Authorization: `Bearer ${token}` }, ...body && { 'Content-Type': 'application/json' } },
      body: JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    const json = answer.headers.get('Content-Type')?.includes('json');
    return { status: answer.status, wait: answer.headers.get('Retry-After'), body: json ? await answer.json() : null };
  } catch {
    return { status: 0, body: null };
  }
}

export class Connection {
  #run = 0; // a loop that is not the newest ends by itself
  #socket = null;
  #drop = () => {}; // ends the socket's session now
  #wake = () => {}; // ends a pause now
  #inFlight = null; // client_id of the message under way on the socket
  #notBefore = 0; // asked to slow down until then
  #timer = 0; // for the opening, a receipt, or the end of a slow-down
  #hiddenAt = 0;

  constructor({ url, token, memory, lastSeq, tell }) {
    Object.assign(this, { url, token, memory, lastSeq, tell });
    addEventListener('offline', () => this.#drop());
    addEventListener('online', () => this.#wake());
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#hiddenAt = Date.now();
      else if (Date.now() - this.#hiddenAt > LONGEST_PAUSE) this.#drop(); // a phone that slept may hold a dead socket
      this.#wake();
    });
  }

  /** `known`: the log was just read, so begin with the socket. */
  async start(known) {
    const run = ++this.#run;
    for (let failures = 0; ; failures += 1) {
      if (known || await this.#poll()) {
        known = false;
        const began = Date.now();
        if (run === this.#run && !await this.#live().catch(() => false)) await this.#poll(run, began + POLL_FOR);
        if (Date.now() - began > PATIENCE) failures = 0;
      }
      // Spread out: after a restart of the server not everybody comes back at once.
      await this.#pause(Math.min(300 * 2 ** failures, LONGEST_PAUSE) * (0.5 + Math.random()));
      while (this.#notBefore > Date.now()) await this.#pause(this.#notBefore - Date.now());
      if (run !== this.#run) return;
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
    const wait = this.#notBefore - Date.now();
    if (!this.#socket) this.#wake();
    else if (wait > 0) this.#later(wait, () => this.flush());
    else if (next && !this.#inFlight) {
      this.#inFlight = next.client_id;
      this.hint({ send: wire(next) });
      this.#later(PATIENCE, this.#drop);
    }
  }

  /** A frame that is only worth sending now. */
  hint(frame) {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** A socket's life; true if it ever opened. */
  #live() {
    return new Promise((resolve) => {
      let opened = false;
      const socket = new WebSocket(`${this.url.replace('http', 'ws')}/socket?after=${this.lastSeq()}`, 'marie.v1');
      // Nobody waits for the close event: on a dead link it comes minutes late.
      const end = () => {
        clearTimeout(this.#timer);
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close();
        this.#socket = this.#inFlight = null;
        resolve(opened);
      };
      this.#drop = end;
      this.#later(PATIENCE, end);
      socket.onopen = () => {
        clearTimeout(this.#timer);
        opened = true;
        this.#socket = socket;
        this.hint({ token: this.token });
        this.flush();
      };
      socket.onmessage = ({ data }) => this.#receive(JSON.parse(data));
      socket.onclose = ({ code }) => {
        end();
        if (code > 4400) this.#problem({ status: code - 4000 });
      };
    });
  }

  #receive(frame) {
    const { error, sent, message } = frame;
    if (error) {
      const clientId = this.#inFlight;
      this.#inFlight = null;
      this.#problem(error, error.retry_after, clientId);
      if (error.status >= 500) this.#drop();
    } else {
      this.#taken(sent ?? message);
      this.tell(sent ? { sent, link: 'live' } : frame);
    }
    this.flush();
  }

  /** The server has it: it need not be sent again. */
  #taken({ client_id } = {}) {
    if (!client_id) return;
    this.memory.unqueue(client_id);
    if (this.#inFlight !== client_id) return;
    this.#inFlight = null;
    clearTimeout(this.#timer);
  }

  /** What the server's refusal means; `client_id`: of the message that it refused. */
  #problem({ status, detail }, wait, client_id) {
    if (status === 404 || status === 410) {
      this.stop();
      this.tell({ gone: status });
    } else if (status === 429) {
      this.#notBefore = Date.now() + 1000 * (Number(wait) || 5);
      this.tell({ link: 'slow' });
    } else if (status < 500 && client_id) {
      this.memory.unqueue(client_id);
      this.tell({ refused: { client_id, refused: detail ?? status } });
    }
  }

  /** Post what waits and read what is new: once, or until then; true if it worked. */
  async #poll(run = 0, until = 0) {
    let soon = 0; // an answer is expected: look more often
    do {
      for (const queued of run ? this.memory.outbox() : []) {
        const { status, body, wait } = await call(`${this.url}/messages`, this.token, 'POST', wire(queued));
        if (body?.seq) {
          this.#taken(queued);
          this.tell({ sent: { client_id: queued.client_id, seq: body.seq } });
          soon = 9;
        } else if (body && status < 500) this.#problem({ ...body, status }, wait, queued.client_id);
        else return false;
      }
      const { status, body, wait } = await call(`${this.url}/messages?after=${this.lastSeq()}`, this.token);
      if (status !== 200 || !body) {
        // Only Marie's own server ends a conversation, not a proxy's error page.
        if (body && status < 500) this.#problem({ status }, wait);
        else this.tell({ link: navigator.onLine ? 'unreachable' : 'offline' });
        return false;
      }
      body.messages.forEach((message) => this.#taken(message));
      this.tell({ ...body, link: 'live' });
      if (run) await this.#pause(soon-- > 0 ? 700 : document.hidden ? 15000 : 3000);
    } while (run && run === this.#run && Date.now() < until);
    return true;
  }

  #pause(ms) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, ms);
    });
  }

  #later(ms, action) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(action, ms);
  }
}

const wire = ({ client_id, text, payload }) => (payload ? { client_id, payload } : { client_id, text });
