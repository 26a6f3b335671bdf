/** What is seen: the parts that stay, whose buttons call `chat`, and the log. No string ever becomes HTML. */
import { LABELS } from './labels.js';

const LIMIT = 4000; // code points

/** Empty children and null attributes are left out. */
export function el(tag, attributes, ...children) {
  const node = /svg|path/.test(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter(Boolean));
  return node;
}

export const svg = (name, viewBox, paths) => el('svg', { class: name, viewBox, 'aria-hidden': true },
  ...Object.entries(paths).map(([part, d]) => el('path', { class: part, d })));

export const icon = (d) => svg('icon', '0 0 24 24', { d });

export const avatar = () => svg('avatar', '0 0 48 48', {
  ground: 'M0 0h48v48H0z',
  hair: 'M11 36c-1-4 1-9 1-15C12 12 17 7 24 7s12 5 12 14c0 6 2 11 1 15z',
  skin: 'M17 19c5 0 9-1 11-5 1 2 2 4 3 5v4c0 5-3 9-7 9s-7-4-7-9z',
  scarf: 'M5 48c0-10 6-14 14-16 2 3 8 3 10 0 8 2 14 6 14 16z',
  smile: 'M21 22v.01M27 22v.01M21 26c2 2 4 2 6 0',
});

/** Mere text when the address is not one to follow. */
export function link(href, attributes, ...children) {
  if (!/^(https?:\/\/|tel:)/i.test(href)) return el('span', {}, ...children);
  return el('a', { href, ...href.startsWith('http') && { target: '_blank', rel: 'noopener noreferrer' }, ...attributes }, ...children);
}

/** "418 723-1880, poste 2" → "tel:+14187231880"; "9-8-8" → "tel:988". */
export const tel = (phone) => `tel:${phone.replace(/\D/g, '').replace(/^1?(\d{10}).*/, '+1$1')}`;

// Addresses, phone numbers, 911 and 9-8-8.
const LINKS = /(https?:\/\/[^\s<>"«»]*[^\s<>"«».,;:!?'’)\]])|((?:\b1[\s-])?(?:\b\d{3}|\(\d{3}\))[\s-]\d{3}-\d{4}\b|\b9-?(?:1-?1|8-?8)\b)/g;

function linked(text) {
  const nodes = [];
  let done = 0;
  for (const { 0: all, 1: url, 2: phone, index } of text.matchAll(LINKS)) {
    nodes.push(text.slice(done, index), link(url ?? tel(phone), {}, all));
    done = index + all.length;
  }
  return [...nodes, text.slice(done)];
}

const said = (at) => new Date(at).toLocaleString('fr-CA', { day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' });

export class Log {
  #drawn = new Map();

  /** `api`: the origin of documents. `grown`: called when an answer got longer. */
  constructor(node, chat, api, grown) {
    Object.assign(this, { node, chat, api, grown });
  }

  /** What stays is not touched: it is read aloud once. */
  draw({ messages, pending, link: state }) {
    const drawn = new Map();
    let previous;
    let place = this.node.firstChild;
    for (const item of [...messages, ...pending.map((queued) => ({ ...queued, author: 'visitor', waits: state !== 'live' && !queued.sent }))]) {
      const key = item.client_id ?? item.seq;
      const known = this.#drawn.get(key);
      const node = known?.text === item.text ? known : this.#message(item);
      drawn.set(key, node);
      node.lastChild.textContent = item.waits ? LABELS.pending : '';
      const who = item.author + (item.name ?? '');
      node.classList.toggle('follows', who === previous);
      if (place === node) place = node.nextSibling;
      else this.node.insertBefore(node, place);
      previous = who;
    }
    for (const [key, node] of this.#drawn) if (drawn.get(key) !== node) node.remove();
    this.#drawn = drawn;
  }

  #message(item) {
    const { author, name, text, at, resources, documents, sources, data } = item;
    const drawn = resources?.length || data?.rows;
    const node = el('div', { class: `message ${author}` },
      author === 'marie' && avatar(),
      author === 'counsellor' && el('span', { class: 'avatar', 'aria-hidden': true }, name?.[0]),
      author !== 'system' && el('p', { class: 'who' }, el('bdi', {}, author === 'visitor' ? LABELS.you : name), ' ', el('time', {}, said(at))),
      // Cards or a table say it.
      el('div', { class: 'text', dir: 'auto' }, ...author === 'visitor' ? [text] : linked(drawn ? text.replace(/(\n• .*)+\n(\nD’après .*)*\n?(?!.)/, '') : text)),
      el('p', { class: 'status' }));
    if (drawn || documents?.length || sources?.length) {
      // Fetched with the first answer that has it.
      import('./extras.js').then(({ extras }) => extras(item, this)).then((nodes) => {
        node.lastChild.before(...nodes);
        this.grown();
      });
    }
    return Object.assign(node, { text });
  }
}

export const button = (name, onclick, ...children) => el('button', { type: 'button', class: name, onclick }, ...children);

const round = (name, label, d, onclick) => el('button', { type: 'button', class: name, onclick, title: label, 'aria-label': label }, icon(d));

/** Where a keyboard comes up over the page. */
export const touch = () => matchMedia('(pointer: coarse)').matches;

export const buildPanel = (chat, privacy) => [
  button('launcher', () => chat.open(), avatar(), el('span', { class: 'label' }, LABELS.launcher), el('span', { class: 'badge' })),
  el('section', { class: 'panel', role: 'dialog', 'aria-label': LABELS.panel, tabindex: -1, hidden: '' },
    el('header', {},
      svg('hills', '0 0 400 72', {
        far: 'M0 58c50-22 96-20 142-6s84 6 130-8 86-6 128 8v20H0',
        near: 'M0 66c70-16 118 2 182-2s128-18 218-4v12H0',
      }),
      avatar(),
      el('div', { class: 'title' }, el('p', { class: 'name' }, 'Marie'), el('p', { class: 'role' })),
      el('button', { type: 'button', class: 'quit', onclick: () => chat.quit(), title: LABELS.quitHint }, LABELS.quit),
      menu(chat),
      round('round', LABELS.close, 'M6 9l6 6 6-6', () => chat.close())),
    el('p', { class: 'banner', role: 'status' }),
    el('div', { class: 'consent' },
      avatar(), el('h2', {}, LABELS.hello), el('p', {}, LABELS.offer),
      el('p', { class: 'terms' }, LABELS.consent, link(privacy, {}, LABELS.privacy)),
      button('primary', () => chat.begin(), LABELS.accept), button('', () => chat.refuse(), LABELS.refuse)),
    el('div', { class: 'talk', tabindex: 0, role: 'region', 'aria-label': LABELS.log },
      el('div', { class: 'log', role: 'log', 'aria-label': LABELS.log }),
      el('p', { class: 'dots' }, el('i', {}), el('i', {}), el('i', {}), el('span', { class: 'writer' })),
      el('div', { class: 'replies', role: 'group', 'aria-label': LABELS.replies })),
    composer(chat)),
];

function menu(chat) {
  const shut = () => {
    node.open = false;
    node.firstChild.focus();
  };
  const list = el('ul', {});
  const node = el('details', {
    class: 'more',
    onfocusout: ({ relatedTarget }) => { node.open &&= !relatedTarget || node.contains(relatedTarget); },
    onkeydown(event) {
      if (event.key !== 'Escape' || !node.open) return;
      event.stopPropagation();
      shut();
    },
    ontoggle: () => node.fill(),
  }, el('summary', { class: 'round', title: LABELS.menu, 'aria-label': LABELS.menu }, icon('M12 5v.01M12 12v.01M12 19v.01')), list);
  // What it holds is fetched after the first answer, or when it is opened.
  node.fill = () => list.firstChild || import('./menu.js').then(({ items }) => list.firstChild || list.append(...items(chat, shut))).catch(() => {});
  return node;
}

function composer(chat) {
  const text = el('textarea', { class: 'input', rows: 1, 'aria-label': LABELS.compose, placeholder: LABELS.compose, dir: 'auto', 'aria-describedby': 'left' });
  const left = el('p', { class: 'small', id: 'left' });
  const measure = () => {
    const room = LIMIT - [...text.value].length;
    left.textContent = room < 400 ? LABELS.left(room) : '';
    text.setAttribute('aria-invalid', room < 0);
    text.style.height = 'auto';
    text.style.height = `${text.scrollHeight + 2}px`;
    return room >= 0;
  };
  const send = () => {
    const typed = text.value.trim();
    if (!typed || !measure()) return;
    text.value = '';
    measure();
    text.focus();
    chat.send({ text: typed });
  };
  text.addEventListener('input', () => {
    measure();
    chat.typing();
  });
  text.addEventListener('keydown', (event) => {
    // On a phone Enter makes a line.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || touch()) return;
    event.preventDefault();
    send();
  });
  return el('div', { class: 'composer' }, text, round('send', LABELS.send, 'M12 19V5M6 11l6-6 6 6', send), left);
}
