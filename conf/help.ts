import { valueText, type Option } from './option.ts';
import { SECTIONS, shownOptions } from './schema.ts';
import { DEFAULT_FILE } from './sources.ts';
import { wrap } from './wrap.ts';

/** The part of `bagpipe-bgp --help` that explains the configuration file. */
export function configurationHelp(): string {
  return `
Configuration file:
  ${DEFAULT_FILE} is read if it exists and no --config-file is given; without any file the
  built-in defaults are used. Files given with --config-file are read in order, then the files
  *.conf of each --config-dir by name: what is read later wins. Lines are "option = value" in
  sections; "#" starts a comment on a line of its own, lines with leading blanks continue a value,
  and $option or \${SECTION.option} stands for the value of another option.

Options, with their defaults (the file conf/bgp.conf.sample says more):
${SECTIONS.map(({ name }) => renderSection(name)).join('\n')}`;
}

function renderSection(section: string): string {
  return [`  [${section}]`, ...shownOptions(section).flatMap(renderOption)].join('\n');
}

function renderOption({ name, default: value, mandatory, drivers, help }: Option): readonly string[] {
  const notes = [
    ...(mandatory ? ['mandatory in a file'] : []),
    ...(drivers === undefined ? [] : [`driver ${drivers.join(', ')}`]),
  ];
  const remark = notes.length > 0 ? `  (${notes.join('; ')})` : '';
  const assignment = `    ${name} = ${valueText(value)}`.trimEnd();
  return [assignment + remark, ...wrap(help, 86).map((line) => `        ${line}`)];
}
