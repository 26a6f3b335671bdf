/** The list of conversations, as it changes. */
import { alertOf, drawAlerts, unheard } from './alerts.js';
import { LABELS } from './labels.js';
import { Link } from './link.js';
import { morph, parse } from './morph.js';
import { shortcuts } from './shortcuts.js';

const EVERY = 30000; // ms: waiting times grow though nothing happens

const queue = document.getElementById('queue');
const banner = document.getElementById('link');
const title = document.title;
let asking = false;
let again = false;

async function refresh() {
  again = asking;
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch(`/console/liste${location.search}`, { redirect: 'manual' });
    if (answer.type === 'opaqueredirect') location.reload();
    else if (answer.ok) draw(await answer.text());
  } catch { /* the link says so */ }
  asking = false;
  if (again) refresh();
}

function draw(html) {
  const focused = document.activeElement?.id;
  morph(queue, parse(html));
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  count();
  ring();
}

/** Who calls: those that wait, by conversation, and mine with something to read, by how much. */
const calling = () => new Set([...queue.querySelectorAll('[data-calls]')].map((item) => item.dataset.calls));
let known = calling();

function ring() {
  const now = calling();
  const fresh = unheard([...now].filter((each) => !known.has(each)));
  known = now;
  if (fresh.length) alertOf(fresh.some((each) => each.startsWith('waiting')) ? LABELS.somebodyWaits : LABELS.somebodyWrote, 'queue');
}

/** Move between the tickets from the keyboard. */
function step(by) {
  const all = [...queue.querySelectorAll('.what a')];
  const here = all.indexOf(document.activeElement?.closest('.ticket')?.querySelector('.what a'));
  all[Math.max(0, Math.min(all.length - 1, here < 0 ? 0 : here + by))]?.focus();
}
const current = (part) => (document.activeElement?.closest('.ticket') ?? queue.querySelector('.ticket'))?.querySelector(part);

function count() {
  const calls = queue.querySelectorAll('[data-calls]').length;
  document.title = calls ? `(${calls}) ${title}` : title;
}

let wasDown = false;
new Link({
  address: () => '/console/live',
  receive: refresh,
  changed(up) {
    banner.hidden = up && !wasDown;
    banner.textContent = up ? LABELS.back : LABELS.lostList;
    if (up && wasDown) setTimeout(() => { banner.hidden = !wasDown; }, 4000);
    wasDown = !up;
  },
  over: () => location.reload(),
});
setInterval(refresh, EVERY);
count();
drawAlerts();
shortcuts({
  j: () => step(1),
  k: () => step(-1),
  o: () => current('.what a')?.click(),
  p: () => current('button')?.click(),
});
const filter = document.getElementById('filter-label');
if (filter) {
  filter.form.querySelector('button').hidden = true; // choosing is enough
  filter.addEventListener('change', () => filter.form.requestSubmit());
}
