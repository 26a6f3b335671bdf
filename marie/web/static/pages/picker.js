/**
 * The sheet over a conversation in which canned answers, entries and cards are found. Its inside is drawn by the server;
 * what is picked is given to `answer(text)` or `attach([{key, title}])`, and nothing is sent.
 */
import { LABELS } from './labels.js';
import { parse } from './morph.js';

const PAUSE = 200; // ms after the last letter

export function picker({ page, answer, attach, closed }) {
  const [sheet, title, body] = ['picker', 'picker-title', 'picker-body'].map((id) => document.getElementById(id));
  let list = '';
  let asked = 0;
  let timer = 0;

  async function look(query) {
    asked += 1;
    const turn = asked;
    let html = null;
    try {
      const response = await fetch(`${page}/${list}/liste?q=${encodeURIComponent(query)}`, { redirect: 'manual' });
      if (response.type === 'opaqueredirect') location.reload();
      else if (response.ok) html = await response.text();
    } catch { /* said below */ }
    if (turn !== asked) return;
    const field = body.querySelector('[type=search]');
    if (html === null) body.replaceChildren(Object.assign(document.createElement('p'), { className: 'problem', textContent: LABELS.pickerLost }));
    else if (field) {
      // The field stays, so that nothing that is being typed is lost.
      const next = parse(html);
      const form = next.querySelector('[data-search]');
      while (body.lastChild !== field.form) body.lastChild.remove();
      form.remove();
      body.append(next);
    } else {
      body.replaceChildren(parse(html));
      body.querySelector('[type=search]').focus();
    }
  }

  body.addEventListener('input', ({ target }) => {
    if (target.type !== 'search') return;
    clearTimeout(timer);
    timer = setTimeout(() => look(target.value), PAUSE);
  });

  body.addEventListener('submit', (event) => {
    event.preventDefault();
    const form = event.target;
    if (form.matches('[data-search]')) {
      clearTimeout(timer);
      look(form.elements.q.value);
    } else if (form.matches('[data-answers]')) {
      sheet.close();
      answer(event.submitter.dataset.text);
    } else {
      const picked = [...form.querySelectorAll(':checked')].map((box) => ({ key: box.value, title: box.dataset.title }));
      sheet.close();
      attach(picked);
    }
  });

  // One entry a message: choosing another lets go of the first.
  body.addEventListener('change', ({ target }) => {
    if (!target.matches('[data-entry]') || !target.checked) return;
    for (const other of body.querySelectorAll('[data-entry]')) if (other !== target) other.checked = false;
  });

  body.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const all = [...body.querySelectorAll('[type=search], button.pick, .pick input')];
    const next = all[all.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1)];
    if (!next) return;
    next.focus();
    event.preventDefault();
  });

  sheet.addEventListener('click', ({ target }) => target === sheet && sheet.close());
  sheet.addEventListener('close', closed);

  return (which) => {
    list = which;
    title.textContent = LABELS.pickers[which];
    body.replaceChildren();
    sheet.showModal();
    look('');
  };
}
