/** The log, drawn from a transcript, and how nodes are made here: no string ever becomes HTML. */
import { LABELS } from './labels.js';

/** el('p', {class: 'x', onclick: f}, 'text', node); false and null attributes and children are left out. */
export function el(tag, attributes, ...children) {
  const node = tag === 'svg' || tag === 'path' ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value != null && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter(Boolean));
  return node;
}

export const svg = (name, viewBox, paths) => el('svg', { class: name, viewBox, 'aria-hidden': true }, ...Object.entries(paths)
  .map(([part, d]) => el('path', { class: part, d })));

const ICONS = {
  send: 'M12 19V5M6 11l6-6 6 6',
  close: 'M6 9l6 6 6-6',
  menu: 'M12 5v.01M12 12v.01M12 19v.01',
  quit: 'M14 4h5v16h-5M4 12h10M10 8l4 4-4 4',
  call: 'M6 4h3l1 4-2 2a12 12 0 0 0 6 6l2-2 4 1v3a2 2 0 0 1-2 2A15 15 0 0 1 4 6a2 2 0 0 1 2-2',
  site: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  map: 'M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11M12 10v.01',
  document: 'M13 3H6v18h12V8zM13 3v5h5',
};
export const icon = (name) => svg(`icon ${name}`, '0 0 24 24', { line: ICONS[name] });

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
  return el('a', { href, ...!href.startsWith('tel:') && { target: '_blank', rel: 'noopener noreferrer' }, ...attributes }, ...children);
}

/** "418 723-1880, poste 2" → "tel:+14187231880"; "9-8-8" → "tel:988". */
function tel(phone) {
  const digits = phone.replace(/\D/g, '').replace(/^1?(\d{10}).*/, '+1$1');
  return `tel:${digits}`;
}

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

export class Log {
  #drawn = new Map();

  /** `api`: the origin that documents' addresses are relative to. */
  constructor(node, api) {
    Object.assign(this, { node, api });
  }

  /** A node that stays is not touched: a screen reader says each message once. */
  draw({ messages, pending, link: state }) {
    const drawn = new Map();
    let previous = {};
    let place = this.node.firstChild;
    for (const item of [...messages, ...pending.map((queued) => ({ ...queued, author: 'visitor', waits: state !== 'live' }))]) {
      const { client_id, seq, text, refused, waits, author, name } = item;
      const known = this.#drawn.get(client_id ?? seq);
      const node = known?.text === text ? known : Object.assign(this.#message(item), { text });
      drawn.set(client_id ?? seq, node);
      const status = refused ? LABELS.refused + refused : waits ? LABELS.pending : '';
      if (node.lastChild.textContent !== status) node.lastChild.textContent = status;
      node.classList.toggle('refused', Boolean(refused));
      node.classList.toggle('follows', author === previous.author && name === previous.name);
      if (place === node) place = node.nextSibling;
      else this.node.insertBefore(node, place);
      previous = item;
    }
    for (const [key, node] of this.#drawn) if (drawn.get(key) !== node) node.remove();
    this.#drawn = drawn;
  }

  #message({ author, name, text, at, resources = [], documents = [], sources = [] }) {
    const person = author === 'visitor' ? LABELS.you : name;
    return el('div', { class: `message ${author}` },
      author === 'marie' && avatar(),
      author === 'counsellor' && el('span', { class: 'avatar', 'aria-hidden': true }, person[0]),
      author !== 'system' && el('p', { class: 'who' }, el('bdi', {}, person), ' ', el('time', {}, LABELS.time(at))),
      // A direction of its own: right-to-left marks in one message turn nothing else around.
      el('div', { class: 'text', dir: 'auto' }, ...author === 'visitor' ? [text] : linked(text)),
      resources.length > 0 && el('ul', { class: 'cards' }, ...resources.map(card)),
      ...documents.map(({ title, url }) => link(this.api + url, { class: 'action' }, icon('document'), title)),
      sources.length > 0 && el('p', { class: 'small' }, LABELS.sources, ...sources.flatMap((source, n) => [
        n > 0 && '; ', link(source.url, {}, source.title), ` (${LABELS.checked(source)})`])),
      el('p', { class: 'status' }));
  }
}

function card(resource) {
  const { name, municipality, distance_km: km, address, phone, url, map_url: map, source } = resource;
  const away = (kind, href) => href && link(href, { class: 'action', 'aria-label': `${LABELS[kind]} – ${name}` }, icon(kind), LABELS[kind]);
  return el('li', {},
    el('p', { class: 'heading', dir: 'auto' }, name),
    el('p', {}, [municipality, km != null && LABELS.distance(km)].filter(Boolean).join(', ')),
    el('p', { dir: 'auto' }, address),
    el('p', { class: 'actions' }, phone && link(tel(phone), { class: 'action' }, icon('call'), phone), away('site', url), away('map', map)),
    el('p', { class: 'small' }, source && `${source}, `, LABELS.checked(resource)));
}
