// What a browser keeps, as objects. Without a storage, or with a full one, things are only forgotten.

export function read(storage, key) {
  try {
    const value = JSON.parse(storage?.getItem(key) ?? "{}");
    return value && typeof value === "object" ? value : {};
  } catch {
    return {};
  }
}

export function write(storage, key, value) {
  try {
    storage?.setItem(key, JSON.stringify(value));
  } catch {
    // It only forgets.
  }
}

export function forget(storage, key) {
  try {
    storage?.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}
