// The rows of the timeline in groups: a group in which nothing changed stays the same object, and React looks at none of
// its rows. So a new message costs the same in a long window as in a short one.

const SPAN = 64;

/** Groups of rows by their `seq`; what is not stored yet stands in the last one. `before` is what was returned last. */
export function grouped(rows, before) {
  const groups = [];
  for (const row of rows) {
    const last = groups.at(-1);
    const key = row.seq > 0 ? `${Math.floor(row.seq / SPAN)}` : (last?.key ?? "unsent");
    if (last?.key === key) last.rows.push(row);
    else groups.push({ key, rows: [row] });
  }
  const known = new Map(before?.map((group) => [group.key, group]));
  return groups.map((group) => {
    const same = known.get(group.key);
    return same?.rows.length === group.rows.length && group.rows.every((row, at) => row === same.rows[at]) ? same : group;
  });
}
