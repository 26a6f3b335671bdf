/** The list of conversations, as it changes. */
import { LABELS } from './labels.js';
import { Link } from './link.js';
import { morph, parse } from './morph.js';

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
    const answer = await fetch('/console/liste', { redirect: 'manual' });
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
}

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
