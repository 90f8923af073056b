import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

export type Path = readonly (string | number)[];

/** A YAML document that knows where in the file each value is. */
export interface Located {
  readonly value: unknown;
  /** `3: title: expected a text`, for the value at the path, or what of it there is. */
  readonly complaint: (path: Path, message: string) => string;
  /** What is wrong with the text itself. */
  readonly faults: readonly string[];
}

export function readYaml(text: string): Located {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineOf = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const faults = document.errors.map(({ pos, message }) => `${lineOf(pos[0])}: ${message}`);
  return {
    value: faults.length > 0 ? undefined : document.toJS(),
    faults,
    complaint: (path, message) => {
      const where = path.length === 0 ? '' : ` ${path.join('.')}:`;
      return `${lineOf(offsetOf(document, path))}:${where} ${message}`;
    },
  };
}

/** Where the value begins: the key of a member, the first character of an item; of its parent if it is missing. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
