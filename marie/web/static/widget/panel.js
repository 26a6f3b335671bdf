/** The parts that stay: launcher, header, menu, consent, composer. What is pressed goes to `chat`. */
import { LABELS } from './labels.js';
import { avatar, el, icon, link, svg } from './messages.js';

const LIMIT = 4000; // code points, as the server counts
const MENU = ['handoff', 'exportData', 'askErase'];

export const button = (name, onclick, ...children) => el('button', { type: 'button', class: name, onclick }, ...children);

function round(label, path, onclick) {
  const node = button('round', onclick, icon(path));
  node.title = node.ariaLabel = label;
  return node;
}

/** True where a keyboard would come up over the page. */
export const touch = () => matchMedia('(hover: none) and (pointer: coarse)').matches;

/** All parts by name. `privacy`: the address of that page. */
export function buildPanel(chat, privacy) {
  const badge = el('span', { class: 'badge' });
  const launcher = button('launcher', () => chat.open(), avatar(), el('span', { class: 'label' }, LABELS.launcher), badge);
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
    button('primary', () => chat.begin(), LABELS.accept), button('', () => chat.refuse(), LABELS.refuse));
  const more = menu(chat);
  const { form, text } = composer(chat);
  const quit = button('quit', () => chat.quit(), LABELS.quit);
  quit.title = LABELS.quitHint;
  const panel = el('section', { class: 'panel', role: 'dialog', 'aria-label': LABELS.panel, tabindex: -1, hidden: '' },
    el('header', {},
      // The land one could move to, behind Marie's name.
      svg('hills', '0 0 400 72', {
        sun: 'M276 42a15 15 0 0 1 30 0z',
        far: 'M0 58c50-22 96-20 142-6s84 6 130-8 86-6 128 8v20H0z',
        near: 'M0 66c70-16 118 2 182-2s128-18 218-4v12H0z',
      }),
      avatar(), el('div', { class: 'title' }, name, role), quit, more.node, round(LABELS.close, 'M6 9l6 6 6-6', () => chat.close())),
    banner, consent, talk, form);
  return { launcher, badge, panel, name, role, banner, log, writing, writer, replies, talk, consent, more, form, text };
}

/** A button, then its list; a choice, Escape or going elsewhere closes it. */
function menu(chat) {
  const list = el('ul', { class: 'list' }, ...MENU.map((name) => el('li', {}, button('', () => { show(false); chat.choose(name); }, LABELS[name]))));
  const toggle = round(LABELS.menu, 'M12 5v.01M12 12v.01M12 19v.01', () => show(list.hidden));
  const node = el('div', { onfocusout: ({ relatedTarget }) => relatedTarget && !node.contains(relatedTarget) && show(false) }, toggle, list);
  const show = (open) => {
    list.hidden = !open;
    toggle.ariaExpanded = open;
  };
  show(false);
  return { node, toggle, list, show };
}

function composer(chat) {
  const left = el('p', { class: 'small', id: 'left' });
  const text = el('textarea', { rows: 1, 'aria-label': LABELS.compose, placeholder: LABELS.compose, dir: 'auto', 'aria-describedby': 'left' });
  const send = round(LABELS.send, 'M12 19V5M6 11l6-6 6 6', () => form.requestSubmit());
  send.className = 'send';
  const form = el('form', { class: 'composer' }, text, send, left);
  const measure = () => {
    const room = LIMIT - [...text.value].length;
    left.textContent = room < 400 ? LABELS.left(room) : '';
    text.ariaInvalid = room < 0;
    text.style.height = 'auto';
    text.style.height = `${text.scrollHeight + 2}px`;
    return room >= 0;
  };
  text.addEventListener('input', () => {
    measure();
    chat.typing();
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
    chat.send({ text: typed });
  });
  return { form, text };
}
