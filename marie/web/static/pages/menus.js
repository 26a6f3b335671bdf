/** A sheet that was opened closes by Escape and by going elsewhere; without this it closes by its own button. */
const open = () => document.querySelectorAll('details.menu[open]');

addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});

for (const type of ['click', 'focusin']) {
  addEventListener(type, ({ target }) => {
    for (const menu of open()) if (!menu.contains(target)) menu.open = false;
  });
}

// On a phone the sections scroll sideways: the one that is open is shown.
const section = document.querySelector('.sections [aria-current]');
if (section) {
  const row = section.closest('.sections');
  row.scrollLeft = section.offsetLeft - row.offsetLeft - (row.clientWidth - section.offsetWidth) / 2;
}
