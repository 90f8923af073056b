import type { Confirmation } from '../../lib/dataplane/intent.ts';
import type { InstanceOutput, Subscriptions } from '../../lib/vpn/instance-events.ts';

/** A line of the log has room for some of very many. */
const NAMED = 10;

/** What an instance asks for, for the log of a person who looks for a fault; undefined if that says nothing. */
export function describeOutput(output: InstanceOutput): string | undefined {
  switch (output.type) {
    case 'intents':
      return `intents: ${some(output.intents, ({ key, state }) => sign(state) + key)}`;
    case 'publish':
      return `publishes: ${some(output.publications, ({ family, attributes }) => sign(attributes) + family.name)}`;
    case 'subscribe': {
      const { imported, readvertised } = output.subscriptions;
      return `subscriptions: ${subscribed(imported)}; to pass on: ${subscribed(readvertised)}`;
    }
    case 'redirect':
      return `redirects to: ${some([...output.targets], (target) => target)}`;
    case 'answer':
    case 'warning':
      return undefined;
    case 'ended':
      return 'ended';
  }
}

export function describeConfirmations(confirmations: readonly Confirmation[]): string {
  const failed = confirmations.filter(({ fault }) => fault !== undefined);
  return `confirmed: ${some(confirmations, ({ intent }) => sign(intent.state) + intent.key)}; failed: ${some(failed, ({ intent }) => intent.key)}`;
}

function subscribed(subscriptions: Subscriptions): string {
  return some([...subscriptions], ([family, targets]) => {
    return `${family.name} [${some([...targets], (target) => target)}]`;
  });
}

function sign(state: unknown): string {
  return state === undefined ? '-' : '+';
}

function some<T>(values: readonly T[], text: (value: T) => string): string {
  if (values.length === 0) return 'none';
  const named = values.slice(0, NAMED).map(text).join(', ');
  return values.length > NAMED ? `${named} and ${values.length - NAMED} more` : named;
}
