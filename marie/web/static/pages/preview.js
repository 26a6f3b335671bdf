/**
 * What Marie would say, drawn by the widget's own code: every [data-message] on the page, and again
 * when a form's answer brings another one. Without this script the text stands there as it came.
 */
import { Log, button, el } from '/widget/view.js';

const styles = Promise.all(['/widget/marie.css', '/static/pages/preview.css']
  .map((address) => fetch(address).then((answer) => answer.text())));

async function draw(node) {
  const message = JSON.parse(node.dataset.message);
  const log = el('div', { class: 'log' });
  const replies = el('div', { class: 'replies' }, ...message.quick_replies.map(({ title }) => button('', null, title)));
  const host = el('div', {});
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = (await styles).map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  root.append(el('aside', { lang: 'fr-CA', 'aria-label': node.dataset.label }, log, replies));
  // Nobody reports an error in a text that is being written.
  const grown = () => root.querySelector('.wrong')?.remove();
  new Log(log, { parts: { more: { fill() {} } } }, '', grown).draw({ messages: [message], pending: [], link: 'live' });
  for (const each of replies.children) each.disabled = true;
  node.replaceChildren(host);
}

const all = () => document.querySelectorAll('[data-message]:not([data-drawn])').forEach((node) => {
  node.dataset.drawn = '';
  draw(node);
});

all();
document.addEventListener('htmx:afterSettle', all);
