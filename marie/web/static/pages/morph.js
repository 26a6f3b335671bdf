/** Nodes of HTML that the server drew (and escaped). */
export function parse(html) {
  const template = document.createElement('template');
  template.innerHTML = html;
  return template.content;
}

/** Make the children of `node` like those of `wanted`, keeping every node that can stay: focus and selection stay too. */
export function morph(node, wanted) {
  const keyed = new Map([...node.children].filter(({ id }) => id).map((child) => [child.id, child]));
  let place = node.firstChild;
  for (const next of [...wanted.childNodes]) {
    // Space between elements decides nothing: without this a menu that is open would be made anew.
    while (next.nodeType === Node.ELEMENT_NODE && !next.id && blank(place)) {
      const after = place.nextSibling;
      place.remove();
      place = after;
    }
    const known = next.id ? keyed.get(next.id) : place;
    if (known && known.nodeName === next.nodeName && (known.id ?? '') === (next.id ?? '')) {
      if (known === place) place = place.nextSibling;
      else node.insertBefore(known, place);
      become(known, next);
    } else node.insertBefore(next, place);
  }
  while (place) {
    const after = place.nextSibling;
    place.remove();
    place = after;
  }
}

const blank = (node) => node?.nodeType === Node.TEXT_NODE && !node.data.trim();

function become(node, wanted) {
  if (node.nodeType === Node.TEXT_NODE) {
    if (node.data !== wanted.data) node.data = wanted.data;
  } else if (node.nodeType === Node.ELEMENT_NODE) {
    const own = kept(node);
    for (const { name } of [...node.attributes]) if (!wanted.hasAttribute(name) && name !== own) node.removeAttribute(name);
    for (const { name, value } of wanted.attributes) if (node.getAttribute(name) !== value && name !== own) node.setAttribute(name, value);
    if (node.nodeName !== 'TEXTAREA') morph(node, wanted);
  }
}

/** What is the reader's own: a part that she opened, what she is typing. */
function kept(node) {
  if (node.nodeName === 'DETAILS') return 'open';
  return node.nodeName === 'INPUT' && node.type !== 'hidden' ? 'value' : null;
}
