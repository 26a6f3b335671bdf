/**
 * <marie-chat> holds memory (what this browser keeps), connection (what comes and goes), transcript (what that means),
 * panel and messages (what it looks like) together. Before consent nothing is sent or stored.
 */
import { Connection, call } from './connection.js';
import { LABELS } from './labels.js';
import { Memory } from './memory.js';
import { Log, el } from './messages.js';
import { button, buildPanel, touch } from './panel.js';
import { EMPTY, counsellor, lastSeq, quickReplies, reduce, writing } from './transcript.js';

const NEUTRAL = 'https://www.meteomedia.com/ca';
const TYPING_FOR = 6000; // ms; there is no "stopped typing"

/** Put Marie into this page, once. `options`: {api, privacy, stylesheet, styles}, as marie.js gives them. */
export function install(options) {
  if (customElements.get('marie-chat')) return;
  MarieChat.options = options;
  customElements.define('marie-chat', MarieChat);
  const add = () => document.querySelector('marie-chat') ?? document.body.append(el('marie-chat', {}));
  if (document.body) add();
  else addEventListener('DOMContentLoaded', add);
}

class MarieChat extends HTMLElement {
  #memory = new Memory(() => localStorage);
  #tab = new Memory(() => sessionStorage);
  #transcript = EMPTY;
  #log;
  #busy = false;
  #notice = '';
  #typing = { shown: 0, told: 0 };
  connection = null;

  async connectedCallback() {
    if (this.shadowRoot) return;
    const { api, privacy, styles, stylesheet } = MarieChat.options;
    const root = this.attachShadow({ mode: 'open' });
    this.parts = buildPanel(this, privacy);
    const { launcher, panel, log } = this.parts;
    this.#log = new Log(log, api);
    try { // a constructed sheet needs nothing of the host page's policy
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(await styles);
      root.adoptedStyleSheets = [sheet];
    } catch { // an older browser
      await new Promise((done) => {
        root.append(el('link', { rel: 'stylesheet', href: stylesheet, onload: done, onerror: done }));
      });
    }
    root.append(el('aside', { lang: 'fr-CA', dir: 'ltr', 'aria-label': 'Marie', onkeydown: (event) => event.key === 'Escape' && this.#escape() }, launcher, panel));
    this.#listen();
    this.#resume();
    if (this.connection && this.#tab.read('open') && innerWidth > 480) this.open(false);
  }

  /** Show the conversation; `focus` false leaves the visitor where she is. */
  open(focus = true) {
    const { launcher, panel, form, text } = this.parts;
    panel.hidden = false;
    launcher.hidden = true;
    if (this.connection) this.#tab.write('open', true);
    this.#draw();
    this.#scroll();
    if (focus) (form.hidden || touch() ? panel : text).focus();
  }

  close() {
    const { launcher, panel } = this.parts;
    panel.hidden = true;
    launcher.hidden = false;
    this.#tab.remove('open');
    launcher.focus();
  }

  async begin() {
    if (this.#busy) return;
    this.#busy = true;
    const { status, body } = await call(this.#url(''), null, 'POST', { consent: true });
    this.#busy = false;
    if (status !== 201) return this.#say(LABELS.failed);
    this.#memory.write('conversation', { id: body.conversation_id, token: body.token });
    this.#resume(body.messages);
    this.open();
  }

  refuse() {
    this.forget('');
    this.close();
  }

  send(message) {
    this.#notice = '';
    this.#memory.queue(message);
    this.#tell({ pending: this.#memory.outbox() });
    this.connection.flush();
  }

  typing() {
    if (this.#transcript.state === 'marie' || Date.now() - this.#typing.told < TYPING_FOR / 2) return;
    this.#typing.told = Date.now();
    this.connection.hint({ typing: true });
  }

  /** A choice of the menu. What few ever need is fetched when it is needed. */
  async choose(name) {
    if (name === 'handoff') this.send({ text: LABELS.handoffText });
    else if (!await import('./rights.js').then((rights) => rights[name](this)).catch(() => false)) this.#say(LABELS.failed);
  }

  /** Away, at once, with nothing left behind: the next page may take its time to come. */
  quit() {
    this.connection?.stop();
    this.#memory.forget();
    this.#tab.forget();
    this.shadowRoot.replaceChildren(el('div', { class: 'blank' }));
    location.replace(NEUTRAL);
  }

  /** The conversation is over for this browser. `keep` what was typed but never taken in: it can still be sent. */
  forget = (notice, keep) => {
    const queued = keep ? this.#memory.outbox() : [];
    this.#memory.forget();
    this.#tab.forget();
    for (const { text } of queued) this.#memory.queue({ text });
    this.#resume();
    this.#say(notice);
  };

  #url(path) {
    return `${MarieChat.options.api}/api/v1/conversations${path}`;
  }

  #listen() {
    // A host page's own link: <a href="https://HOST/chat" data-marie-open>.
    document.addEventListener('click', (event) => {
      if (!event.target.closest('[data-marie-open]')) return;
      event.preventDefault();
      this.open();
    });
    addEventListener('storage', () => this.#resume()); // another tab began, ended, wrote or read
    // An open socket would keep the browser from holding the page ready for "back".
    addEventListener('pagehide', () => this.connection?.stop());
    addEventListener('pageshow', ({ persisted }) => persisted && this.connection?.start());
    document.addEventListener('visibilitychange', () => this.#draw());
    // On a phone the keyboard covers the end of the page: the panel keeps to what is left.
    for (const type of ['resize', 'scroll']) {
      visualViewport?.addEventListener(type, () => {
        const { height, offsetTop, scale } = visualViewport;
        if (scale > 1.01) return; // enlarged with two fingers: no keyboard
        this.parts.panel.style.setProperty('--height', `${height}px`);
        this.parts.panel.style.setProperty('--top', `${offsetTop}px`);
      });
    }
  }

  /** Follow the conversation that this browser knows, if any. `messages`: its log, when it has just begun. */
  #resume(messages) {
    const { id, token } = this.#memory.read('conversation') ?? {};
    if (this.connection?.token !== token) {
      this.connection?.stop();
      this.#transcript = EMPTY;
      // What was there before is not news: read aloud is what comes from now on.
      this.parts.log.ariaLive = messages ? 'polite' : 'off';
      this.connection = token ? new Connection({
        url: this.#url(`/${id}`), token, memory: this.#memory, lastSeq: () => lastSeq(this.#transcript), tell: (entry) => this.#tell(entry),
      }) : null;
      this.connection?.start(messages);
    }
    this.#tell({ messages, pending: this.#memory.outbox() });
  }

  /** All that happens to the conversation comes through here. */
  #tell(entry) {
    if (entry.gone) return this.forget(entry.gone === 410 ? LABELS.erased : LABELS.gone, entry.gone === 404);
    if (entry.typing) {
      clearTimeout(this.#typing.shown);
      this.#typing.shown = setTimeout(() => this.#tell({ typing: null }), TYPING_FOR);
    }
    const before = this.#transcript.messages.length;
    this.#transcript = reduce(this.#transcript, entry);
    this.#draw();
    const { messages } = this.#transcript;
    if (entry.pending || !before) this.#scroll();
    else if (messages.length > before) this.#scroll(messages[before - 1].author === 'visitor' ? before - 1 : before);
  }

  #say(notice) {
    this.#notice = notice;
    this.#draw();
  }

  #draw() {
    const { launcher, badge, panel, name, role, banner, log, writing: dots, writer, talk, consent, more, form } = this.parts;
    const { messages, state, link } = this.#transcript;
    const started = Boolean(this.connection);
    consent.hidden = started;
    talk.hidden = more.node.hidden = form.hidden = !started;

    this.#log.draw(this.#transcript);
    if (messages.length) setTimeout(() => { log.ariaLive = 'polite'; }, 500);
    const who = writing(this.#transcript);
    dots.hidden = !who;
    writer.textContent = who ? who.name + LABELS.writing : '';
    this.#offer(quickReplies(this.#transcript));

    const human = state === 'counsellor';
    name.textContent = (human && counsellor(this.#transcript)) || 'Marie';
    role.textContent = human ? LABELS.human : LABELS.role;
    const words = LABELS[link] ?? (this.#notice || LABELS[state] || '');
    if (banner.textContent !== words) banner.textContent = words;
    banner.classList.toggle('warning', link !== 'live');

    let seen = this.#memory.read('seen') ?? 0;
    const last = lastSeq(this.#transcript);
    if (last > seen && launcher.hidden && !document.hidden) {
      seen = last;
      this.#memory.write('seen', seen);
      this.connection.hint({ ack: seen });
    }
    const news = messages.filter(({ seq, author }) => seq > seen && author !== 'visitor').length;
    badge.hidden = !news;
    badge.textContent = news ? LABELS.unread(news) : '';
  }

  /** Buttons are made anew only when they change, so that focus stays on them. */
  #offer(offered) {
    const { replies, panel, text } = this.parts;
    const key = JSON.stringify(offered);
    if (replies.key === key) return;
    replies.key = key;
    replies.replaceChildren(...offered.map(({ title, payload }) => button('reply', () => {
      (touch() ? panel : text).focus();
      this.send({ text: title, payload });
    }, title)));
  }

  /** Bring the end into sight, but never past the top of message number `from`: a long answer is read from its start. */
  #scroll(from = -1) {
    const { talk, log } = this.parts;
    talk.scrollTop = Math.min(log.children[from]?.offsetTop - 12 || Infinity, talk.scrollHeight);
  }

  #escape() {
    const { more } = this.parts;
    if (more.list.hidden) this.close();
    else {
      more.show(false);
      more.toggle.focus();
    }
  }
}
