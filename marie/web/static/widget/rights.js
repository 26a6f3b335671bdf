/** The visitor's rights over her data (Loi 25): to take them away, to have them erased. */
import { call } from './connection.js';
import { LABELS } from './labels.js';
import { el } from './messages.js';
import { button } from './panel.js';

/** Download all that the server keeps of this conversation; true if it worked. */
export async function exportData({ connection: { url, token } }) {
  const { status, body } = await call(`${url}/export`, token);
  if (status !== 200) return false;
  const href = URL.createObjectURL(new Blob([JSON.stringify(body, null, 2)], { type: 'application/json' }));
  el('a', { href, download: 'marie.json' }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
  return true;
}

/** Ask once more, in place of the composer; true unless the server could not be told. */
export function askErase({ connection: { url, token }, parts: { form, more, panel }, forget }) {
  return new Promise((resolve) => {
    const answer = (settled) => {
      question.remove();
      form.hidden = false;
      more.toggle.focus();
      resolve(settled);
    };
    const keep = button('', () => answer(true), LABELS.keep);
    const question = el('div', {
      class: 'erase', role: 'group', 'aria-label': LABELS.eraseTitle, onkeydown: (event) => event.key === 'Escape' && (event.stopPropagation(), answer(true)),
    }, el('h2', {}, LABELS.eraseTitle), el('p', {}, LABELS.eraseText), button('primary', async () => {
      const { status } = await call(url, token, 'DELETE');
      const erased = [204, 404, 410].includes(status);
      answer(erased);
      if (erased) forget(LABELS.erased);
      panel.focus();
    }, LABELS.erase), keep);
    form.hidden = true;
    panel.append(question);
    keep.focus();
  });
}
