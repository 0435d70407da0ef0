// What holds training, and what is beyond a limit.

import { el, svg, text, set, show, keyed } from './dom.js';
import { number, count } from './format.js';
import { storyButton } from './story.js';

export class Alarms {
  #held;
  #list;

  constructor(held, list) {
    [this.#held, this.#list] = [held, list];
  }

  /** Says why training waits; null when it does not. */
  hold(title, reason) {
    if (title === null) {
      this.#held.replaceChildren();
      return;
    }
    if (!this.#held.firstChild) this.#held.append(el('div', { class: 'hold' }, el('strong', {}), el('span', {})));
    const [strong, span] = this.#held.firstChild.children;
    text(strong, title);
    text(span, reason);
  }

  show(alarms) {
    show(this.#list, alarms.length > 0);
    keyed(this.#list, alarms, alarm => alarm.metric, make, change);
  }
}

const make = () => el('article', { class: 'card alarm' },
  el('h3', {}, el('span', { class: 'badge' }), el('span', {})),
  el('p', { class: 'message' }),
  svg('svg', { class: 'history', viewBox: '0 0 240 44', role: 'img', preserveAspectRatio: 'none' }, svg('line', { class: 'limit', x1: 0, x2: 240 }), svg('path', { class: 'line' })),
  el('p', { class: 'quiet' }),
  el('details', {}, el('summary', {}, 'Samples that show it'), el('ul')));

function change(card, alarm) {
  const [head, message, drawing, numbers, samples] = card.children;
  set(card, 'class', `card alarm ${alarm.stops ? 'bad' : 'warn'}`);
  text(head.firstChild, alarm.stops ? 'Stops training' : alarm.is_accepted ? 'Accepted' : 'Warning');
  text(head.lastChild, alarm.metric);
  text(message, alarm.message);
  text(numbers, `${number(alarm.value)}, limit ${number(alarm.limit)}, since update ${count(alarm.since)}`);
  draw(drawing, alarm);
  show(samples, alarm.samples.length > 0);
  keyed(samples.lastChild, alarm.samples, sample => sample.episode,
    sample => el('li', {}, el('span', { dir: 'auto' }, sample.summary || '(nothing)'), ' ', storyButton(sample.episode), el('small', {}, ` score ${number(sample.score)}, KL ${number(sample.kl)}`)));
}

function draw(drawing, { metric, history, limit }) {
  const points = history.filter(point => Number.isFinite(point.value));
  show(drawing, points.length > 1);
  if (points.length < 2) return;
  const values = [...points.map(point => point.value), ...(Number.isFinite(limit) ? [limit] : [])];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const y = value => 40 - 36 * (value - low) / (high - low || 1);
  const x = i => 240 * i / (points.length - 1);
  set(drawing.lastChild, 'd', points.map((point, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(point.value).toFixed(1)}`).join(''));
  set(drawing.firstChild, 'y1', y(limit));
  set(drawing.firstChild, 'y2', y(limit));
  set(drawing, 'aria-label', `${metric}, updates ${points[0].update} to ${points.at(-1).update}: from ${number(points[0].value)} to ${number(points.at(-1).value)}`);
}
