// The account of all episodes, with what must hold of it.

import { el, svg, text, set, keyed } from './dom.js';
import { count, percent, plural } from './format.js';

const STATES = [['trained', 'Trained'], ['held', 'Scored, waiting'], ['leased', 'Leased'], ['unissued', 'To come']];
const COUNTS = [['issued', 'Issued'], ['fulfilled', 'Fulfilled'], ['expired', 'Expired'], ['returned', 'Returned'], ['forgotten', 'Forgotten'], ['accepted', 'Accepted'], ['refused', 'Refused']];

export class Account {
  #sound = el('p', { class: 'sound' });
  #bar = svg('svg', { class: 'bar', viewBox: '0 0 1000 12', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  #states = el('dl', { class: 'states' });
  #counts = el('dl', { class: 'counts' });
  #checks = el('ul', { class: 'checks' });
  #proof = el('details', {}, el('summary'), this.#checks);
  #wasSound = true;
  #shards = el('details', {}, el('summary', {}, 'Each shard'), el('div', { class: 'table' }));
  #account = null;

  constructor(host) {
    host.append(this.#sound, this.#bar, this.#states, this.#counts, this.#proof, this.#shards);
    this.#shards.addEventListener('toggle', () => this.#table());
    text(this.#sound, 'The shards have not answered yet.');
  }

  show(account) {
    this.#account = account;
    const broken = account.invariants.filter(check => !check.holds).length;
    set(this.#sound, 'class', `sound ${account.is_sound ? 'good' : broken > 0 ? 'bad' : 'warn'}`);
    text(this.#sound, account.is_sound ? `All ${count(account.total_episodes)} are accounted for` : broken > 0 ? `${plural(broken, 'thing does', 'things do')} not hold`
      : `${plural(account.missing.length, 'shard has', 'shards have')} not answered`);
    text(this.#proof.firstChild, broken > 0 ? `${count(account.invariants.length - broken)} of ${plural(account.invariants.length, 'statement')} hold` : `${plural(account.invariants.length, 'statement')} hold`);
    if (broken > 0 && this.#wasSound) this.#proof.open = true;
    this.#wasSound = broken === 0;
    let x = 0;
    const parts = STATES.map(([name, title]) => {
      const width = 1000 * account[name] / Math.max(1, account.total_episodes);
      const part = { name, title, x, width, value: account[name] };
      x += width;
      return part;
    });
    keyed(this.#bar, parts, part => part.name, part => svg('rect', { class: `state ${part.name}`, height: 12 }), (node, part) => {
      set(node, 'x', part.x);
      set(node, 'width', part.width);
    });
    keyed(this.#states, parts, part => part.name, part => el('div', {}, el('dt', {}, el('span', { class: `key ${part.name}` }), part.title), el('dd', {}), el('dd', { class: 'quiet' })), (node, part) => {
      text(node.children[1], count(part.value));
      text(node.children[2], percent(part.value, account.total_episodes));
    });
    keyed(this.#counts, COUNTS, ([name]) => name, ([, title]) => el('div', {}, el('dt', {}, title), el('dd', {})), (node, [name]) => text(node.lastChild, count(account.counts[name] ?? 0)));
    keyed(this.#checks, account.invariants, check => check.statement, check => el('li', {}, el('span', { class: 'mark' }), el('span', {}, check.statement), el('span', { class: 'numbers' })), (node, check) => {
      set(node, 'class', check.holds ? 'good' : 'bad');
      text(node.children[0], check.holds ? '✓' : '✗');
      set(node.children[0], 'aria-label', check.holds ? 'holds' : 'does not hold');
      text(node.children[2], check.numbers);
    });
    this.#table();
  }

  #table() {
    if (!this.#shards.open || !this.#account) return;
    const host = this.#shards.lastChild;
    if (!host.firstChild) {
      host.append(el('table', {}, el('thead', {}, el('tr', {}, el('th', { scope: 'col', class: 'number' }, 'Shard'), ...STATES.map(([, title]) => el('th', { scope: 'col', class: 'number' }, title)))), el('tbody')));
    }
    keyed(host.querySelector('tbody'), this.#account.shards, shard => shard.shard,
      shard => el('tr', {}, el('th', { scope: 'row', class: 'number' }, String(shard.shard)), ...STATES.map(() => el('td', { class: 'number' }))),
      (row, shard) => STATES.forEach(([name], i) => text(row.children[i + 1], count(shard[name]))));
  }
}
