/**
 * Keyboard shortcuts of one key. They are silent in fields, beside Ctrl, Alt and Meta, and while a sheet is open, and
 * can be switched off for good (WCAG 2.1.4); « ? » alone still opens the sheet that switches them on again.
 */
const KEY = 'marie-console-shortcuts';
const sheet = document.getElementById('shortcuts');
const onOff = document.getElementById('shortcuts-on');
const everywhere = {
  f: () => location.assign('/console/'),
  c: () => location.assign('/console/recherche'),
};
let own = {};

/** Shortcuts of this page: what each key does. */
export const shortcuts = (keys) => { own = keys; };

const typing = (node) => node.closest?.('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]');

addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (typing(event.target) || document.querySelector('dialog[open]')) return;
  if (event.key === '?') sheet.showModal();
  else {
    const act = localStorage[KEY] === 'off' ? null : own[event.key] ?? everywhere[event.key];
    if (!act) return;
    act();
  }
  event.preventDefault();
});

for (const button of document.querySelectorAll('[data-shortcuts]')) {
  button.hidden = matchMedia('(hover: none) and (pointer: coarse)').matches;
  button.addEventListener('click', () => sheet.showModal());
}
onOff.checked = localStorage[KEY] !== 'off';
onOff.addEventListener('change', () => { localStorage[KEY] = onOff.checked ? 'on' : 'off'; });
sheet.addEventListener('click', ({ target }) => target === sheet && sheet.close());
