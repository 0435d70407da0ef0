// The page: takes in what the node tells, and shows it when it is looked at.

import { $, el, text, set, show } from './dom.js';
import { count, duration, clock, plural } from './format.js';
import { get, listen, token } from './feed.js';
import { Topology } from './topology.js';
import { Why } from './why.js';
import { Charts } from './charts.js';
import { Samples } from './samples.js';
import { Account } from './account.js';
import { Nodes } from './nodes.js';
import { Alarms } from './alarms.js';
import { Audit } from './audit.js';
import { Desk } from './desk.js';

const MOST_RECORDS = 20_000;
const RECENT = 20; // updates of which the pace is taken
const AUDIT_PERIOD = 10_000;
const HOLDS = { paused: 'Training is paused', failed: 'Training has failed', silent: 'The learner is silent' };

const known = { status: null, alarms: [], topology: null, account: null, samples: null, why: null };
const records = new Map(); // by step
let ordered = [];
const changed = new Set();

const topology = new Topology($('topology'));
const why = new Why($('why'));
const charts = new Charts($('charts'));
const samples = new Samples($('samples'), $('samples-note'));
const account = new Account($('account'));
const alarms = new Alarms($('held'), $('alarm-list'));
const audit = new Audit($('audit'));
const desk = new Desk({ alarms: () => known.alarms, done: refreshAudit });
const nodes = new Nodes($('nodes'), $('nodes-note'), (action, node) => desk.ask(action, node));

const views = {
  status: showStatus,
  alarms: () => { alarms.show(known.alarms); showStatus(); },
  topology: () => {
    const now = Date.parse(known.topology.at);
    topology.show(known.topology, now);
    nodes.show(known.topology, now);
    showFoot();
  },
  metrics: () => { charts.show(ordered); showStatus(); },
  samples: () => samples.show(known.samples),
  account: () => account.show(known.account),
  why: () => why.show(known.why),
};

$('pause').addEventListener('click', () => desk.ask('pause'));
$('resume').addEventListener('click', () => desk.ask('resume'));
document.addEventListener('visibilitychange', draw);
setInterval(() => { if (!document.hidden) { showStatus(); refreshAudit(); } }, AUDIT_PERIOD);

listen({
  begin: async () => {
    show($('connection'), false);
    await Promise.all([catchUp(), refreshAudit()]);
  },
  event: (name, value) => {
    if (name === 'metrics') take(value);
    else if (name in known) known[name] = value;
    if (!(name in views)) return;
    changed.add(name);
    draw();
  },
  broken: why => {
    text($('connection'), `No connection since ${clock(Date.now())}: ${why}. Trying again. ${elsewhere()}`.trim());
    show($('connection'), true);
  },
  locked: wasWrong => desk.unlock(wasWrong),
});

// All the figures there are; what comes after are those of the last updates.
async function catchUp() {
  try {
    take(await get('/api/metrics'));
    changed.add('metrics');
    draw();
  } catch (error) {
    if (error.status === 401) throw error;
    // The learner is not there yet, or not now; its figures come with the next update.
  }
}

function take(fresh) {
  for (const record of fresh) records.set(record.step, record);
  ordered = [...records.values()].sort((one, other) => one.step - other.step);
  for (const record of ordered.splice(0, Math.max(0, ordered.length - MOST_RECORDS))) records.delete(record.step);
}

async function refreshAudit() {
  try {
    audit.show(await get('/api/audit?last=20'));
  } catch {
    // The next time.
  }
}

let isDrawing = false;
function draw() {
  if (isDrawing || document.hidden || changed.size === 0) {
    if (document.hidden) showTitle();
    return;
  }
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    const names = [...changed];
    changed.clear();
    for (const name of names) views[name]();
  });
}

function showTitle() {
  const { status } = known;
  if (!status) return;
  const state = status.phase in HOLDS ? `${status.phase}: ` : known.alarms.length > 0 ? `${plural(known.alarms.length, 'alarm')}: ` : '';
  document.title = `${state}${status.run} ${count(status.version)}/${count(status.batches)}`;
}

function showStatus() {
  const { status } = known;
  if (!status) return;
  showTitle();
  text($('run'), status.run);
  text($('phase'), status.phase ?? 'waiting for the learner');
  set($('phase'), 'class', `phase ${status.phase === 'training' || status.phase === 'finished' ? 'good' : status.phase === 'failed' ? 'bad' : 'warn'}`);
  const isPaused = status.phase === 'paused';
  show($('pause'), !isPaused);
  show($('resume'), isPaused);
  set($('pause'), 'disabled', status.phase !== 'training' && status.phase !== 'replaying');
  set($('progress'), 'max', Math.max(1, status.total_episodes));
  set($('progress'), 'value', status.trained_episodes);
  const left = timeLeft(status);
  text($('progress-text'), `${count(status.trained_episodes)} of ${count(status.total_episodes)} episodes · update ${count(status.version)} of ${count(status.batches)}${left === null ? '' : ` · ${duration(left)} left`}`);
  alarms.hold(HOLDS[status.phase] ?? null, status.reason);
}

// At the median pace of the last updates, waiting included.
function timeLeft(status) {
  const last = ordered.at(-1);
  if (status.phase !== 'training' || !last) return null;
  const paces = ordered.slice(-RECENT).map(record => (record.metrics['time/wait'] ?? 0) + (record.metrics['time/update'] ?? 0)).filter(seconds => seconds > 0).sort((one, other) => one - other);
  if (paces.length === 0) return null;
  const pace = paces[Math.floor(paces.length / 2)];
  const since = Math.min(pace, Math.max(0, (Date.now() - Date.parse(last.time)) / 1000));
  return Math.max(0, (status.batches - status.version) * pace - since);
}

function elsewhere() {
  const others = known.topology?.nodes.filter(node => node.status === 'up' && node.name !== known.topology.reported_by).map(node => node.address) ?? [];
  return others.length > 0 ? `Other nodes serve this page too: ${others.slice(0, 3).join(', ')}` : '';
}

function showFoot() {
  const { topology: report } = known;
  const version = report.nodes.find(node => node.name === report.reported_by)?.version;
  const foot = $('foot');
  if (!foot.firstChild) {
    foot.append(el('p'), el('p', {}, 'The same from a shell: rlhf topology, rlhf watch, rlhf episodes, rlhf why.'));
    if (token.get()) {
      const forget = el('button', { type: 'button' }, 'Forget the token');
      forget.addEventListener('click', () => { token.drop(); location.reload(); });
      foot.append(forget);
    }
  }
  text(foot.firstChild, `Told by ${report.reported_by}${version ? `, version ${version.split('+')[0]}` : ''}, as of ${clock(report.at)}.`);
}
