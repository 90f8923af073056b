import { attempt } from '../../support/programs.ts';

/** What a program says of its version, by its option `--version`; undefined if it is not installed. */
export async function installedVersion(program: string, pattern: RegExp): Promise<string | undefined> {
  // A program that cannot be started has no answer.
  const { status, output } = await attempt([program, '--version']).catch(() => ({ status: 1, output: '' }));
  return status === 0 ? pattern.exec(output)?.[1] : undefined;
}
