/** The log, drawn from a transcript, and how nodes are made: no string ever becomes HTML. */
import { LABELS } from './labels.js';

/** el('p', {class: 'x', onclick: f}, 'text', node); empty children and null attributes are left out. */
export function el(tag, attributes, ...children) {
  const node = /svg|path/.test(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter(Boolean));
  return node;
}

/** An ornament of paths, each styled by its class. */
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

/** A link to a new tab, or to the telephone; mere text when the address is not one to follow. */
export function link(href, attributes, ...children) {
  if (!/^(https?:\/\/|tel:)/i.test(href)) return el('span', {}, ...children);
  return el('a', { href, ...href.startsWith('http') && { target: '_blank', rel: 'noopener noreferrer' }, ...attributes }, ...children);
}

/** "418 723-1880, poste 2" → "tel:+14187231880"; "9-8-8" → "tel:988". */
export const tel = (phone) => `tel:${phone.replace(/\D/g, '').replace(/^1?(\d{10}).*/, '+1$1')}`;

// What may be followed in plain text: addresses, phone numbers, 911 and 9-8-8.
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

function said(at) {
  const today = new Date().toDateString() === new Date(at).toDateString();
  return new Date(at).toLocaleString('fr-CA', { hour: 'numeric', minute: '2-digit', ...!today && { day: 'numeric', month: 'long' } });
}

export class Log {
  #drawn = new Map();

  constructor(node, api) {
    Object.assign(this, { node, api });
  }

  /** A node that stays is not touched: a screen reader says each message once. */
  draw({ messages, pending, link: state }) {
    const drawn = new Map();
    let previous = {};
    let place = this.node.firstChild;
    for (const item of [...messages, ...pending.map((queued) => ({ ...queued, author: 'visitor', waits: state !== 'live' }))]) {
      const key = item.client_id ?? item.seq;
      const known = this.#drawn.get(key);
      const node = known?.text === item.text ? known : this.#message(item);
      drawn.set(key, node);
      const status = item.refused ? LABELS.refused + item.refused : item.waits ? LABELS.pending : '';
      if (node.lastChild.textContent !== status) node.lastChild.textContent = status;
      node.classList.toggle('refused', Boolean(item.refused));
      node.classList.toggle('follows', item.author === previous.author && item.name === previous.name);
      if (place === node) place = node.nextSibling;
      else this.node.insertBefore(node, place);
      previous = item;
    }
    for (const [key, node] of this.#drawn) if (drawn.get(key) !== node) node.remove();
    this.#drawn = drawn;
  }

  #message(item) {
    const { author, text, at, resources, documents, sources } = item;
    const name = author === 'visitor' ? LABELS.you : item.name;
    const node = el('div', { class: `message ${author}` },
      author === 'marie' && avatar(),
      author === 'counsellor' && el('span', { class: 'avatar', 'aria-hidden': true }, name[0]),
      author !== 'system' && el('p', { class: 'who' }, el('bdi', {}, name), ' ', el('time', {}, said(at))),
      // A direction of its own: right-to-left marks in one message turn nothing else around.
      el('div', { class: 'text', dir: 'auto' }, ...author === 'visitor' ? [text] : linked(text)),
      el('p', { class: 'status' }));
    if (resources?.length || documents?.length || sources?.length) {
      // Words first. What goes with them is fetched when the first answer has it.
      import('./extras.js').then(({ extras }) => node.lastChild.before(...extras(item, this.api)));
    }
    return Object.assign(node, { text });
  }
}
