import { failure, success, type Result } from '../result.ts';

/**
 * The looking glass is a tree that is computed as far as somebody looks: an object shows its own values, what stands
 * behind a `Reference` or in a `Collection` is made when its path is asked for, the elements of a list and of
 * `Members` when it is their turn to be shown.
 */
export type LookingGlassNode =
  | string
  | number
  | boolean
  | null
  | undefined
  | Iterable<LookingGlassNode>
  | Members
  | Reference
  | Unlisted
  | Collection
  | Link
  | { readonly [name: string]: LookingGlassNode };

/** Shown as `{"href": ...}`. */
export class Reference {
  readonly open: () => LookingGlassNode;

  constructor(open: () => LookingGlassNode) {
    this.open = open;
  }
}

/** Not shown where it is a member, for clients that know all members there are; its path can be asked for. */
export class Unlisted {
  readonly open: () => LookingGlassNode;

  constructor(open: () => LookingGlassNode) {
    this.open = open;
  }
}

/** Shown as an object, one member after the other: for objects with very many. */
export class Members {
  readonly entries: () => Iterable<readonly [string, LookingGlassNode]>;

  constructor(entries: () => Iterable<readonly [string, LookingGlassNode]>) {
    this.entries = entries;
  }
}

/** Shown as a list of its members: `id`, `href`, and what `list` says of each. */
export class Collection {
  readonly list: () => readonly CollectionMember[];
  readonly find: (id: string) => LookingGlassNode;

  /** `find` answers undefined for what is not there. */
  constructor(list: () => readonly CollectionMember[], find: (id: string) => LookingGlassNode) {
    this.list = list;
    this.find = find;
  }
}

export interface CollectionMember {
  readonly id: string;
  readonly [name: string]: LookingGlassNode;
}

/** Points elsewhere in the tree: shown as its members and `href`. */
export class Link {
  readonly path: readonly string[];
  readonly members: Readonly<Record<string, LookingGlassNode>>;

  constructor(path: readonly string[], members: Readonly<Record<string, LookingGlassNode>> = {}) {
    this.path = path;
    this.members = members;
  }
}

/**
 * What is at `path` below `root`, as pieces of JSON text whose references start with `base` (the URL of the root);
 * or, as a sentence, that there is no such thing. A piece is a value, or an element of a long list: whoever takes
 * them can do other things in between.
 */
export function lookUp(
  root: LookingGlassNode,
  path: readonly string[],
  base: string,
): Result<Generator<string, void>, string> {
  let node = root;
  let url = base;
  for (const segment of path) {
    const next = child(node, segment);
    if (next === undefined) {
      const what = node instanceof Collection ? segment : `'${segment}'`;
      return failure(`No such looking glass object: ${what} at ${url}`);
    }
    node = next instanceof Reference || next instanceof Unlisted ? next.open() : next;
    url = `${url}/${encodeURIComponent(segment)}`;
  }
  return success(renderText(node, url, base));
}

function child(node: LookingGlassNode, segment: string): LookingGlassNode {
  if (node instanceof Collection) return node.find(segment);
  if (node instanceof Members) {
    for (const [name, member] of node.entries()) if (name === segment) return member;
    return undefined;
  }
  return isPlain(node) && Object.hasOwn(node, segment) ? node[segment] : undefined;
}

function* renderText(node: LookingGlassNode, url: string, base: string): Generator<string, void> {
  if (isList(node)) {
    let separator = '[';
    for (const element of node) {
      yield separator + JSON.stringify(render(element, url, base));
      separator = ',';
    }
    yield separator === '[' ? '[]' : ']';
  } else if (node instanceof Members || isPlain(node)) {
    let separator = '{';
    for (const [name, member] of node instanceof Members ? node.entries() : Object.entries(node)) {
      if (!isShown(member)) continue;
      yield `${separator}${JSON.stringify(name)}:`;
      yield* renderText(member, `${url}/${encodeURIComponent(name)}`, base);
      separator = ',';
    }
    yield separator === '{' ? '{}' : '}';
  } else {
    yield JSON.stringify(render(node, url, base));
  }
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** A node all at once: for what is small. */
function render(node: LookingGlassNode, url: string, base: string): Json {
  if (node === undefined || node === null) return null;
  if (typeof node !== 'object') return node;
  if (node instanceof Reference || node instanceof Unlisted) return { href: url };
  if (node instanceof Link) {
    const href = [base, ...node.path.map(encodeURIComponent)].join('/');
    return { ...renderMembers(Object.entries(node.members), url, base), href };
  }
  if (node instanceof Collection) {
    return node.list().map((member) => {
      const href = `${url}/${encodeURIComponent(member.id)}`;
      return { ...renderMembers(Object.entries(member), href, base), href };
    });
  }
  if (isList(node)) return Array.from(node, (element) => render(element, url, base));
  return renderMembers(node instanceof Members ? node.entries() : Object.entries(node), url, base);
}

function renderMembers(
  members: Iterable<readonly [string, LookingGlassNode]>,
  url: string,
  base: string,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Array.from(members)
      .filter(([, member]) => isShown(member))
      .map(([name, member]) => [name, render(member, `${url}/${encodeURIComponent(name)}`, base)]),
  );
}

function isShown(member: LookingGlassNode): boolean {
  return member !== undefined && !(member instanceof Unlisted);
}

function isPlain(node: LookingGlassNode): node is { readonly [name: string]: LookingGlassNode } {
  return typeof node === 'object' && node !== null && !isList(node) && !isSpecial(node);
}

function isSpecial(node: object): node is Members | Reference | Unlisted | Collection | Link {
  return [Members, Reference, Unlisted, Collection, Link].some((kind) => node instanceof kind);
}

function isList(node: LookingGlassNode): node is Iterable<LookingGlassNode> {
  return typeof node === 'object' && node !== null && Symbol.iterator in node;
}
