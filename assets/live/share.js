// Structural sharing: what is equal to before stays the very same object, so that React need not look at it.

/** Return `before` where `next` says the same, part by part. */
export function share(before, next) {
  if (Object.is(before, next) || typeof before !== "object" || typeof next !== "object" || !before || !next) return next;
  if (Array.isArray(before) !== Array.isArray(next)) return next;
  if (Array.isArray(next)) {
    let same = before.length === next.length;
    const result = next.map((item, i) => {
      const shared = share(before[i], item);
      if (shared !== before[i]) same = false;
      return shared;
    });
    return same ? before : result;
  }
  const keys = Object.keys(next);
  let same = keys.length === Object.keys(before).length;
  const result = {};
  for (const key of keys) {
    result[key] = share(before[key], next[key]);
    if (!Object.is(result[key], before[key])) same = false;
  }
  return same ? before : result;
}
