/** What goes with an answer: resource cards, documents, sources. */
import { el, icon, link, tel } from './view.js';

const LABELS = {
  site: 'Site web',
  map: 'Carte',
  sources: 'Sources\u00a0: ',
  away: (km) => `à ${km}\u00a0km à vol d’oiseau`,
  verified: 'vérifié le ',
  read: (day) => `lu le ${day}, `,
  unsure: 'à confirmer',
};

const ICONS = {
  call: 'M6 4h3l1 4-2 2a12 12 0 0 0 6 6l2-2 4 1v3a2 2 0 0 1-2 2A15 15 0 0 1 4 6a2 2 0 0 1 2-2',
  site: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  map: 'M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11M12 10v.01',
  document: 'M13 3H6v18h12V8zM13 3v5h5',
};

/** Nodes to put under a message's text. `api`: the origin that documents' addresses are relative to. */
export const extras = ({ resources, documents, sources }, api) => [
  ...resources?.length ? [el('ul', { class: 'cards' }, ...resources.map(card))] : [],
  ...(documents ?? []).map(({ title, url }) => action('document', api + url, title)),
  ...sources?.length ? [el('p', { class: 'small' }, LABELS.sources, ...sources.flatMap((source, n) => [
    n && '; ', link(source.url, {}, source.title), ` (${checked(source)})`]))] : [],
];

function card(resource) {
  const { name, municipality, distance_km: km, address, phone, url, map_url: map, source } = resource;
  const away = km == null ? null : LABELS.away(km.toLocaleString('fr-CA', { maximumFractionDigits: 1 }));
  return el('li', { class: 'card' },
    el('p', { class: 'heading', dir: 'auto' }, name),
    el('p', {}, [municipality, away].filter(Boolean).join(', ')),
    el('p', { dir: 'auto' }, address),
    el('p', { class: 'actions' },
      phone && action('call', tel(phone), phone),
      ...Object.entries({ site: url, map }).map(([kind, href]) => /^https?:/.test(href) && action(kind, href, LABELS[kind], name))),
    el('p', { class: 'small' }, source && `${source}, `, checked(resource)));
}

const action = (kind, href, label, of) => link(href, { class: 'action', 'aria-label': of && `${label} – ${of}` }, icon(ICONS[kind]), label);

/** How sure a fact is: the day a person compared it, or the day it was read. */
function checked({ read_on: read, verified_on: verified }) {
  if (verified) return LABELS.verified + day(verified);
  return (read ? LABELS.read(day(read)) : '') + LABELS.unsure;
}

const day = (iso) => new Date(iso).toLocaleDateString('fr-CA', { dateStyle: 'long', timeZone: 'UTC' }).replace(/^1 /, '1er ');
