import { failure, success, type Result } from '../result.ts';

/**
 * The looking glass is a tree that is computed as far as somebody looks: an object shows its own values, what stands
 * behind a `Reference` or in a `Collection` is made when its path is asked for.
 */
export type LookingGlassNode =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly LookingGlassNode[]
  | Reference
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

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * What is at `path` below `root`, as JSON whose references start with `base` (the URL of the root); or, as a
 * sentence, that there is no such thing.
 */
export function lookUp(root: LookingGlassNode, path: readonly string[], base: string): Result<Json, string> {
  let node = root;
  let url = base;
  for (const segment of path) {
    const next = child(node, segment);
    if (next === undefined) {
      const what = node instanceof Collection ? segment : `'${segment}'`;
      return failure(`No such looking glass object: ${what} at ${url}`);
    }
    node = next instanceof Reference ? next.open() : next;
    url = `${url}/${encodeURIComponent(segment)}`;
  }
  return success(render(node, url, base));
}

function child(node: LookingGlassNode, segment: string): LookingGlassNode {
  if (node instanceof Collection) return node.find(segment);
  if (!isObject(node) || !Object.hasOwn(node, segment)) return undefined;
  return node[segment];
}

function render(node: LookingGlassNode, url: string, base: string): Json {
  if (node === undefined || node === null) return null;
  if (typeof node !== 'object') return node;
  if (node instanceof Reference) return { href: url };
  if (node instanceof Link) {
    const href = [base, ...node.path.map(encodeURIComponent)].join('/');
    return { ...renderMembers(node.members, url, base), href };
  }
  if (node instanceof Collection) {
    return node.list().map((member) => {
      const href = `${url}/${encodeURIComponent(member.id)}`;
      return { ...renderMembers(member, href, base), href };
    });
  }
  if (isList(node)) return node.map((element) => render(element, url, base));
  return renderMembers(node, url, base);
}

function renderMembers(
  members: Readonly<Record<string, LookingGlassNode>>,
  url: string,
  base: string,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(members)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, render(member, `${url}/${encodeURIComponent(name)}`, base)]),
  );
}

function isObject(node: LookingGlassNode): node is { readonly [name: string]: LookingGlassNode } {
  return (
    typeof node === 'object' &&
    node !== null &&
    !isList(node) &&
    !(node instanceof Reference || node instanceof Collection || node instanceof Link)
  );
}

function isList(node: LookingGlassNode): node is readonly LookingGlassNode[] {
  return Array.isArray(node);
}
