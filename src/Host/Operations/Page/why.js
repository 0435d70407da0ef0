// What holds the run up most.

import { el, svg, text, set, show, keyed } from './dom.js';

export class Why {
  #host;
  #loads = el('dl', { class: 'loads' });
  #verdict = el('p');
  #notes = el('ul');

  constructor(host) {
    this.#host = host;
    host.append(this.#loads, this.#verdict, this.#notes);
  }

  show(why) {
    show(this.#host, true);
    text(this.#verdict, why.verdict.charAt(0).toUpperCase() + why.verdict.slice(1));
    keyed(this.#loads, why.stages, stage => stage.stage, stage => el('div', {}, el('dt', {}, stage.stage),
      svg('svg', { viewBox: '0 0 100 5', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, svg('rect', { class: 'use', height: 5 })), el('dd')), (row, stage) => {
      set(row, 'class', stage.stage === why.stage ? 'first' : null);
      set(row, 'title', stage.numbers);
      set(row.children[1].firstChild, 'width', 100 * Math.min(1, stage.load));
      text(row.lastChild, `${Math.round(100 * stage.load)}%`);
    });
    keyed(this.#notes, why.notes, note => note, note => el('li', {}, note));
  }
}
