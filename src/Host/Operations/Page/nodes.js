// The nodes as a table, each with its actors behind a button, and with what an operator may have it do.

import { el, text, set, show, keyed } from './dom.js';
import { number, count, bytes, ago, clock, plural } from './format.js';
import { condition, tone } from './cluster.js';

const COLUMNS = ['Node', 'State', 'Roles', 'Up for', 'Processors', 'Memory', 'Actors', 'Actions'];
const FIRST = 60;

export class Nodes {
  #table;
  #note;
  #act;
  #open = new Set();
  #more = el('button', { type: 'button', class: 'more' });
  #isLong = false;
  #last = null;

  /** A table; act(action, node) has a node do something. */
  constructor(table, note, act) {
    [this.#table, this.#note, this.#act] = [table, note, act];
    table.append(el('thead', {}, el('tr', {}, ...COLUMNS.map((name, i) => el('th', { scope: 'col', class: i > 2 && i < 6 ? 'number' : null }, name)))));
    table.parentElement.append(this.#more);
    this.#more.addEventListener('click', () => {
      this.#isLong = !this.#isLong;
      this.show(...this.#last);
    });
  }

  show(report, now) {
    this.#last = [report, now];
    const words = report.nodes.map(condition);
    const missing = words.filter(word => tone(word) === 'bad').length;
    text(this.#note, `${plural(words.filter(word => word !== 'gone').length, 'member')}${missing > 0 ? `, ${missing} missing` : ''}`);
    // Those that something is wrong with first, where not all are shown.
    const isCut = report.nodes.length > FIRST && !this.#isLong;
    const nodes = isCut ? [...report.nodes].sort((one, other) => (tone(condition(one)) === 'good') - (tone(condition(other)) === 'good')).slice(0, FIRST) : report.nodes;
    keyed(this.#table, [null, ...nodes], node => node?.name ?? '', node => node ? this.#row(node.name) : this.#table.tHead, (body, node) => { if (node) this.#change(body, node, now); });
    show(this.#more, report.nodes.length > FIRST);
    text(this.#more, this.#isLong ? 'Fewer nodes' : `All ${count(report.nodes.length)} nodes`);
  }

  #row(name) {
    const actors = el('button', { type: 'button', class: 'quiet-button', 'aria-expanded': 'false' });
    const body = el('tbody', {}, el('tr', {},
      el('th', { scope: 'row' }, el('span', { class: 'node-name' }, name), el('small', {})),
      el('td', { class: 'condition' }, el('span', { class: 'dot' }), el('span', {})),
      el('td', {}), el('td', { class: 'number' }), el('td', { class: 'number' }), el('td', { class: 'number' }),
      el('td', {}, actors),
      el('td', { class: 'buttons' }, ...['drain', 'leave'].map(action => {
        const button = el('button', { type: 'button', 'aria-label': `${action === 'drain' ? 'Drain' : 'Send away'} ${name}` }, action === 'drain' ? 'Drain' : 'Leave');
        button.addEventListener('click', () => this.#act(action, name));
        return button;
      }))));
    for (const [i, cell] of [...body.rows[0].cells].entries()) set(cell, 'data-label', COLUMNS[i]);
    actors.addEventListener('click', () => {
      if (!this.#open.delete(name)) this.#open.add(name);
      this.show(...this.#last);
    });
    return body;
  }

  #change(body, node, now) {
    const [name, state, roles, since, processors, memory, actors, actions] = body.rows[0].cells;
    const word = condition(node);
    text(name.lastChild, ` ${node.address.replace(/^https?:\/\//, '')}`);
    set(state, 'class', `condition ${tone(word)}`);
    text(state.lastChild, word === 'gone' ? `gone for ${ago(node.gone_since, now)}` : word);
    set(state, 'title', node.silence);
    text(roles, node.roles.join(', '));
    text(since, word === 'gone' ? '–' : ago(node.up_since, now));
    text(processors, node.processors_busy == null ? '–' : `${node.processors_busy.toFixed(2)} of ${node.processors}`);
    text(memory, bytes(node.rss_bytes));
    const isOpen = this.#open.has(node.name);
    text(actors.firstChild, node.actors.length > 0 ? plural(node.actors.length, 'actor') : '–');
    set(actors.firstChild, 'aria-expanded', String(isOpen));
    set(actors.firstChild, 'disabled', node.actors.length === 0);
    const [drain, leave] = actions.children;
    const isThere = word !== 'gone';
    show(drain, isThere && node.roles.some(role => role === 'rollout' || role === 'scorer'));
    show(leave, isThere);
    this.#actors(body, isOpen ? node : null);
  }

  #actors(body, node) {
    let row = body.rows[1];
    if (!node) {
      row?.remove();
      return;
    }
    if (!row) {
      const head = ['Actor', 'State', 'Mailbox', 'Messages/s', 'Restarts', 'Last failure'];
      row = body.insertRow();
      row.append(el('td', { colspan: COLUMNS.length, class: 'actors' }, el('table', {}, el('thead', {}, el('tr', {}, ...head.map((title, i) => el('th', { scope: 'col', class: i > 1 && i < 5 ? 'number' : null }, title)))), el('tbody')), el('ul', { class: 'troubles' })));
    }
    keyed(row.querySelector('tbody'), node.actors, actor => actor.path,
      actor => el('tr', {}, el('th', { scope: 'row' }, actor.path, el('small', {}, ` ${actor.type}`)), el('td'), el('td', { class: 'number' }), el('td', { class: 'number' }), el('td', { class: 'number' }), el('td')),
      (line, actor) => {
        const [, state, mailbox, rate, restarts, failure] = line.cells;
        text(state, actor.is_answering || actor.state !== 'running' ? actor.state : 'does not answer');
        text(mailbox, count(actor.mailbox));
        text(rate, number(actor.messages_per_second));
        text(restarts, count(actor.restarts));
        text(failure, actor.last_failure ? `${clock(actor.last_failure_at)} ${actor.last_failure}` : '–');
      });
    keyed(row.querySelector('.troubles'), node.troubles.slice(-5).map((line, i) => ({ i, line })), item => item.i, () => el('li'), (item, { line }) => text(item, line));
  }
}
