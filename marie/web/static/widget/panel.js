/** The parts that stay: launcher, header, menu, consent, composer. They know no conversation. */
import { LABELS } from './labels.js';
import { avatar, el, icon, link, svg } from './messages.js';

const LIMIT = 4000; // code points, as the server counts

export const button = (name, onclick, ...children) => el('button', { type: 'button', class: name, onclick }, ...children);
const round = (name, onclick) => el('button', { type: 'button', class: 'round', onclick, title: LABELS[name], 'aria-label': LABELS[name] }, icon(name));

/** True where a keyboard would come up over the page. */
export const touch = () => matchMedia('(hover: none) and (pointer: coarse)').matches;

/** All parts by name. `on`: what to do when something is pressed. `privacy`: the address of that page. */
export function buildPanel(on, privacy) {
  const badge = el('span', { class: 'badge' });
  const launcher = button('launcher', on.open, avatar(), el('span', { class: 'label' }, LABELS.launcher), badge);
  const name = el('p', { class: 'heading' });
  const role = el('p', {});
  const banner = el('p', { class: 'banner', role: 'status' });
  const log = el('div', { role: 'log', 'aria-label': LABELS.log });
  const writer = el('span', {});
  const writing = el('p', { class: 'writing' }, el('i', {}), el('i', {}), el('i', {}), writer);
  const replies = el('div', { class: 'replies', role: 'group', 'aria-label': LABELS.replies });
  const talk = el('div', { class: 'talk', tabindex: 0, role: 'region', 'aria-label': LABELS.log }, log, writing, replies);
  const consent = el('div', { class: 'consent' },
    avatar(), el('h2', {}, LABELS.hello), el('p', {}, LABELS.offer),
    el('p', { class: 'terms' }, LABELS.consent, link(privacy, {}, LABELS.privacy)),
    button('primary', on.accept, LABELS.accept), button('', on.refuse, LABELS.refuse));
  const keep = button('', () => on.ask(false), LABELS.eraseNo);
  const erase = el('div', { class: 'erase', role: 'group', 'aria-label': LABELS.eraseTitle },
    el('h2', {}, LABELS.eraseTitle), el('p', {}, LABELS.eraseText), button('primary', on.erase, LABELS.eraseYes), keep);
  const { form, text } = composer(on);
  const more = menu(on);
  const panel = el('section', { class: 'panel', role: 'dialog', 'aria-label': LABELS.panel, tabindex: -1, hidden: '' },
    el('header', {},
      // The land one could move to, behind Marie's name.
      svg('hills', '0 0 400 72', {
        sun: 'M276 42a15 15 0 0 1 30 0z',
        far: 'M0 58c50-22 96-20 142-6s84 6 130-8 86-6 128 8v20H0z',
        near: 'M0 66c70-16 118 2 182-2s128-18 218-4v12H0z',
      }),
      avatar(), el('div', { class: 'title' }, name, role),
      el('button', { type: 'button', class: 'quit', onclick: on.quit, title: LABELS.quitHint }, icon('quit'), LABELS.quit),
      more.node, round('close', on.close)),
    banner, consent, talk, erase, form);
  return { launcher, badge, panel, name, role, banner, log, writing, writer, replies, talk, consent, erase, keep, more, form, text };
}

/** A button, then its list; a choice, Escape or going elsewhere closes it. */
function menu(on) {
  const list = el('ul', { class: 'menu' }, ...Object.entries({ handoff: on.handoff, export: on.export, erase: () => on.ask(true) })
    .map(([name, action]) => el('li', {}, button('choice', () => { show(false); action(); }, LABELS[name]))));
  const toggle = round('menu', () => show(list.hidden));
  const node = el('div', { class: 'more', onfocusout: ({ relatedTarget }) => relatedTarget && !node.contains(relatedTarget) && show(false) }, toggle, list);
  const show = (open) => {
    list.hidden = !open;
    toggle.setAttribute('aria-expanded', open);
  };
  show(false);
  return { node, toggle, list, show };
}

function composer(on) {
  const count = el('p', { class: 'small', id: 'count' });
  const text = el('textarea', { rows: 1, 'aria-label': LABELS.compose, placeholder: LABELS.compose, dir: 'auto', 'aria-describedby': 'count' });
  const form = el('form', { class: 'composer' }, text, el('button', { class: 'send', 'aria-label': LABELS.send }, icon('send')), count);
  const measure = () => {
    const length = [...text.value].length;
    count.textContent = length > LIMIT * 0.9 ? LABELS.count(length, LIMIT) : '';
    text.setAttribute('aria-invalid', length > LIMIT);
    text.style.height = 'auto';
    text.style.height = `${text.scrollHeight + 2}px`;
    return length <= LIMIT;
  };
  text.addEventListener('input', () => {
    measure();
    on.typing();
  });
  text.addEventListener('keydown', (event) => {
    // On a phone Enter makes a line; nor is an accent being composed a message.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || touch()) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const typed = text.value.trim();
    if (!typed || !measure()) return;
    text.value = '';
    measure();
    text.focus();
    on.send(typed);
  });
  return { form, text };
}
