/** « Cette réponse vous aide? »: two small buttons under an answer, and room to say why. */
import { call } from './connection.js';
import { button, el, icon } from './view.js';

const LABELS = {
  ask: 'Cette réponse vous aide?',
  true: 'Oui',
  false: 'Non',
  why: 'Pourquoi? (facultatif, rien de personnel)',
  send: 'Envoyer',
  thanks: 'Merci!',
  failed: 'L’avis n’est pas parti. Réessayez dans un moment.',
};

const THUMB = 'M7 11v9H3v-9zM7 11l4-8c2 0 3 1 3 3l-1 4h6l2 2-2 7-2 1H7';

export function opinion({ seq }, { connection: { url, token }, memory }) {
  const known = () => memory.read('opinions') ?? {};
  const outcome = el('span', { class: 'small', role: 'status' });
  const why = el('textarea', { rows: 2, maxlength: 500, 'aria-label': LABELS.why, placeholder: LABELS.why });
  const form = el('div', { class: 'report', hidden: '' }, why, button('primary', () => give(known()[seq], why.value.trim()), LABELS.send));
  const thumbs = [true, false].map((helpful) => button(`thumb ${helpful ? '' : 'down'}`, () => give(helpful, ''), icon(THUMB), LABELS[helpful]));
  const press = () => thumbs.forEach((thumb, n) => thumb.setAttribute('aria-pressed', known()[seq] === !n));
  async function give(helpful, reason) {
    const { status } = await call(`${url}/opinions`, token, 'POST', { seq, helpful, reason });
    outcome.textContent = status === 204 ? LABELS.thanks : LABELS.failed;
    if (status !== 204) return;
    memory.write('opinions', { ...known(), [seq]: helpful });
    press();
    form.hidden = Boolean(reason);
    if (reason) thumbs[helpful ? 0 : 1].focus();
  }
  press();
  return el('div', { class: 'opinion', role: 'group', 'aria-label': LABELS.ask }, el('span', { class: 'small' }, LABELS.ask), ...thumbs, outcome, form);
}
