// The flow of episodes as a drawing: episode shards -> rollouts -> scorers -> shards -> learner -> parameters -> rollouts.
// One that is there already is changed in place; it is laid out anew only when its width or what stands in it changes.

import { svg, set, text, keyed } from './dom.js';
import { number, count, percent, ago, span, plural } from './format.js';
import { parts } from './cluster.js';

const ROW = 46;
const MOST_ROWS = 6; // of nodes one by one; more are a field of squares
const HEAD = 54;
const PAD = 14;
const CELL = 13;
const GAP = 16; // px between dots
const BEAT = 80; // ms from one place of the dots to the next: what moves smoothly is painted sixty times a second
const STILL = matchMedia('(prefers-reduced-motion: reduce)');

export class Topology {
  #host;
  #root = svg('svg', { role: 'img', 'aria-labelledby': 'topology-title topology-words' });
  #words = svg('desc', { id: 'topology-words' });
  #dots = svg('svg', { class: 'flows', 'aria-hidden': 'true' }); // apart, so that nothing else is painted when they move
  #beat = 0;
  #edges = {};
  #boxes = {};
  #width = 0;
  #shape = '';
  #model = null;
  #isSeen = true;

  constructor(host) {
    this.#host = host;
    const lines = svg('g');
    this.#root.append(this.#words, arrowhead(), lines);
    for (const id of ['lease', 'written', 'scored', 'batch', 'parameters']) this.#edges[id] = new Edge(lines, this.#dots);
    for (const [id, title] of [['shards', 'Episode shards'], ['rollouts', 'Rollouts'], ['scorers', 'Reward scorers'], ['learner', 'Learner']])
      this.#root.append((this.#boxes[id] = new Box(title)).root);
    host.append(this.#root, this.#dots);
    new ResizeObserver(() => this.#draw()).observe(host);
    new IntersectionObserver(([entry]) => { this.#isSeen = entry.isIntersecting; this.#flow(); }).observe(host);
    STILL.addEventListener('change', () => this.#flow());
    document.addEventListener('visibilitychange', () => this.#flow());
  }

  /** Shows a report. */
  show(report, now) {
    this.#model = { ...parts(report), report, now };
    this.#draw();
  }

  #draw() {
    if (!this.#model) return;
    const { shards, shardNodes, rollouts, scorers, learner } = this.#model;
    const b = this.#boxes;
    b.shards.note(shards.length > 0 ? `${count(shards.length)} of ${count(this.#model.report.shards)} answer, on ${plural(shardNodes.filter(node => node.actors.some(actor => actor.shard)).length, 'node')}` : 'none has answered');
    b.rollouts.note(summary(rollouts, rollout => rollout.tokens, 'tokens/s'));
    b.scorers.note(summary(scorers, scorer => scorer.rate, 'episodes/s'));
    b.learner.note(learner ? `on ${this.#model.learnerNode.name} · ${learner.device ?? ''}`.replace(/ · $/, '') : 'no node says that it has it');
    this.#layout();
    b.shards.shards(shards, this.#model.report);
    b.rollouts.workers(rollouts, this.#model.now, rolloutLine);
    b.scorers.workers(scorers, this.#model.now, scorerLine);
    b.learner.learner(this.#model);
    this.#label();
    this.#flow();
  }

  #layout() {
    const width = Math.floor(this.#host.clientWidth);
    const { shards, rollouts, scorers, standbys } = this.#model;
    const shape = [width, shards.length, rollouts.length, scorers.length, standbys.length > 0].join();
    if (shape === this.#shape || width <= 0) return;
    [this.#shape, this.#width] = [shape, width];
    const height = (width < 800 ? this.#tall : this.#wide).call(this, width);
    for (const drawing of [this.#root, this.#dots]) {
      set(drawing, 'viewBox', `0 0 ${width} ${height}`);
      set(drawing, 'height', height);
      set(drawing, 'width', width);
    }
  }

  #wide(width) {
    const { shards, rollouts, scorers } = this.#model;
    const gap = Math.max(92, Math.min(150, width * 0.115));
    const w = Math.floor((width - 2 * gap) / 3);
    const top = 44;
    const [x1, x2, x3] = [0, w + gap, 2 * (w + gap)];
    const h1 = this.#boxes.shards.place(x1, top, w, shardsHeight(shards.length, w));
    const h2 = this.#boxes.rollouts.place(x2, top, w, workersHeight(rollouts.length, w));
    const h3 = this.#boxes.scorers.place(x3, top, w, workersHeight(scorers.length, w));
    const below = top + Math.max(h1, h2) + 62;
    const h4 = this.#boxes.learner.place(x2, below, width - x2, learnerHeight(width - x2, this.#model));
    const y = top + 34;
    const e = this.#edges;
    e.lease.path(`M${x1 + w} ${y}H${x2 - 9}`, [x1 + w + gap / 2, y - 10, 'middle']);
    e.written.path(`M${x2 + w} ${y}H${x3 - 9}`, [x2 + w + gap / 2, y - 10, 'middle']);
    e.scored.path(`M${x3 + w / 2} ${top}V24a10 10 0 0 0 -10 -10H${x1 + w / 2 + 10}a10 10 0 0 0 -10 10V${top - 9}`, [x2 + w / 2, 32, 'middle']);
    e.batch.path(`M${x1 + w / 2} ${top + h1}V${below + h4 / 2 - 10}a10 10 0 0 0 10 10H${x2 - 9}`, [(x1 + w / 2 + x2) / 2, below + h4 / 2 - 10, 'middle']);
    e.parameters.path(`M${x2 + w / 2} ${below}V${top + h2 + 9}`, [x2 + w / 2 + 12, (below + top + h2) / 2 + 4, 'start']);
    return Math.max(below + h4, top + Math.max(h1, h3)) + 2;
  }

  #tall(width) {
    const { shards, rollouts, scorers } = this.#model;
    const [left, right, gap] = [40, 24, 46];
    const w = width - left - right;
    const x = left;
    let y = 2;
    const at = {};
    for (const [id, height] of [
      ['shards', shardsHeight(shards.length, w)], ['rollouts', workersHeight(rollouts.length, w)],
      ['scorers', workersHeight(scorers.length, w)], ['learner', learnerHeight(w, this.#model)],
    ]) {
      at[id] = { y, end: y + this.#boxes[id].place(x, y, w, height) };
      y = at[id].end + gap;
    }
    // What goes back does so at the sides, where nothing crosses.
    const [down, edge] = [x + 26, x + w];
    const e = this.#edges;
    e.lease.path(`M${down} ${at.shards.end}V${at.rollouts.y - 9}`, [down + 12, at.shards.end + gap / 2 + 4, 'start']);
    e.written.path(`M${down} ${at.rollouts.end}V${at.scorers.y - 9}`, [down + 12, at.rollouts.end + gap / 2 + 4, 'start']);
    e.scored.path(`M${edge} ${at.scorers.y + 28}h10a10 10 0 0 0 10 -10V${at.shards.y + 38}a10 10 0 0 0 -10 -10H${edge + 9}`, [edge + 8, at.rollouts.end + gap / 2 + 4, 'end']);
    e.batch.path(`M${x} ${at.shards.y + 28}H${x - 26}a10 10 0 0 0 -10 10V${at.learner.y + 34}a10 10 0 0 0 10 10H${x - 9}`, [x - 8, at.learner.y - 9, 'start']);
    e.parameters.path(`M${x} ${at.learner.y + 18}H${x - 10}a8 8 0 0 1 -8 -8V${at.rollouts.y + 36}a8 8 0 0 1 8 -8H${x - 9}`, [x - 8, at.scorers.end + 17, 'start']);
    return at.learner.end + 2;
  }

  #label() {
    const { shards, rollouts, scorers, learner } = this.#model;
    const total = (items, name) => items.reduce((sum, item) => sum + (item[name] ?? 0), 0);
    const [written, scored] = [total(rollouts, 'rate'), total(scorers, 'rate')];
    const e = this.#edges;
    e.lease.label('leased', count(total(shards, 'leased')), written);
    e.written.label('written', `${number(written)}/s`, written);
    e.scored.label('scored', `${number(scored)}/s`, scored);
    const pace = learner && learner.phase === 'training' && learner.seconds_per_step > 0 ? learner.batch_size / learner.seconds_per_step : 0;
    e.batch.label('batch', learner ? `${count(learner.batch_in_hand)}/${count(learner.batch_size)}` : '–', pace);
    e.parameters.label('parameters', learner ? `v${learner.version}` : '–', pace);
    text(this.#words, `${plural(shards.length, 'episode shard')} with ${count(total(shards, 'leased'))} episodes leased; `
      + `${plural(rollouts.length, 'rollout node')} writing ${number(written)} summaries a second; ${plural(scorers.length, 'scorer node')} scoring ${number(scored)} a second; `
      + (learner ? `the learner is ${learner.phase} at update ${learner.version} of ${learner.batches}. ` : 'no learner has answered. ') + 'The same as a table: Nodes, below.');
  }

  #flow() {
    const isMoving = this.#isSeen && !STILL.matches && !document.hidden;
    if (isMoving && this.#beat === 0) this.#beat = setInterval(() => { for (const edge of Object.values(this.#edges)) edge.move(); }, BEAT);
    if (isMoving || this.#beat === 0) return;
    clearInterval(this.#beat);
    this.#beat = 0;
  }
}

function arrowhead() {
  return svg('defs', {}, svg('marker', { id: 'head', viewBox: '0 0 8 8', refX: 1, refY: 4, markerWidth: 8, markerHeight: 8, orient: 'auto', markerUnits: 'userSpaceOnUse' },
    svg('path', { d: 'M0 0L8 4L0 8z', class: 'head' })));
}

/** An arrow with its label, and dots that go along it. */
class Edge {
  #line = svg('path', { class: 'edge', 'marker-end': 'url(#head)' });
  #dots = svg('path', { class: 'flow' });
  #name = svg('tspan', { class: 'edge-name' });
  #value = svg('tspan', { class: 'edge-value', dx: 5 });
  #text = svg('text', { class: 'edge-label' }, this.#name, this.#value);
  #pace = 0;
  #at = 0;

  constructor(lines, dots) {
    lines.append(this.#line, this.#text);
    dots.append(this.#dots);
  }

  path(d, [x, y, anchor]) {
    set(this.#line, 'd', d);
    set(this.#dots, 'd', d);
    set(this.#text, 'x', x);
    set(this.#text, 'y', y);
    set(this.#text, 'text-anchor', anchor);
  }

  label(name, value, rate) {
    text(this.#name, name);
    text(this.#value, value);
    this.#pace = rate > 0 ? Math.min(4, 0.6 + Math.log10(1 + rate)) : 0; // px a beat
    set(this.#dots, 'visibility', rate > 0 ? null : 'hidden');
  }

  move() {
    if (this.#pace === 0) return;
    this.#at = (this.#at + this.#pace) % GAP;
    this.#dots.style.strokeDashoffset = -this.#at;
  }
}

const cellsPerRow = width => Math.max(1, Math.floor((width - 2 * PAD + 3) / (CELL + 3)));
const workersHeight = (items, width) => HEAD + (items > MOST_ROWS ? 22 + Math.ceil(items / cellsPerRow(width)) * (CELL + 3) : Math.max(1, items) * ROW) + 8;
const shardsHeight = (items, width) => HEAD + 50 + (items > 0 && items <= 400 ? Math.ceil(items / cellsPerRow(width)) * (CELL + 3) : 0);
const learnerHeight = (width, model) => (width < 460 ? 168 : 116) + (model.standbys.length > 0 ? 20 : 0);

function summary(workers, of, unit) {
  const known = workers.filter(worker => worker.isKnown);
  const missing = workers.filter(worker => worker.tone === 'bad').length;
  return `${plural(workers.length - missing, 'node')} · ${number(known.reduce((sum, worker) => sum + of(worker), 0))} ${unit}${missing ? ` · ${missing} missing` : ''}`;
}

const rolloutLine = rollout => [
  `${number(rollout.tokens)} tok/s`,
  `${number(rollout.used)} of ${count(rollout.slots)} slots`,
  rollout.version < 0 ? 'no policy yet' : `v${rollout.version}${rollout.lag > 0 ? `, ${rollout.lag} behind` : ''}`,
];
const scorerLine = scorer => [`${number(scorer.rate)} ep/s`, `batches of ${number(scorer.batch)}`, `wait ${number(scorer.wait)} ms`];

/** A part of the flow. */
class Box {
  root = svg('g', { class: 'box' });
  #back = svg('rect', { class: 'back', rx: 10 });
  #note = svg('text', { class: 'note', x: PAD, y: 42 });
  #body = svg('g');
  #kind = '';
  #width = 0;

  constructor(title) {
    this.root.append(this.#back, svg('text', { class: 'title', x: PAD, y: 24 }, title), this.#note, this.#body);
  }

  note(words) {
    text(this.#note, words);
  }

  place(x, y, width, height) {
    this.#width = width;
    set(this.root, 'transform', `translate(${x} ${y})`);
    set(this.#back, 'width', width);
    set(this.#back, 'height', height);
    return height;
  }

  // What is in the box is of one kind at a time.
  #be(kind) {
    if (this.#kind === kind) return;
    this.#kind = kind;
    keyed(this.#body, [], String);
    this.#body.replaceChildren();
  }

  workers(items, now, line) {
    if (items.length > MOST_ROWS) {
      this.#field(items, line);
      return;
    }
    this.#be('rows');
    const inner = this.#width - 2 * PAD;
    keyed(this.#body, items.map((item, i) => ({ ...item, i })), item => item.name, makeRow, (row, item) => {
      const [main, left, right] = item.isKnown ? line(item) : ['', reason(item, now), ''];
      set(row, 'transform', `translate(${PAD} ${HEAD + item.i * ROW})`);
      set(row, 'class', `row ${item.tone}`);
      const [state, name, value, track, bar, under, far] = row.children;
      set(state, 'd', mark(item.tone));
      text(name, fit(item.name, inner - 24 - main.length * 7.2, 7.6));
      text(value, main);
      set(value, 'x', inner);
      set(track, 'width', inner);
      set(bar, 'width', Math.max(0, Math.min(1, item.share ?? 0)) * inner);
      text(under, fit(left, inner - right.length * 6.4, 6.4));
      text(far, right);
      set(far, 'x', inner);
    });
  }

  #field(items, line) {
    this.#be('field');
    const across = cellsPerRow(this.#width);
    const well = items.filter(item => item.tone === 'good').length;
    const all = [{ name: '', i: -1, title: `${count(well)} well, darker is busier` }, ...items.map((item, i) => ({ ...item, i, title: `${item.name}: ${item.isKnown ? line(item).join(', ') : item.word}` }))];
    keyed(this.#body, all, item => item.name, item => item.i < 0
      ? svg('text', { class: 'note', x: PAD, y: HEAD + 8 })
      : svg('rect', { width: CELL, height: CELL, rx: 3 }, svg('title')), (node, item) => {
      if (item.i < 0) {
        text(node, item.title);
        return;
      }
      set(node, 'class', `cell ${item.tone} use${item.isKnown ? Math.round(4 * Math.max(0, Math.min(1, item.share))) : 0}`);
      set(node, 'x', PAD + item.i % across * (CELL + 3));
      set(node, 'y', HEAD + 22 + Math.floor(item.i / across) * (CELL + 3));
      text(node.firstChild, item.title);
    });
  }

  shards(items, report) {
    this.#be('shards');
    const inner = this.#width - 2 * PAD;
    const total = name => items.reduce((sum, shard) => sum + shard[name], 0);
    const all = Math.max(1, total('episodes'));
    let x = 0;
    const states = ['trained', 'held', 'leased', 'unissued'].map(name => {
      const width = inner * total(name) / all;
      const state = { key: name, name, x, width };
      x += width;
      return state;
    });
    const across = cellsPerRow(this.#width);
    const cells = items.length <= 400 ? items.map((shard, i) => ({ key: shard.shard, shard, i })) : [];
    keyed(this.#body, [...states, { key: 'text' }, ...cells], item => item.key,
      item => item.shard ? makeShard() : item.key === 'text' ? svg('text', { class: 'note', x: PAD, y: HEAD + 30 }) : svg('rect', { class: `state ${item.name}`, y: HEAD, height: 10 }),
      (node, item) => {
        if (item.shard) changeShard(node, item, across);
        else if (item.key === 'text') text(node, fit(`${count(total('trained'))} of ${count(report.total_episodes)} trained · ${count(total('held'))} held`, inner, 6.4));
        else {
          set(node, 'x', PAD + item.x);
          set(node, 'width', item.width);
        }
      });
  }

  learner({ learner, standbys }) {
    this.#be('learner');
    const inner = this.#width - 2 * PAD;
    const isNarrow = this.#width < 460;
    const column = isNarrow ? inner : (inner - 28) / 2;
    const lines = learner ? [
      { key: 'update', name: `update ${count(learner.version)} of ${count(learner.batches)}`, value: learner.phase, share: learner.version / Math.max(1, learner.batches), x: 0, y: 0 },
      {
        key: 'batch', name: `next batch ${count(learner.batch_in_hand)} of ${count(learner.batch_size)}`, value: learner.seconds_per_step > 0 ? `${number(learner.seconds_per_step)} s/step` : '',
        share: learner.batch_in_hand / Math.max(1, learner.batch_size), x: isNarrow ? 0 : column + 28, y: isNarrow ? 48 : 0,
      },
    ] : [];
    const checkpoint = learner ? { key: 'checkpoint', note: `checkpoint of update ${learner.checkpoint_version}${learner.checkpoint_age_seconds == null ? '' : `, ${span(learner.checkpoint_age_seconds)} old`}`, y: isNarrow ? 100 : 48 } : null;
    const standing = standbys.length > 0 ? { key: 'standby', note: `${standbys.slice(0, 3).map(node => node.name).join(', ')}${standbys.length > 3 ? ` and ${standbys.length - 3} more` : ''} stand${standbys.length > 1 ? '' : 's'} by`, y: isNarrow ? 120 : 68 } : null;
    keyed(this.#body, [...lines, checkpoint, standing].filter(Boolean), item => item.key,
      item => item.note ? svg('text', { class: 'note', x: PAD }) : svg('g', {}, svg('text', { class: 'name' }), svg('text', { class: 'value', 'text-anchor': 'end' }), svg('rect', { class: 'track', height: 4, rx: 2, y: 9 }), svg('rect', { class: 'use', height: 4, rx: 2, y: 9 })),
      (node, item) => {
        if (item.note) {
          text(node, fit(item.note, inner, 6.4));
          set(node, 'y', HEAD + item.y);
          return;
        }
        set(node, 'transform', `translate(${PAD + item.x} ${HEAD + 12 + item.y})`);
        const [name, value, track, bar] = node.children;
        text(name, item.name);
        text(value, item.value);
        set(value, 'x', column);
        set(track, 'width', column);
        set(bar, 'width', Math.min(1, item.share) * column);
      });
  }
}

const makeRow = () => svg('g', {}, svg('path'), svg('text', { class: 'name', x: 16, y: 12 }), svg('text', { class: 'value', y: 12, 'text-anchor': 'end' }),
  svg('rect', { class: 'track', y: 18, height: 4, rx: 2 }), svg('rect', { class: 'use', y: 18, height: 4, rx: 2 }),
  svg('text', { class: 'small', y: 34 }), svg('text', { class: 'small', y: 34, 'text-anchor': 'end' }));

// A state has a shape as well as a color.
const mark = tone => tone === 'good' ? 'M4 4a4 4 0 1 0 .01 0z' : tone === 'bad' ? 'M0 4l8 8M8 4l-8 8' : 'M4 3.500l4.500 8.500h-9z';

function reason(worker, now) {
  const { node, word } = worker;
  if (word === 'gone') return `gone for ${ago(node.gone_since, now)}`;
  if (word === 'unreachable') return `not heard by ${node.missed_by.slice(0, 2).join(', ')}${node.missed_by.length > 2 ? ' and others' : ''}`;
  return word === 'silent' ? 'does not answer' : word === 'drained' ? 'has finished, begins nothing' : word === 'stuck' ? 'its actor does not answer' : word;
}

const makeShard = () => svg('g', {}, svg('rect', { class: 'track', width: CELL, height: CELL, rx: 3 }), svg('rect', { class: 'use', width: CELL, rx: 3 }), svg('title'));

function changeShard(node, { shard, i }, across) {
  const [track, use, title] = node.children;
  const height = CELL * shard.trained / Math.max(1, shard.episodes);
  set(node, 'transform', `translate(${PAD + i % across * (CELL + 3)} ${HEAD + 42 + Math.floor(i / across) * (CELL + 3)})`);
  set(node, 'class', shard.violations.length > 0 ? 'shard bad' : 'shard');
  set(use, 'height', height);
  set(use, 'y', CELL - height);
  text(title, `shard ${shard.shard} on ${shard.node}: ${count(shard.trained)} of ${count(shard.episodes)} trained (${percent(shard.trained, shard.episodes)})`);
}

const fit = (words, width, letter) => words.length * letter <= width ? words : `${words.slice(0, Math.max(1, Math.floor(width / letter) - 1))}…`;
