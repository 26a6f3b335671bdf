/**
 * <marie-chat>: memory keeps, connection brings, transcript decides, view shows.
 * Before consent nothing is sent or stored.
 */
import { Connection, call } from './connection.js';
import { LABELS } from './labels.js';
import { Memory } from './memory.js';
import { answerer, EMPTY, lastSeq, quickReplies, reduce, writing } from './transcript.js';
import { Log, button, buildPanel, el, touch } from './view.js';

const NEUTRAL = 'https://www.meteomedia.com/ca';
const TYPING_FOR = 6000; // ms; there is no "stopped typing"

/** `options`: {api, privacy, stylesheet, styles}, as marie.js gives them. */
export function install(options) {
  if (customElements.get('marie-chat')) return;
  MarieChat.options = options;
  customElements.define('marie-chat', MarieChat);
  const add = () => document.body.append(new MarieChat());
  if (document.body) add();
  else addEventListener('DOMContentLoaded', add);
}

class MarieChat extends HTMLElement {
  #transcript = EMPTY;
  #log;
  #busy = false;
  #from = -1;
  #notice = '';
  #typing = { shown: 0, told: 0 };
  connection = null;
  memory = new Memory(() => localStorage);
  parts = {}; // nodes by the first word of their class

  async connectedCallback() {
    if (this.shadowRoot) return;
    const { api, privacy, styles, stylesheet } = MarieChat.options;
    const root = this.attachShadow({ mode: 'open' });
    try { // a constructed sheet needs nothing of the host page's policy
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(await styles);
      root.adoptedStyleSheets = [sheet];
    } catch { // an older browser
      await new Promise((done) => {
        root.append(el('link', { rel: 'stylesheet', href: stylesheet, onload: done, onerror: done }));
      });
    }
    const aside = el('aside', { lang: 'fr-CA', dir: 'ltr', 'aria-label': 'Marie', onkeydown: ({ key }) => key === 'Escape' && this.close() },
      ...buildPanel(this, privacy));
    for (const node of aside.querySelectorAll('[class]')) this.parts[node.classList[0]] = node;
    this.#log = new Log(this.parts.log, this, api, () => this.#scroll());
    root.append(aside);
    this.#listen();
    this.#resume();
    if (this.memory.read('open') && innerWidth > 480) this.open(false);
  }

  open(focus = true) {
    const { launcher, panel, input } = this.parts;
    panel.hidden = false;
    launcher.hidden = true;
    if (this.connection) this.memory.write('open', true);
    this.#draw();
    this.#scroll();
    if (focus) (this.connection && !touch() ? input : panel).focus();
  }

  close() {
    const { launcher, panel } = this.parts;
    panel.hidden = true;
    launcher.hidden = false;
    this.memory.forget('open');
    launcher.focus();
  }

  async begin() {
    if (this.#busy) return;
    this.#busy = true;
    const { status, body } = await call(this.#url(''), null, 'POST', { consent: true, version: LABELS.version });
    this.#busy = false;
    if (status !== 201) return this.say(LABELS.failed);
    this.#notice = '';
    this.memory.write('conversation', { id: body.conversation_id, token: body.token });
    this.#resume(body.messages);
    this.open();
  }

  refuse() {
    this.forget('');
    this.close();
  }

  send(message) {
    this.#notice = '';
    this.memory.queue(message);
    this.#tell({ pending: this.memory.outbox() });
    this.connection.flush();
  }

  typing() {
    if (this.#transcript.state === 'marie' || Date.now() - this.#typing.told < TYPING_FOR / 2) return;
    this.#typing.told = Date.now();
    this.connection.hint({ typing: true });
  }

  /** At once: the next page may take its time to come. */
  quit() {
    this.forget('');
    this.shadowRoot.replaceChildren(el('div', { class: 'blank' }));
    location.replace(NEUTRAL);
  }

  /** The conversation is over here. `keep` what was typed but never taken in: it can still be sent. */
  forget(notice, keep) {
    const queued = keep ? this.memory.outbox() : [];
    this.memory.forget();
    for (const { text } of queued) this.memory.queue({ text });
    this.#resume();
    this.say(notice);
  }

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
    // Another tab began, ended, wrote or read.
    addEventListener('storage', ({ key }) => /^(marie:|null)/.test(key) && this.#resume());
    document.addEventListener('visibilitychange', () => this.#draw());
    // A phone's keyboard covers the page: the panel keeps to what is left.
    for (const type of ['resize', 'scroll']) {
      visualViewport?.addEventListener(type, () => {
        const { height, offsetTop, scale } = visualViewport;
        if (scale > 1.01) return; // enlarged with two fingers: no keyboard
        this.parts.panel.style.setProperty('--height', `${height}px`);
        this.parts.panel.style.setProperty('--top', `${offsetTop}px`);
      });
    }
  }

  /** Follow the conversation that is kept, if any. `messages`: its log, when it has just begun. */
  #resume(messages) {
    const { id, token } = this.memory.read('conversation') ?? {};
    if (this.connection?.token !== token) {
      this.connection?.stop();
      this.#transcript = EMPTY;
      // Read aloud is what comes from now on.
      this.parts.log.setAttribute('aria-live', messages ? 'polite' : 'off');
      this.connection = token ? new Connection({
        url: this.#url(`/${id}`), token, memory: this.memory, lastSeq: () => lastSeq(this.#transcript), tell: (entry) => this.#tell(entry),
      }) : null;
      this.connection?.start();
    }
    this.#tell({ messages, pending: this.memory.outbox() });
  }

  #tell(entry) {
    if (entry.gone) return this.forget(entry.gone === 410 ? LABELS.erased : LABELS.gone, entry.gone === 404);
    if (entry.refused) {
      // Back where it can be changed.
      this.parts.input.value ||= this.#transcript.pending.find(({ client_id }) => client_id === entry.refused)?.text ?? '';
      this.#notice = LABELS.refused + entry.detail;
      entry.pending = this.memory.outbox();
    }
    if (entry.typing) {
      clearTimeout(this.#typing.shown);
      this.#typing.shown = setTimeout(() => this.#tell({ typing: null }), TYPING_FOR);
    }
    if (entry.message?.answers) setTimeout(this.parts.more.fill, 2000);
    const before = this.#transcript.messages.length;
    this.#transcript = reduce(this.#transcript, entry);
    this.#draw();
    const { messages } = this.#transcript;
    if (entry.pending || !before) this.#scroll(-1);
    else if (messages.length > before) this.#scroll(messages[before - 1].author === 'visitor' ? before - 1 : before);
  }

  say(notice) {
    this.#notice = notice;
    this.#draw();
  }

  #draw() {
    const { launcher, badge, role, banner, log, dots, writer, talk, consent, more, composer } = this.parts;
    const { messages, state, link } = this.#transcript;
    const started = Boolean(this.connection);
    consent.hidden = started;
    talk.hidden = more.hidden = composer.hidden = !started;

    this.#log.draw(this.#transcript);
    if (messages.length) setTimeout(() => log.setAttribute('aria-live', 'polite'), 500);
    const who = writing(this.#transcript);
    dots.hidden = !who;
    writer.textContent = who ? who.name + LABELS.writing : '';
    this.#offer(quickReplies(this.#transcript));

    const human = state === 'counsellor';
    const name = answerer(this.#transcript) || LABELS[state];
    role.textContent = human ? LABELS.human : LABELS.role;
    const words = LABELS[link] ?? (this.#notice || (human ? name + LABELS.answers : LABELS[state] ?? ''));
    if (banner.textContent !== words) {
      banner.textContent = words;
      this.#scroll();
    }

    let seen = this.memory.read('seen') ?? 0;
    const last = lastSeq(this.#transcript);
    if (last > seen && launcher.hidden && !document.hidden) {
      seen = last;
      this.memory.write('seen', seen);
      this.connection.hint({ ack: seen });
    }
    const news = messages.filter(({ seq, author }) => seq > seen && author !== 'visitor').length;
    badge.hidden = !news;
    badge.textContent = news ? LABELS.unread(news) : '';
  }

  /** Made anew only when they change: focus stays. */
  #offer(offered) {
    const { replies, panel, input } = this.parts;
    const key = JSON.stringify(offered);
    if (replies.key === key) return;
    replies.key = key;
    replies.replaceChildren(...offered.map(({ title, payload }) => button('reply', () => {
      (touch() ? panel : input).focus();
      this.send({ text: title, payload });
    }, title)));
  }

  /** To the end, but never past the top of message number `from`: a long answer is read from its start. */
  #scroll(from = this.#from) {
    const { talk, log } = this.parts;
    this.#from = from;
    talk.scrollTop = Math.min(log.children[from]?.offsetTop - 12 || Infinity, talk.scrollHeight);
  }
}
