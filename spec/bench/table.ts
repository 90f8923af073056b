import type { Cell, Row } from './section.ts';

/** A table in Markdown with the columns of all rows, in the order in which they first come. Numbers stand flush right. */
export function markdownTable(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const isNumeric = (column: string): boolean => rows.some((row) => typeof row[column] === 'number');
  const rule = columns.map((column) => (isNumeric(column) ? '--:' : '---'));
  const body = rows.map((row) => columns.map((column) => formatCell(row[column] ?? '')));
  return [columns, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Three significant digits at least, and no fraction where there are as many before the point. */
function formatCell(value: Cell): string {
  if (typeof value === 'string') return value;
  const size = Math.abs(value);
  const maximumFractionDigits = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits }).replaceAll(',', ' ');
}
