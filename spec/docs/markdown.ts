/** A fenced block of a document. */
export interface Block {
  readonly language: string;
  readonly lines: readonly string[];
  /** Number of its first line in the document, from 1. */
  readonly start: number;
}

const FENCE = /^( *)```(.*)$/;

export function fencedBlocks(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { language: string; lines: string[]; start: number } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = FENCE.exec(line);
    if (fence === null) {
      open?.lines.push(line);
    } else if (open === undefined) {
      open = { language: fence[2]!.trim(), lines: [], start: index + 2 };
    } else {
      blocks.push(open);
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`line ${open.start - 1}: the block has no end`);
  return blocks;
}

/** A row of a table: the text of its cells. */
export type Row = readonly string[];

/** The rows of the first table below a heading, without its head. */
export function tableBelow(text: string, heading: string): readonly Row[] {
  const lines = text.split('\n');
  const place = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (place < 0) throw new Error(`there is no heading "${heading}"`);
  const first = lines.findIndex((line, index) => index > place && line.startsWith('|'));
  const rows: Row[] = [];
  for (let index = first + 2; lines[index]?.startsWith('|') === true; index++) {
    const cells = lines[index]!.replaceAll('\\|', '\u0000').split('|').slice(1, -1);
    rows.push(cells.map((cell) => cell.replaceAll('\u0000', '|').trim()));
  }
  return rows;
}

/** The names in a cell that are written as code. */
export function codeIn(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), (match) => match[1]!);
}

/** Where headings are found by links: as GitHub makes it of their text. */
export function anchors(text: string): ReadonlySet<string> {
  const headings = text
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .split('\n')
    .filter((line) => /^#+ /.test(line));
  return new Set(
    headings.map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** The targets of all links. */
export function links(text: string): readonly string[] {
  return Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), (match) => match[1]!);
}
