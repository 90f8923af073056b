import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { valueText, type Option } from './option.ts';
import { optionsOf, SECTIONS, shownOptions } from './schema.ts';
import { wrap } from './wrap.ts';

/**
 * The sample file `bgp.conf.sample`: every option with its help and its default. What must be set is set, the rest is
 * commented out, so that the file can be used as it is and changed line by line. Run this file to write it again.
 */
const WIDTH = 98;

const HEADER = `# Configuration of bagpipe-bgp. Copy it to /etc/bagpipe-bgp/bgp.conf, and set at least local_address, peers and
# my_as. What is commented out is the default. See "bagpipe-bgp --help" for how files are read.
`;

export function renderSample(): string {
  const sections = SECTIONS.map(({ name, help }) => `# ${help}\n[${name}]\n\n${renderOptions(name)}`);
  return `${HEADER}\n${sections.join('\n')}`;
}

function renderOptions(section: string): string {
  const paragraphs = shownOptions(section).map(renderOption);
  const unused = optionsOf(section)
    .filter(({ noEffect }) => noEffect)
    .map(({ name }) => name);
  if (unused.length > 0) {
    paragraphs.push(comment(`Accepted for compatibility, without effect: ${unused.join(', ')}.`));
  }
  return paragraphs.map((paragraph) => `${paragraph}\n`).join('\n');
}

function renderOption({ name, type, default: value, mandatory, drivers, help }: Option): string {
  const only = drivers === undefined ? '' : ` Only for driver ${drivers.join(', ')}.`;
  const assignment = `${name} = ${valueText(value)}`.trimEnd();
  return [
    comment(help + only),
    ...(type.expected === 'text'
      ? []
      : [comment(`Value: ${type.expected}${mandatory ? '; mandatory' : ''}.`)]),
    mandatory ? assignment : `#${assignment}`,
  ].join('\n');
}

function comment(text: string): string {
  return wrap(text, WIDTH)
    .map((line) => `# ${line}`)
    .join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('bgp.conf.sample', import.meta.url), renderSample());
}
