/** What goes with an answer: resource cards, documents, sources. */
import { call } from './connection.js';
import { button, el, icon, link, tel } from './view.js';

const LABELS = {
  site: 'Site web',
  map: 'Carte',
  source: 'Source\u00a0: ',
  sources: (n) => `Sources (${n})`,
  away: (km) => `à ${km}\u00a0km à vol d’oiseau`,
  verified: 'vérifié le ',
  read: (day) => `lu le ${day}, `,
  unsure: 'à confirmer',
  hours: 'Heures\u00a0: ',
  places: (n) => `${n}\u00a0places`,
  infants: (n) => `dont ${n} pour poupons`,
  subsidized: 'contribution réduite',
  mail: 'Courriel',
  stale: ' (à revérifier)',
  report: 'Signaler une erreur',
};

const ICONS = {
  call: 'M6 4h3l1 4-2 2a12 12 0 0 0 6 6l2-2 4 1v3a2 2 0 0 1-2 2A15 15 0 0 1 4 6a2 2 0 0 1 2-2',
  mail: 'M3 6h18v12H3zM3 7l9 6 9-6',
  site: 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6',
  map: 'M12 21s7-6 7-11a7 7 0 0 0-14 0c0 5 7 11 7 11M12 10v.01',
  document: 'M13 3H6v18h12V8zM13 3v5h5',
};

const FRESH = 14 * 60000; // ms in which a document's signed address is sure to hold

/** Nodes to put under a message's text, once their styles are there. `log`: it has `api`, `chat` and `node`. */
export async function extras(item, { api, chat, node }) {
  chat.parts.more.fill();
  const { resources, documents, sources, data } = item;
  const [drawn, asked] = await Promise.all([
    (data?.ranking || data?.rows) && import('./regions.js').then(({ regions }) => regions(data, chat)),
    item.author === 'marie' && import('./opinion.js').then(({ opinion }) => opinion(item, chat)),
    dress(node.getRootNode()),
  ]);
  const wrong = button('wrong', () => import('./report.js').then(({ report }) => report(item, chat, wrong)), LABELS.report);
  return [
    ...drawn ?? [],
    ...resources?.length ? [el('ul', { class: 'cards' }, ...resources.map(card))] : [],
    ...(documents ?? []).map(({ title, url }, n) => paper(title, url, n, item, api, chat)),
    ...sources?.length ? [cited(sources)] : [],
    el('div', { class: 'after' }, asked, wrong),
  ].filter(Boolean);
}

/** Several pages are behind one line, each on its own: the text itself says where it comes from, and when it was read. */
function cited(sources) {
  const lines = sources.map((source) => el('p', { class: 'small' }, link(source.url, {}, source.title), ` (${checked(source)})`));
  if (lines.length > 1) return el('details', { class: 'sources' }, el('summary', { class: 'small' }, LABELS.sources(lines.length)), ...lines);
  lines[0].prepend(LABELS.source);
  return lines[0];
}

/** A document; its address is asked for again when it may have expired. */
function paper(title, url, n, { seq }, api, { connection }) {
  const since = Date.now();
  return el('a', {
    class: 'action',
    href: api + url,
    target: '_blank',
    rel: 'noopener',
    async onclick(event) {
      if (Date.now() - since < FRESH) return;
      event.preventDefault();
      const { body } = await call(`${connection.url}/messages?after=${seq - 1}`, connection.token);
      const fresh = body?.messages?.[0]?.documents?.[n]?.url;
      if (fresh) location.assign(api + fresh);
    },
  }, icon(ICONS.document), title);
}

const styles = fetch(new URL('extras.css', import.meta.url)).then((answer) => answer.text());
const dressed = new WeakSet();

async function dress(root) {
  if (dressed.has(root)) return;
  dressed.add(root);
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(await styles);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch { // an older browser
    root.append(el('link', { rel: 'stylesheet', href: new URL('extras.css', import.meta.url) }));
  }
}

function card(resource) {
  const { name, municipality, distance_km: km, address, hours, places, cost, phone, email, url, map_url: map, source, stale } = resource;
  const away = km == null ? null : LABELS.away(km.toLocaleString('fr-CA', { maximumFractionDigits: 1 }));
  return el('li', { class: 'card' },
    el('p', { class: 'heading', dir: 'auto' }, name),
    el('p', {}, [municipality, away].filter(Boolean).join(', ')),
    el('p', { dir: 'auto' }, address),
    places && el('p', {}, [LABELS.places(places.total), places.infants && LABELS.infants(places.infants), places.subsidized && LABELS.subsidized].filter(Boolean).join(', ')),
    hours && el('p', {}, LABELS.hours, hours),
    cost && el('p', {}, cost),
    el('p', { class: 'actions' },
      phone && action('call', tel(phone), phone),
      email && el('a', { class: 'action', href: `mailto:${email}`, 'aria-label': `${LABELS.mail} – ${name}` }, icon(ICONS.mail), LABELS.mail),
      ...Object.entries({ site: url, map }).map(([kind, href]) => /^https?:/.test(href) && action(kind, href, LABELS[kind], name))),
    el('p', { class: 'small' }, source && `${source}, `, checked(resource), stale && LABELS.stale));
}

const action = (kind, href, label, of) => link(href, { class: 'action', 'aria-label': of && `${label} – ${of}` }, icon(ICONS[kind]), label);

/** How sure a fact is: the day a person compared it, or the day it was read. */
function checked({ read_on: read, verified_on: verified }) {
  if (verified) return LABELS.verified + day(verified);
  return (read ? LABELS.read(day(read)) : '') + LABELS.unsure;
}

const day = (iso) => new Date(iso).toLocaleDateString('fr-CA', { dateStyle: 'long', timeZone: 'UTC' }).replace(/^1 /, '1er ');
