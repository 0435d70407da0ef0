// Figures of the run, update by update. All charts share the update under the pointer.

import { $, el, svg, set, text, keyed } from './dom.js';
import { number, count } from './format.js';

const FIGURES = [
  { name: 'objective/score', title: 'Reward', unit: 'mean score' },
  { name: 'objective/kl', title: 'KL', unit: 'nats an episode' },
  { name: 'ppo/policy/entropy', title: 'Entropy', unit: 'nats a token' },
  { name: 'objective/response_length', title: 'Length', unit: 'tokens' },
  { name: 'ppo/learning_rate', title: 'Learning rate', unit: '' },
  { name: 'episodes_per_second', title: 'Episodes', unit: 'a second' },
];
const HEIGHT = 96;
const LAST = 24;

export class Charts {
  #charts;
  #records = [];
  #at = null;

  constructor(host) {
    this.#charts = FIGURES.map(figure => new Chart(figure, at => this.#point(at)));
    host.append(...this.#charts.map(chart => chart.root));
    new ResizeObserver(() => this.#draw()).observe(host);
    $('figures').addEventListener('toggle', () => this.#table());
  }

  /** Shows records, in the order of their steps. */
  show(records) {
    this.#records = records;
    this.#draw();
    this.#table();
  }

  #point(at) {
    this.#at = at;
    for (const chart of this.#charts) chart.point(this.#records, at);
  }

  #draw() {
    for (const chart of this.#charts) {
      chart.draw(this.#records);
      chart.point(this.#records, this.#at);
    }
  }

  #table() {
    const details = $('figures');
    if (!details.open) return;
    const host = details.lastElementChild;
    if (!host.firstChild) {
      host.append(el('table', {}, el('thead', {}, el('tr', {}, el('th', { scope: 'col', class: 'number' }, 'Update'),
        ...FIGURES.map(figure => el('th', { scope: 'col', class: 'number' }, figure.title, figure.unit ? el('small', {}, ` ${figure.unit}`) : null)))), el('tbody')));
    }
    keyed(host.querySelector('tbody'), this.#records.slice(-LAST).reverse(), record => record.step,
      record => el('tr', {}, el('th', { scope: 'row', class: 'number' }, count(record.step)), ...FIGURES.map(() => el('td', { class: 'number' }))),
      (row, record) => FIGURES.forEach((figure, i) => text(row.children[i + 1], number(record.metrics[figure.name]))));
  }
}

class Chart {
  #figure;
  #value = el('span', { class: 'value' });
  #where = el('span', { class: 'where' });
  #grid = svg('g');
  #line = svg('path', { class: 'line' });
  #rule = svg('line', { class: 'rule', y1: 0, y2: HEIGHT });
  #dot = svg('circle', { class: 'dot', r: 3.5 });
  #drawing = svg('svg', { role: 'img', height: HEIGHT + 20 }, this.#grid, this.#line, this.#rule, this.#dot);
  #scale = null;
  root;

  constructor(figure, point) {
    this.#figure = figure;
    this.root = el('figure', { class: 'card chart' },
      el('figcaption', {}, el('span', { class: 'title' }, figure.title), ' ', el('span', { class: 'unit' }, figure.unit), el('span', { class: 'now' }, this.#value, this.#where)), this.#drawing);
    this.#drawing.addEventListener('pointermove', event => point((event.clientX - this.#drawing.getBoundingClientRect().left) / this.#drawing.clientWidth));
    this.#drawing.addEventListener('pointerleave', () => point(null));
  }

  draw(records) {
    const width = this.#drawing.clientWidth;
    if (width === 0) return;
    set(this.#drawing, 'viewBox', `0 0 ${width} ${HEIGHT + 20}`);
    const values = records.map(record => record.metrics[this.#figure.name]);
    const finite = values.filter(Number.isFinite);
    if (finite.length === 0) {
      this.#scale = null;
      set(this.#line, 'd', null);
      keyed(this.#grid, [{ key: 'none', label: 'no update yet', x: width / 2, y: HEIGHT / 2, anchor: 'middle' }], mark => mark.key, makeMark, changeMark);
      return;
    }
    const { low, high, ticks } = nice(Math.min(...finite), Math.max(...finite));
    const names = labels(ticks);
    const left = 8 + 6.6 * Math.max(...names.map(name => name.length));
    const [first, last] = [records[0].step, records.at(-1).step];
    const x = step => last === first ? (left + width) / 2 : left + (width - left - 6) * (step - first) / (last - first);
    const y = value => 6 + (HEIGHT - 12) * (high - value) / (high - low);
    this.#scale = { x, y, left, width };
    set(this.#line, 'd', trace(records, values, x, y));
    const marks = ticks.map((tick, i) => ({ key: `y${tick}`, label: names[i], x: left - 8, y: y(tick) + 4, anchor: 'end', from: left, to: width, at: y(tick) }));
    marks.push({ key: 'first', label: count(first), x: left, y: HEIGHT + 16, anchor: 'start' });
    if (last > first) marks.push({ key: 'last', label: `update ${count(last)}`, x: width - 2, y: HEIGHT + 16, anchor: 'end' });
    keyed(this.#grid, marks, mark => mark.key, makeMark, changeMark);
    set(this.#drawing, 'aria-label', `${this.#figure.title}: ${number(finite.at(-1))} ${this.#figure.unit} at update ${last}; between ${number(Math.min(...finite))} and ${number(Math.max(...finite))} since update ${first}`);
  }

  // At a share of the width; null for the last update.
  point(records, at) {
    const record = at === null || !this.#scale ? records.at(-1) : nearest(records, at * this.#scale.width, this.#scale.x);
    const value = record?.metrics[this.#figure.name];
    text(this.#value, record ? number(value) : '–');
    text(this.#where, record && at !== null ? `update ${count(record.step)}` : '');
    const isDrawn = this.#scale !== null && Number.isFinite(value);
    set(this.#dot, 'visibility', isDrawn ? null : 'hidden');
    set(this.#rule, 'visibility', isDrawn && at !== null ? null : 'hidden');
    if (!isDrawn) return;
    const x = this.#scale.x(record.step);
    set(this.#dot, 'cx', x);
    set(this.#dot, 'cy', this.#scale.y(value));
    set(this.#rule, 'x1', x);
    set(this.#rule, 'x2', x);
  }
}

const makeMark = mark => svg('g', {}, mark.from === undefined ? null : svg('line', { class: 'grid' }), svg('text', { class: 'tick' }));

function changeMark(node, mark) {
  const label = node.lastChild;
  set(label, 'x', mark.x);
  set(label, 'y', mark.y);
  set(label, 'text-anchor', mark.anchor);
  text(label, mark.label);
  if (mark.from === undefined) return;
  const line = node.firstChild;
  for (const [name, value] of [['x1', mark.from], ['x2', mark.to], ['y1', mark.at], ['y2', mark.at]]) set(line, name, value);
}

// No more than two points a pixel: the lowest and the highest there.
function trace(records, values, x, y) {
  let path = '', pen = 'M', column = null, low = 0, high = 0, end = 0;
  const put = (at, value) => { path += `${pen}${at.toFixed(1)} ${y(value).toFixed(1)}`; pen = 'L'; };
  const flush = () => {
    if (column === null) return;
    if (low !== high) { put(column, low); put(column, high); }
    put(column, end);
    column = null;
  };
  for (let i = 0; i < records.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) {
      flush();
      pen = 'M';
      continue;
    }
    const at = Math.round(x(records[i].step) * 2) / 2;
    if (at !== column) {
      flush();
      [column, low, high] = [at, value, value];
    }
    [low, high, end] = [Math.min(low, value), Math.max(high, value), value];
  }
  flush();
  return path.indexOf('L') < 0 && path ? `${path}h0.01` : path;
}

function nearest(records, at, x) {
  let best = records.at(-1);
  for (const record of records) if (Math.abs(x(record.step) - at) < Math.abs(x(best.step) - at)) best = record;
  return best;
}

// As short as keeps them apart.
function labels(ticks) {
  let names = ticks.map(number);
  for (let digits = 2; new Set(names).size < names.length && digits < 7; digits++) names = ticks.map(tick => tick.toPrecision(digits));
  return names;
}

// Two to four round numbers within the range, which is made a little wider than the values.
function nice(low, high) {
  if (low === high) {
    const half = Math.abs(low) * 0.1 || 1;
    return { low: low - half, high: high + half, ticks: [low] };
  }
  const rough = (high - low) / 2.5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(times => times * power).find(size => size >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(Math.abs(i * step) < step * 1e-9 ? 0 : Number((i * step).toPrecision(12)));
  return { low, high, ticks };
}
