/** Regions weighed: bars for what counts, a small map, the order; two regions side by side. */
import { el } from './view.js';

const LABELS = {
  weights: 'Ce qui compte',
  more: (label) => `${label}\u00a0: compte plus`,
  less: (label) => `${label}\u00a0: compte moins`,
  absent: 'donnée absente',
  of: (weight) => `${weight} sur 5`,
  map: 'Carte schématique des régions, numérotées dans l’ordre du classement; la liste suit.',
  montreal: 'Montréal',
  order: 'Toutes les régions, dans l’ordre',
};

const TOP = 5;
const MAX = 5; // of a weight
/** Where each region is drawn, by code: a scheme, not a survey. */
const PLACES = {
  '01': [205, 66], '02': [138, 52], '03': [152, 88], '04': [117, 86], '05': [122, 148], '07': [24, 112], '08': [22, 62], '09': [226, 30],
  10: [92, 20], 11: [250, 66], 12: [162, 122], 14: [84, 96], 15: [54, 94], 16: [88, 148], 17: [126, 118],
};

/** Nodes for the data of one of Marie's messages, if it weighs or compares regions. */
export const regions = ({ ranking, criteria, rows, regions: names }, chat) => [
  ...criteria ? [weights(criteria, chat)] : [],
  ...ranking ? [map(ranking), order(ranking)] : [],
  ...rows ? [table(rows, names)] : [],
];

function weights(criteria, chat) {
  const say = (sign, words, text) => el('button', { type: 'button', class: 'step', 'aria-label': words, title: words, onclick: () => chat.send({ text }) }, sign);
  return el('div', { class: 'card' }, el('p', { class: 'heading' }, LABELS.weights),
    el('ul', { class: 'weights' }, ...criteria.filter(({ weight, available }) => weight || available).map(({ label, weight, available }) => {
      const size = Math.min(Math.abs(weight), MAX);
      return el('li', {}, el('span', { class: 'label-of' }, label),
        available
          ? bar(size)
          : el('span', { class: 'small' }, LABELS.absent),
        available && size > 0 && say('−', LABELS.less(label), `${label}\u00a0: ça compte moins`),
        available && size < MAX && say('+', LABELS.more(label), `${label}\u00a0: ça compte plus`));
    })));
}

function bar(size) {
  const filled = el('b', {});
  filled.style.width = `${(100 * size) / MAX}%`; // a property: a host page's policy may forbid style attributes
  return el('span', { class: 'bar', role: 'img', 'aria-label': LABELS.of(size) }, filled);
}

function map(ranking) {
  const picture = el('svg', { class: 'map', viewBox: '0 0 274 172', role: 'img', 'aria-label': LABELS.map },
    el('path', { class: 'river', d: 'M52 150C80 128 96 128 112 108S160 84 184 62 214 46 268 44' }),
    el('path', { class: 'city', d: 'M72 122h.01' }));
  for (const [n, { code }] of [...ranking.entries()].reverse()) {
    const [x, y] = PLACES[code] ?? [];
    if (x == null) continue;
    const top = n < TOP;
    picture.append(el('path', { class: top ? 'spot top' : 'spot', d: `M${x} ${y}h.01` }));
    if (top) picture.append(text(n + 1, x, y + 5));
  }
  picture.append(text(LABELS.montreal, 44, 137, 'name-of'));
  return el('div', { class: 'card' }, picture);
}

function text(words, x, y, name) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', 'text');
  for (const [key, value] of Object.entries({ x, y, class: name ?? '' })) node.setAttribute(key, value);
  node.append(words);
  return node;
}

const order = (ranking) => el('details', { class: 'card order' }, el('summary', {}, LABELS.order),
  el('ol', {}, ...ranking.map(({ region, because, against }) => el('li', {}, el('b', {}, region),
    ...because.map((reason) => el('p', { class: 'for' }, `+ ${reason}`)),
    ...against.map((reason) => el('p', { class: 'small' }, `− ${reason}`))))));

const table = (rows, names) => el('table', { class: 'card' },
  el('thead', {}, el('tr', {}, el('td', {}), ...names.map((name) => el('th', { scope: 'col' }, name)))),
  el('tbody', {}, ...rows.map(({ label, values }) => el('tr', {}, el('th', { scope: 'row' }, label), ...values.map((value) => el('td', {}, value))))));
