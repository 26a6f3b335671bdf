/**
 * A socket that comes back. `address()` is asked at each opening, so that it can name the last message seen;
 * `receive(frame)` gets what is said, `changed(up)` whether the link holds, `over()` says that the session or the
 * conversation is gone: only the server's page can tell which.
 */
const PATIENCE = 10000; // ms to open, and to answer a send
const LONGEST_PAUSE = 15000;
const OVER = new Set([4401, 4404]);

export class Link {
  #socket = null;
  #failures = 0;
  #timer = 0;

  constructor({ address, receive, changed, over }) {
    Object.assign(this, { address, receive, changed, over });
    addEventListener('offline', () => this.drop());
    addEventListener('online', () => this.#again(0));
    document.addEventListener('visibilitychange', () => !document.hidden && !this.#socket && this.#again(0));
    // An open socket would keep the browser from holding the page ready for "back".
    addEventListener('pagehide', () => this.#forget());
    addEventListener('pageshow', ({ persisted }) => persisted && this.#again(0));
    this.#open();
  }

  get up() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  send(frame) {
    if (this.up) this.#socket.send(JSON.stringify(frame));
  }

  /** The link is dead, whatever the browser says. */
  drop() {
    if (!this.#socket) return;
    this.#forget();
    this.#failed();
  }

  #open() {
    clearTimeout(this.#timer);
    if (this.#socket) return;
    const socket = new WebSocket(new URL(this.address(), location.href.replace(/^http/, 'ws')));
    let opened = false;
    const opening = setTimeout(() => this.drop(), PATIENCE);
    this.#socket = socket;
    socket.onopen = () => {
      clearTimeout(opening);
      opened = true;
      this.#failures = 0;
      this.changed(true);
    };
    socket.onmessage = ({ data }) => this.receive(JSON.parse(data));
    socket.onclose = ({ code }) => {
      clearTimeout(opening);
      this.#socket = null;
      if (OVER.has(code)) this.over();
      else this.#failed(!opened);
    };
  }

  #forget() {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#timer);
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #failed(refused = false) {
    this.changed(false);
    // A refused opening says nothing of why: ask whether we are still signed in.
    if (refused && navigator.onLine) {
      fetch('/console/liste', { redirect: 'manual' }).then(({ type }) => type === 'opaqueredirect' && this.over()).catch(() => {});
    }
    // Spread out: after a restart of the server not everybody comes back at once.
    this.#again(Math.min(400 * 2 ** this.#failures, LONGEST_PAUSE) * (0.5 + Math.random()));
    this.#failures += 1;
  }

  #again(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), pause);
  }
}
