// What a cluster report says about each part of the flow of episodes.

/** Whether a node is there and answers. */
export const isWell = node => node.status === 'up' && !node.silence;

/** How a node is, in a word: its status, unless it does not answer though its peers hold it to be there. */
export const condition = node =>
  node.status === 'gone' ? 'gone'
  : node.missed_by?.length ? 'unreachable'
  : node.silence ? 'silent'
  : node.status;

/** How bad that is: good, warn or bad. */
export const tone = word => word === 'up' ? 'good' : word === 'gone' || word === 'unreachable' ? 'bad' : 'warn';

/** The parts of the flow. Of nodes with several actors of a part, their sum. */
export function parts(report) {
  const nodes = report.nodes;
  const learnerNode = nodes.find(node => node.actors.some(actor => actor.learner));
  const shards = nodes.flatMap(node => node.actors.filter(actor => actor.shard).map(actor => ({ ...actor.shard, node: node.name })));
  return {
    shards: shards.sort((one, other) => one.shard - other.shard),
    shardNodes: nodes.filter(node => node.roles.includes('episodes')),
    rollouts: nodes.filter(node => node.roles.includes('rollout')).map(node => worker(node, 'rollout', rollout)),
    scorers: nodes.filter(node => node.roles.includes('scorer')).map(node => worker(node, 'scorer', scorer)),
    learner: learnerNode?.actors.find(actor => actor.learner).learner ?? null,
    learnerNode,
    standbys: nodes.filter(node => node !== learnerNode && node.roles.includes('learner') && node.status !== 'gone'),
  };
}

const sum = (items, name) => items.reduce((total, item) => total + item[name], 0);

function worker(node, kind, of) {
  const reports = node.actors.filter(actor => actor[kind]).map(actor => actor[kind]);
  const isStuck = node.actors.some(actor => actor.type === (kind === 'rollout' ? 'Rollout' : 'RewardScorer') && !actor.is_answering && actor.state === 'running');
  const isDrained = isWell(node) && reports.length === 0 && !isStuck;
  const word = isDrained ? 'drained' : isStuck && isWell(node) ? 'stuck' : condition(node);
  return { name: node.name, node, word, tone: tone(word), ...(reports.length > 0 ? of(reports) : null), isKnown: reports.length > 0 };
}

const rollout = reports => ({
  rate: sum(reports, 'episodes_per_second'),
  tokens: sum(reports, 'tokens_per_second'),
  slots: sum(reports, 'slots'),
  used: sum(reports, 'slots_in_use'),
  version: Math.min(...reports.map(report => report.policy_version)),
  lag: Math.max(...reports.map(report => report.lag)),
  share: sum(reports, 'slots_in_use') / Math.max(1, sum(reports, 'slots')),
  device: reports[0].device,
});

const scorer = reports => ({
  rate: sum(reports, 'episodes_per_second'),
  batch: sum(reports, 'batch_mean') / reports.length,
  full: reports[0].batch_size,
  wait: sum(reports, 'wait_ms') / reports.length,
  share: sum(reports, 'busy') / reports.length,
  device: reports[0].device,
});
