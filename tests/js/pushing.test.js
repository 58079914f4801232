import assert from "node:assert/strict";
import { test } from "node:test";
import { Pushing } from "../../assets/live/pushing.js";
import { settle } from "./fakes.js";

/** A browser with its push service, and a server that is asked. `held` keeps a step waiting until its `go` is called. */
function browser({ subscribed = false, hold = "" } = {}) {
  const key = new Uint8Array([1, 2, 3]);
  const place = { subscription: null, asked: [], stored: [], online: true, go: () => {} };
  const pass = (step) => (step === hold ? new Promise((go) => (place.go = go)) : undefined);
  let made = 0;
  const make = () => {
    const endpoint = `https://push.example.org/${(made += 1)}`;
    const subscription = {
      endpoint,
      options: { applicationServerKey: key.buffer },
      toJSON: () => ({ endpoint, keys: { p256dh: "p", auth: "a" } }),
      unsubscribe: async () => {
        const held = place.subscription === subscription;
        if (held) place.subscription = null;
        return held;
      },
    };
    return subscription;
  };
  const pushManager = {
    getSubscription: async () => place.subscription,
    subscribe: async () => {
      await pass("subscribe");
      return (place.subscription ??= make());
    },
  };
  const registration = { pushManager };
  const workers = { register: async () => registration, ready: Promise.resolve(registration), getRegistration: async () => registration };
  const ask = async (path, { method = "POST", body } = {}) => {
    place.asked.push(`${method} ${path}`);
    if (!place.online) throw new TypeError("Failed to fetch");
    if (method === "GET") {
      await pass("key");
      return { ok: true, json: async () => ({ key: "AQID" }) };
    }
    if (method === "POST") {
      await pass("store");
      place.stored.push(body.endpoint);
    } else place.stored = place.stored.filter((endpoint) => endpoint !== body.endpoint);
    return { ok: true };
  };
  if (subscribed) {
    place.subscription = make();
    place.stored.push(place.subscription.endpoint);
  }
  const pushing = new Pushing({ workers, ask });
  return { place, pushing, workers };
}

test("turned on it is known to the server, turned off neither the browser nor the server keeps anything", async () => {
  const { place, pushing } = browser();
  assert.equal(await pushing.begin(), true);
  assert.deepEqual(place.stored, [place.subscription.endpoint]);
  await pushing.end();
  assert.equal(place.subscription, null);
  assert.deepEqual(place.stored, []);
});

test("without the server the browser lets go all the same", async () => {
  const { place, pushing } = browser();
  await pushing.begin();
  place.online = false;
  await pushing.end();
  assert.equal(place.subscription, null);
});

test("what an earlier visit subscribed is let go of by a page that has not begun", async () => {
  const { place, pushing } = browser({ subscribed: true });
  await pushing.end();
  assert.equal(place.subscription, null);
  assert.deepEqual(place.stored, []);
});

for (const hold of ["key", "subscribe", "store"]) {
  test(`turned off while it waits for "${hold}", nothing is left`, async () => {
    const { place, pushing } = browser({ hold });
    const begun = pushing.begin();
    await settle();
    await pushing.end();
    place.go();
    assert.equal(await begun, false);
    assert.equal(place.subscription, null);
    assert.deepEqual(place.stored, []);
  });
}

test("turned off and on again while it begins, it is on", async () => {
  const { place, pushing } = browser({ hold: "key" });
  const first = pushing.begin();
  await settle();
  const { go } = place;
  await pushing.end();
  const second = pushing.begin();
  await settle();
  go();
  place.go();
  await Promise.all([first, second]);
  assert.ok(place.subscription);
  assert.ok(place.stored.includes(place.subscription.endpoint));
});

test("nothing is asked of a server or a browser that never knew of pushing", async () => {
  const { place, pushing, workers } = browser();
  await pushing.end();
  assert.deepEqual(place.asked, []);
  workers.getRegistration = async () => undefined;
  await pushing.end();
  await new Pushing({ workers: undefined }).end();
});
