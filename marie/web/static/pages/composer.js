/** The field under a conversation: a reply or a private note, what is attached to it, and the draft that outlives a reload. */
import { LABELS } from './labels.js';
import { picker } from './picker.js';

const TYPING_EVERY = 3000;

export function composer({ page, key, leave, typing, say }) {
  const at = (id) => document.getElementById(id);
  const [form, text, reply, note, chips, attachField] = ['composer', 'text', 'as-reply', 'as-note', 'attached', 'attach'].map(at);
  const draftKey = `marie-draft:${key}`;
  const touch = matchMedia('(hover: none) and (pointer: coarse)');
  let typingTold = 0;
  let attached = [...chips.children].map((chip) => ({ key: chip.dataset.key, title: chip.textContent.trim() }));

  const writes = () => Boolean(form.dataset.writes);

  function drawAttached() {
    attachField.value = attached.map((each) => each.key).join(',');
    chips.replaceChildren(...attached.map((each) => {
      const chip = document.createElement('li');
      const button = Object.assign(document.createElement('button'), { type: 'button', className: 'chip' });
      const name = document.createElement('bdi');
      name.textContent = each.title;
      const word = Object.assign(document.createElement('span'), { className: 'visually-hidden', textContent: LABELS.detach });
      const cross = Object.assign(document.createElement('span'), { textContent: '×', ariaHidden: 'true' });
      button.append(name, word, cross);
      button.addEventListener('click', () => {
        attached = attached.filter((other) => other !== each);
        drawAttached();
        text.focus();
      });
      chip.append(button);
      return chip;
    }));
  }

  function attach(picked) {
    const entry = picked.find((each) => each.key.startsWith('entry:'));
    const before = attached.filter((each) => !(entry && each.key.startsWith('entry:')));
    attached = [...new Map([...before, ...picked].map((each) => [each.key, each])).values()];
    if (writes()) reply.checked = true;
    drawAttached();
  }

  /** A canned answer goes where the caret is; the first word to complete, `[prenom]`, is selected. */
  function insert(words) {
    if (text.value === '/') text.value = '';
    const [start, end] = [text.selectionStart, text.selectionEnd];
    text.setRangeText(words, start, end, 'end');
    const open = words.search(/\[[a-z]+\]/);
    if (open >= 0) text.setSelectionRange(start + open, start + words.indexOf(']', open) + 1);
    keep();
  }

  const keep = () => sessionStorage.setItem(draftKey, text.value);

  const openPicker = picker({ page, answer: insert, attach, closed: () => text.focus() });
  for (const opener of form.querySelectorAll('[data-picker]')) {
    opener.addEventListener('click', (event) => {
      event.preventDefault();
      openPicker(opener.dataset.picker);
    });
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const words = text.value.trim();
    const asNote = note.checked;
    if (!words && (asNote || !attached.length)) return;
    say({
      text: words,
      note: asNote,
      attach: asNote ? [] : attached.map((each) => each.key),
      titles: asNote ? [] : attached.map((each) => each.title),
    });
    text.value = '';
    sessionStorage.removeItem(draftKey);
    if (!asNote) {
      attached = [];
      drawAttached();
    }
    text.focus();
  });

  text.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') leave();
    if (event.key === '/' && !text.value && !event.isComposing) {
      event.preventDefault();
      openPicker('reponses');
    }
    // On a phone Enter makes a line; nor is an accent being composed a message.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || (touch.matches && !event.ctrlKey && !event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });

  text.addEventListener('input', () => {
    keep();
    if (note.checked || Date.now() - typingTold < TYPING_EVERY) return;
    typingTold = Date.now();
    typing();
  });

  at('keys').hidden = touch.matches;
  if (!text.value) text.value = sessionStorage.getItem(draftKey) ?? '';
  drawAttached();

  return {
    writes,
    /** Whether what is written may go to the visitor. */
    allow(may) {
      if (writes() === may) return;
      form.dataset.writes = may ? '1' : '';
      reply.disabled = !may;
      (may ? reply : note).checked = true;
    },
    /** Begin to write, a note or a reply. */
    write(asNote) {
      (asNote || !writes() ? note : reply).checked = true;
      text.focus();
    },
    pick: openPicker,
    /** Put back what did not go, if the field is free. */
    restore(message) {
      if (text.value) return;
      text.value = message.text;
      attached = (message.attach ?? []).map((each, index) => ({ key: each, title: message.titles?.[index] ?? each }));
      (message.note || !writes() ? note : reply).checked = true;
      drawAttached();
      keep();
      text.focus();
    },
  };
}
