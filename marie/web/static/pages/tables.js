/** On a phone a row is read downwards: each cell says its column. Charts and matrices keep their columns. */
for (const table of document.querySelectorAll('.scroll table:not(.counts, .holes)')) {
  table.classList.add('by-row');
  for (const { cells } of table.tHead ? table.tBodies[0].rows : []) {
    for (const cell of cells) {
      const { firstChild: title } = table.tHead.rows[0].cells[cell.cellIndex];
      // A column that only screen readers name has buttons, which say themselves what they do.
      if (cell.localName === 'td' && cell.colSpan === 1 && title.nodeType === Node.TEXT_NODE) cell.dataset.column = title.data;
    }
  }
}
