/** The visitor's rights over her data (Loi 25): to take them away, to have them erased. Both are true if they worked. */
import { call } from './connection.js';
import { button, el } from './view.js';

const LABELS = {
  title: 'Effacer toute la conversation?',
  text: 'Vos messages et les renseignements que vous avez donnés disparaîtront de nos serveurs, pour toujours.',
  erase: 'Effacer',
  keep: 'Garder',
  erased: 'Votre conversation est effacée.',
};

export async function exportData({ connection: { url, token } }) {
  const { status, body } = await call(`${url}/export`, token);
  if (status !== 200) return false;
  const href = URL.createObjectURL(new Blob([JSON.stringify(body, null, 2)], { type: 'application/json' }));
  el('a', { href, download: 'marie.json' }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60000);
  return true;
}

/** Ask once more, in place of the composer. */
export const askErase = (chat) => new Promise((resolve) => {
  const { more, panel } = chat.parts;
  const { url, token } = chat.connection;
  const answer = (worked) => {
    question.remove();
    more.firstChild.focus();
    resolve(worked);
  };
  const keep = button('', () => answer(true), LABELS.keep);
  const erase = button('primary', async () => {
    const { status } = await call(url, token, 'DELETE');
    const erased = [204, 404, 410].includes(status);
    answer(erased);
    if (!erased) return;
    chat.forget(LABELS.erased);
    panel.focus();
  }, LABELS.erase);
  const question = el('div', {
    class: 'erase',
    role: 'group',
    'aria-label': LABELS.title,
    onkeydown(event) {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      answer(true);
    },
  }, el('h2', {}, LABELS.title), el('p', {}, LABELS.text), erase, keep);
  panel.append(question);
  keep.focus();
});
