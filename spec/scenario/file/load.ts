import { failure, type Result, success } from '../../../lib/result.ts';
import type { Scenario } from '../scenario.ts';
import { compose } from './compose.ts';
import { type Path, readYaml } from './located.ts';
import { scenarioSchema } from './schema.ts';

/** Reads the text of a scenario file. Each fault begins with the number of its line. */
export function loadScenario(text: string): Result<Scenario, readonly string[]> {
  const { value, faults, complaint } = readYaml(text);
  if (faults.length > 0) return failure(faults);
  const parsed = scenarioSchema.safeParse(value);
  if (!parsed.success) {
    return failure(parsed.error.issues.flatMap(explain).map(([path, message]) => complaint(path, message)));
  }
  const composed = compose(parsed.data);
  return composed.ok
    ? success(composed.value)
    : failure(composed.fault.map(({ path, message }) => complaint(path, message)));
}

/** What we look at of an issue of zod. */
interface Issue {
  readonly code?: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly input?: unknown;
  readonly keys?: readonly string[];
  readonly expected?: string;
  readonly values?: readonly unknown[];
  readonly issues?: readonly Pick<Issue, 'message'>[];
}

/** Issues in our words, each with the path that it is about. */
function explain(issue: Issue): readonly (readonly [Path, string])[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys!.map((key) => [[...path, key], issue.message]);
    case 'invalid_value':
      if (issue.message.startsWith('expected')) return [[path, issue.message]];
      return [[path, `expected ${issue.values!.map(String).join(' or ')}`]];
    case 'invalid_key':
      return [[path, issue.issues![0]!.message]];
    case 'invalid_type':
      // The messages of our own begin in this way, too.
      if (issue.message.startsWith('expected')) return [[path, issue.message]];
      return [[path, `expected ${TYPES[issue.expected!] ?? issue.expected!}`]];
    case 'too_small':
      return [[path, issue.message.startsWith('expected') ? issue.message : 'expected more']];
    default:
      return [[path, issue.message]];
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  object: 'members, each with a name',
  record: 'members, each with a name',
  array: 'a list',
  int: 'a whole number',
  number: 'a number',
};
