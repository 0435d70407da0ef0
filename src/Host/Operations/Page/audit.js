// What operators did.

import { el, text, set, keyed } from './dom.js';
import { clock } from './format.js';

const COLUMNS = ['When', 'Who', 'What', 'Why', 'Outcome'];

export class Audit {
  #host;

  constructor(host) {
    this.#host = host;
    this.show([]);
  }

  /** Shows entries, the newest last. */
  show(entries) {
    const isEmpty = entries.length === 0;
    if (isEmpty || !this.#host.querySelector('table')) {
      this.#host.replaceChildren(isEmpty ? el('p', { class: 'quiet' }, 'Nothing yet.')
        : el('table', { class: 'audit' }, el('thead', {}, el('tr', {}, ...COLUMNS.map(name => el('th', { scope: 'col' }, name)))), el('tbody')));
    }
    if (isEmpty) return;
    keyed(this.#host.querySelector('tbody'), [...entries].reverse(), entry => entry.id, row, (line, entry) => {
      text(line.cells[4], entry.outcome ?? 'not known');
      set(line.cells[4], 'class', entry.done === false ? 'bad' : null);
    });
  }
}

function row(entry) {
  const cells = [el('time', { datetime: entry.at }, clock(entry.at)), entry.operator, `${entry.action} ${entry.argument}`.trim(), entry.reason || '–', ''];
  return el('tr', {}, ...cells.map((cell, i) => el('td', { 'data-label': COLUMNS[i] }, cell)));
}
