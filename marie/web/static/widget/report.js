/** « Signaler une erreur »: which fact, and what is wrong with it. Goes to the administrators. */
import { call } from './connection.js';
import { button, el } from './view.js';

const LABELS = {
  about: 'Sur quoi?',
  answer: 'La réponse de Marie',
  wrong: 'Qu’est-ce qui n’est pas juste? (facultatif)',
  hint: 'N’écrivez rien de personnel.',
  send: 'Envoyer le signalement',
  cancel: 'Annuler',
  thanks: 'Merci. Une personne vérifiera.',
  failed: 'L’envoi n’a pas marché. Réessayez dans un moment.',
};

/** A form in place of `opener`, which comes back when it is cancelled. */
export function report({ seq, resources = [] }, { connection: { url, token } }, opener) {
  const about = el('select', { 'aria-label': LABELS.about },
    el('option', { value: '' }, LABELS.answer), ...resources.map(({ id, name }) => el('option', { value: id }, name)));
  const wrong = el('textarea', { rows: 2, maxlength: 1000, 'aria-label': LABELS.wrong, placeholder: LABELS.wrong });
  const outcome = el('p', { role: 'status' });
  const end = () => {
    form.replaceWith(opener);
    opener.focus();
  };
  const send = button('primary', async () => {
    const { status } = await call(`${url}/reports`, token, 'POST', { seq, resource: about.value || null, text: wrong.value.trim() });
    outcome.textContent = status === 201 ? LABELS.thanks : LABELS.failed;
    if (status !== 201) return;
    form.replaceChildren(outcome);
    form.focus();
  }, LABELS.send);
  const form = el('div', {
    class: 'report',
    role: 'group',
    tabindex: -1,
    'aria-label': opener.textContent,
    onkeydown(event) {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      end();
    },
  }, resources.length && about, wrong, el('p', { class: 'small' }, LABELS.hint), send, button('', end, LABELS.cancel), outcome);
  opener.replaceWith(form);
  (resources.length ? about : wrong).focus();
}
